// The sheets that slide up in a phone: photos, place, scan, voice, link, subscription.

import { RiverMap } from "/page/map.js";
import { field, make, toast } from "/page/wire.js";

const MOST = 9;

export function openSheet(phone, name, button = null) {
  const sheet = phone.find(".sheet");
  const [title, body] = SHEETS[name](phone, button);
  sheet.querySelector("h3").textContent = title;
  sheet.querySelector(".sheet-body").replaceChildren(...body);
  sheet.hidden = false;
}

function sendButton(phone, label, send) {
  return make("button", { type: "button", className: "primary", onclick: async () => { if (await send() !== false) phone.closeSheet(); } }, label);
}

function photos(phone, button) {
  const chosen = [];
  const files = make("input", { type: "file", multiple: true, accept: "image/*", className: "picker-input" });
  const picked = make("span", {}, "选自己的照片（可多选）");
  const original = make("input", { type: "checkbox" });
  const send = sendButton(phone, "发送", () => {
    const count = chosen.length + files.files.length;
    if (!count || count > MOST) { toast(count ? `一次最多 ${MOST} 张` : "先选照片"); return false; }
    const form = new FormData();
    for (const file of files.files) form.append("file", file);
    form.append("samples", chosen.join(","));
    form.append("original", original.checked ? "1" : "0");
    if (button) { form.append("type", button.type); form.append("key", button.key); }
    return phone.act(button ? "tap" : "images", form);
  });
  const count = () => { send.textContent = `一起发送（${chosen.length + files.files.length}）`; };
  files.addEventListener("change", () => { picked.textContent = files.files.length ? `已选 ${files.files.length} 张自己的照片` : "选自己的照片（可多选）"; count(); });
  count();
  const samples = Object.entries(phone.world.samples).map(([name, label]) => {
    const one = make("button", { type: "button", className: "sample", "aria-pressed": "false", onclick: () => {
      if (chosen.includes(name)) chosen.splice(chosen.indexOf(name), 1);
      else chosen.push(name);
      all.forEach((each) => {
        const order = chosen.indexOf(each.dataset.name);
        each.setAttribute("aria-pressed", String(order >= 0));
        each.dataset.order = order + 1;
      });
      count();
    } }, make("img", { src: `/samples/${name}.jpg`, alt: "" }), make("span", {}, label));
    one.dataset.name = name;
    return one;
  });
  const all = samples;
  return [button ? button.name : "照片（同时送达）", [
    make("div", { className: "hint" }, "示例照片（画出来的，带拍摄时间与位置）："),
    make("div", { className: "samples" }, ...samples),
    make("label", { className: "picker" }, files, picked),
    make("label", { className: "check" }, original, "原图（保留 EXIF；不勾就像微信一样压缩并去掉）"),
    make("div", { className: "actions" }, send),
  ]];
}

function place(phone, button) {
  const lat = make("input", { type: "number", step: "0.000001" });
  const lng = make("input", { type: "number", step: "0.000001" });
  const label = make("input", { type: "text", placeholder: "如：柳河桥下" });
  const reading = make("div", { className: "reading" }, "点地图选位置；滚轮或按钮缩放，拖动移动。");
  const tell = () => {
    const near = map && map.nearest();
    reading.textContent = near ? `最近的河：${near.name}，约 ${Math.round(near.metres)} 米` : "";
  };
  const bounds = phone.world.map.bounds;
  const map = bounds ? new RiverMap(phone.world.map, (pin) => {
    lat.value = pin.lat.toFixed(6);
    lng.value = pin.lng.toFixed(6);
    tell();
  }) : null;
  const typed = () => { if (map && lat.value && lng.value) { map.set(Number(lat.value), Number(lng.value)); tell(); } };
  lat.addEventListener("change", typed);
  lng.addEventListener("change", typed);
  const send = sendButton(phone, "发送位置", () => {
    if (!lat.value || !lng.value) { toast("先在地图上点一下"); return false; }
    const given = { lat: Number(lat.value), lng: Number(lng.value), label: label.value, datum: "wgs84" };
    return button ? phone.act("tap", { ...given, type: button.type, key: button.key }) : phone.act("location", given);
  });
  return [button ? button.name : "位置", [
    map ? map.element : make("div", { className: "hint" }, "没有地图，请直接填写经纬度。"),
    reading,
    make("div", { className: "pair" }, field("纬度（WGS-84）", lat), field("经度（WGS-84）", lng)),
    field("地点名称", label),
    make("div", { className: "hint" }, "发送时换算成 GCJ-02，与微信一致。"),
    make("div", { className: "actions" }, send),
  ]];
}

function scan(phone, button) {
  const go = (scene) => {
    phone.closeSheet();
    return button ? phone.act("tap", { type: button.type, key: button.key, result: scene }) : phone.act("scan", { scene });
  };
  const one = (title, note, scene) => make("button", { type: "button", className: "plain", onclick: () => go(scene) }, title, make("small", {}, note));
  const boards = phone.world.boards.map((board) => one(board.name || board.code, `${board.code} · ${board.scene}`, board.scene));
  const known = new Set(phone.world.boards.map((board) => board.scene));
  const codes = phone.world.tickets.filter((ticket) => !known.has(ticket.scene)).slice(-30)
    .map((ticket) => one(ticket.scene, "账号生成的二维码", ticket.scene));
  const typed = make("input", { type: "text", placeholder: "场景值，如 river_001" });
  const empty = boards.length + codes.length ? null : make("div", { className: "hint" }, "还没有公示牌。可以直接填写场景值。");
  return ["扫公示牌", [
    make("div", { className: "list" }, ...boards, ...codes), empty,
    field("或者填写场景值", typed),
    make("div", { className: "actions" }, sendButton(phone, "扫码", () => (typed.value ? go(typed.value) : false))),
  ].filter(Boolean)];
}

function voice(phone) {
  const text = make("textarea", { rows: 3, placeholder: "说了什么，如：河里漂着好多死鱼" });
  const recognised = make("input", { type: "checkbox", checked: true });
  return ["语音", [
    field("说的话", text),
    make("label", { className: "check" }, recognised, "平台给出识别结果（不勾则只有录音）"),
    make("div", { className: "actions" }, sendButton(phone, "发送语音", () => phone.act("voice", recognised.checked ? { recognition: text.value } : {}))),
  ]];
}

function link(phone) {
  const title = make("input", { type: "text", value: "一篇文章" });
  const url = make("input", { type: "url", value: "https://example.com/" });
  return ["分享链接", [
    field("标题", title), field("网址", url),
    make("div", { className: "actions" }, sendButton(phone, "发送", () => phone.act("link", { title: title.value, url: url.value }))),
  ]];
}

function subscribe(phone) {
  const templates = phone.world.templates.filter((each) => each.kind === "subscribe");
  const choice = make("input", { type: "text", placeholder: "模板编号", value: templates[0]?.template_id || "" });
  const long = make("input", { type: "checkbox" });
  const answer = (accept) => {
    const button = sendButton(phone, accept ? "允许" : "拒绝", () => {
      if (!choice.value) { toast("先填模板编号"); return false; }
      return phone.act("subscribe", { template: choice.value, accept, long_term: long.checked });
    });
    if (!accept) button.className = "plain";
    return button;
  };
  const known = templates.map((each) => make("button", { type: "button", className: "plain", onclick: () => { choice.value = each.template_id; } }, each.title, make("small", {}, each.template_id)));
  return ["是否接收通知", [
    make("div", { className: "hint" }, "每允许一次，账号可以发一条订阅通知；长期订阅不限条数。"),
    make("div", { className: "list" }, ...known),
    field("模板编号", choice),
    make("label", { className: "check" }, long, "长期订阅"),
    make("div", { className: "actions" }, answer(false), answer(true)),
  ]];
}

const SHEETS = { photos, place, scan, voice, link, subscribe };
