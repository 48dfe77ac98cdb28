// Talking to the stand-in's control API, and small helpers for building the page.

export async function ask(method, path, body) {
  const how = { method };
  if (body instanceof FormData) how.body = body;
  else if (body !== undefined) {
    how.body = JSON.stringify(body);
    how.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(`/_sim/${path}`, how);
  } catch {
    throw new Error("替身没有应答");
  }
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error || `HTTP ${answer.status}`);
  return data;
}

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function field(label, input) {
  return make("label", { className: "field" }, label, input);
}

let hiding;
export function toast(text) {
  const element = document.getElementById("toast");
  element.textContent = text;
  element.classList.add("on");
  clearTimeout(hiding);
  hiding = setTimeout(() => element.classList.remove("on"), 3200);
}

const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
export const moment = (seconds) => CLOCK.format(new Date(seconds * 1000)).replace("/", "月").replace(" ", "日 ");
