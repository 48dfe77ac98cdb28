// The drawer: break things, let time pass, read what was pushed and what was called.

import { ask, field, make, moment, toast } from "/page/wire.js";

const PLACES = { token: "取令牌", now: "取令牌", call: "调用接口与发消息", media: "取照片", push: "推送消息", job: "事后结果" };
const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");
let closed = () => {};

export function open(title, fill) {
  document.getElementById("drawer-title").textContent = title;
  drawer.hidden = false;
  return fill();
}

export function close() { drawer.hidden = true; closed(); }

async function tried(work) {
  try { await work(); } catch (problem) { toast(problem.message); }
}

const chip = (label, work) => make("button", { type: "button", className: "plain", onclick: () => tried(work) }, label);

export async function faults(world, changed) {
  closed = changed;
  const [catalogue, active, state] = await Promise.all([ask("GET", "faults/catalogue"), ask("GET", "faults"), ask("GET", "state")]);
  const again = () => faults(world, changed).then(changed);
  const times = make("select", {}, ...[["1", "只一次"], ["3", "三次"], ["", "一直"]].map(([value, label]) => make("option", { value }, label)));
  const every = make("select", {}, ...[["", "照常"], ["1", "每一次"], ["2", "每第 2 次"], ["3", "每第 3 次"]].map(([value, label]) => make("option", { value }, label)));
  const inject = (fault) => tried(async () => {
    const given = { name: fault.name };
    if (times.value) given.times = Number(times.value);
    if (every.value) given.every = Number(every.value);
    await ask("POST", "faults", given);
    toast(`已弄坏：${fault.label}`);
    await again();
  });
  const groups = new Map();
  for (const fault of catalogue) {
    const place = PLACES[fault.place];
    if (!groups.has(place)) groups.set(place, [make("h3", {}, place)]);
    groups.get(place).push(make("div", { className: "fault" }, make("span", {}, fault.label), chip("弄坏", () => inject(fault))));
  }
  const now = active.map((fault) => make("div", { className: "fault" },
    make("span", {}, fault.label, make("span", { className: "dim" }, ` 已发生 ${fault.struck} 次${fault.times ? `，共 ${fault.times} 次` : ""}`)),
    chip("修好", async () => { await ask("DELETE", `faults?id=${fault.id}`); await again(); })));
  const mode = make("select", { onchange: () => tried(async () => { await ask("POST", "account", { mode: mode.value }); toast("推送模式已改"); }) },
    ...[["plain", "明文"], ["compatible", "兼容"], ["safe", "安全（加密）"]].map(([value, label]) => make("option", { value }, label)));
  mode.value = state.account.mode;
  body.replaceChildren(
    ...(now.length ? [make("div", { className: "active" }, ...now, make("div", { className: "actions" }, chip("全部修好", async () => { await ask("DELETE", "faults"); await again(); })))] : []),
    make("div", { className: "pair" }, field("几次", times), field("隔几次", every)),
    ...[...groups.values()].flat(),
    make("h3", {}, "账号设置"),
    field("推送模式", mode),
    make("div", { className: "chips" },
      chip("换一把 AES 密钥", async () => { const { aes_key: key } = await ask("POST", "aes_key", {}); toast(`新密钥：${key}`); }),
      chip("检查服务器地址", async () => { const { verified, text } = await ask("POST", "verify"); toast(verified ? "服务器地址验证通过" : `没有通过：${text.slice(0, 60)}`); })),
  );
}

export async function clock(world, changed) {
  closed = changed;
  const skip = (label, seconds) => chip(label, async () => { const { now } = await ask("POST", "clock", { advance: seconds }); toast(`现在是 ${moment(now)}`); changed(); await clock(world, changed); });
  const { now } = await ask("GET", "clock");
  body.replaceChildren(
    make("p", { className: "hint" }, `平台的时间：${moment(now)}。只有平台的时间往前走：客服消息的 48 小时、照片的 3 天、access_token 的 2 小时；河哨自己的时钟不变。`),
    make("div", { className: "chips" }, skip("＋10 分钟", 600), skip("＋1 小时", 3600), skip("＋2 小时", 7200), skip("＋1 天", 86400), skip("＋48 小时", 172800), skip("＋3 天", 259200)),
  );
}

const VERDICTS = { replied: ["已回复", "good"], accepted: ["已收下", "good"], apology: ["暂时无法提供服务", "bad"], waiting: ["等待中", "dim"] };

export async function log(world) {
  closed = () => {};
  const [pushes, calls] = await Promise.all([ask("GET", "pushes"), ask("GET", "calls")]);
  const names = Object.fromEntries(world.people.map((each) => [each.openid, each.name]));
  const pushed = pushes.slice(-40).reverse().map((each) => {
    const [word, look] = VERDICTS[each.verdict];
    const tries = each.attempts.map((attempt) => `第 ${each.attempts.indexOf(attempt) + 1} 次：HTTP ${attempt.status || "—"}，${attempt.seconds} 秒${attempt.problem ? `，${attempt.problem}` : ""}`);
    return make("details", { className: "entry" },
      make("summary", {}, make("span", { className: "dim" }, moment(each.at)), make("b", {}, `${names[each.openid] || each.openid} ${each.event}`), make("span", { className: look }, `${word}${each.attempts.length > 1 ? `（${each.attempts.length} 次）` : ""}`)),
      make("pre", {}, [each.plaintext, ...tries, each.reason, each.reply ? JSON.stringify(each.reply, null, 1) : ""].filter(Boolean).join("\n")));
  });
  const called = calls.slice(-60).reverse().map((each) => make("details", { className: "entry" },
    make("summary", {}, make("span", { className: "dim" }, moment(each.at)), make("b", {}, each.path), make("span", { className: each.errcode || each.fault ? "bad" : "good" }, each.errcode ? String(each.errcode) : each.fault ? "故障" : "成功")),
    make("pre", {}, JSON.stringify(each.asked, null, 1) + (each.fault ? `\n故障：${each.fault}` : ""))));
  const none = (text) => make("p", { className: "hint" }, text);
  body.replaceChildren(
    make("div", { className: "actions" }, chip("刷新", () => log(world))),
    make("h3", {}, "推送给服务器的消息"), ...(pushed.length ? pushed : [none("还没有。")]),
    make("h3", {}, "服务器调用的接口"), ...(called.length ? called : [none("还没有。")]),
  );
}
