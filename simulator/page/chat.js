// How the lines of a chat look: bubbles, pictures, cards, menus of answers, notes.

import { make, moment } from "/page/wire.js";

const LINK = /<a\s[^>]*?href=["']?([^"'\s>]+)["']?[^>]*>([\s\S]*?)<\/a>|https?:\/\/[^\s<>"'，。；、！？）】》]+/gi;
const FACES = { 居民: "#7a8f55", 义务监督员: "#b3772f", 民间河长: "#3f8f7a", 镇级河长: "#3d6fb0", 河长办: "#8456a5" };

export function face(person) {
  const colour = FACES[person.role] || `hsl(${[...person.key].reduce((sum, c) => sum + c.charCodeAt(0) * 37, 0) % 360} 32% 45%)`;
  return make("span", { className: "face", style: `background:${colour}`, "aria-hidden": "true" }, person.name.slice(0, 1));
}

function accountFace() {
  return make("span", { className: "face account", "aria-hidden": "true" }, "河");
}

function link(url, text, person) {
  if (!/^https?:/i.test(url)) return document.createTextNode(text);
  const open = () => { document.cookie = `sim_person=${encodeURIComponent(person.key)}; path=/; SameSite=Lax`; };
  return make("a", { href: url, target: "_blank", rel: "noopener", onclick: open, onauxclick: open }, text);
}

function words(text, person) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index));
    parts.push(found[1] ? link(found[1].replaceAll("&amp;", "&"), found[2], person) : link(found[0], found[0], person));
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

function picture(line) {
  const source = `/mmbiz/${line.media_id}`;
  return make("a", { href: source, target: "_blank" }, make("img", { src: source, alt: "图片", loading: "lazy" }));
}

function card(line, person) {
  const rows = (line.fields || []).flatMap((each) => [make("dt", {}, each.label), make("dd", {}, each.value)]);
  const mark = { template: "模板消息", subscribe: "订阅通知", mass: "群发" }[line.kind] || "";
  let go = null;
  if (line.url) { go = link(line.url, "查看详情", person); go.className = "go"; }
  else if (line.miniprogram) go = make("div", { className: "go" }, "进入小程序");
  return make("div", { className: "card" }, make("div", { className: "from" }, mark), make("h4", {}, line.title || line.text), make("dl", {}, ...rows), go);
}

function article(line, person) {
  const image = line.picurl ? make("img", { src: line.picurl, alt: "" }) : null;
  const about = make("p", { className: "hint" }, line.description || "");
  const go = link(line.url || "", "阅读全文", person);
  if (go.nodeType === Node.ELEMENT_NODE) go.className = "go";
  const mark = line.preview ? "预览" : TAGS[line.kind];
  const from = mark ? make("div", { className: "from" }, mark) : null;
  return make("div", { className: "card" }, from, make("h4", {}, line.title || line.text), image, about, go);
}

const TAGS = { customer_service: "客服消息", mass: "群发" };
const MINE = { voice: "语音", location: "位置", link: "链接" };

function bubble(line, person, answer) {
  if (line.media_id && line.type === "image") return make("div", { className: "bubble bare" }, picture(line));
  const tag = line.way === "out" ? MINE[line.type] : TAGS[line.kind];
  const inside = [tag ? make("span", { className: "tag" }, tag) : null];
  if (line.choices) {
    const [head] = line.text.split("\n");
    inside.push(head);
    for (const choice of line.choices) {
      inside.push(make("button", { type: "button", className: "choice", onclick: () => answer(choice) }, choice.content));
    }
  } else inside.push(...words(line.text, person));
  return make("div", { className: "bubble" }, ...inside);
}

export function timeline(line) {
  return make("div", { className: "when" }, moment(line.at));
}

export function lineOf(line, person, answer) {
  if (line.kind === "system") {
    const why = line.reason ? make("small", {}, line.reason) : null;
    return make("div", { className: "system" }, make("span", {}, line.text, why));
  }
  if (line.type === "event") return make("div", { className: "event" }, make("span", {}, line.text));
  if (line.way === "out") return make("div", { className: "row mine" }, face(person), bubble(line, person, answer));
  let inside;
  if (line.type === "card") inside = card(line, person);
  else if (line.type === "news" || line.type === "mpnews") inside = article(line, person);
  else inside = bubble(line, person, answer);
  return make("div", { className: "row" }, accountFace(), inside);
}
