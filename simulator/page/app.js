// Puts the page together: two phones, the header, the drawer.

import * as drawer from "/page/drawer.js";
import { Phone } from "/page/phone.js";
import { ask, moment, toast } from "/page/wire.js";

const world = { people: [], menu: null, boards: [], map: {}, samples: {}, tickets: [], templates: [], read: {} };
const show = (id) => document.getElementById(id);
let phones = [];
let away = false;

async function refresh() {
  try {
    Object.assign(world, await ask("GET", "state"));
    away = false;
  } catch (problem) {
    if (!away) toast(problem.message);
    away = true;
    return;
  }
  show("clock").textContent = moment(world.now);
  show("address").textContent = `消息推送到 ${world.account.webhook || "（未填写）"}`;
  const count = world.faults.filter((fault) => fault.times === null || fault.struck < fault.times).length;
  show("fault-count").textContent = count;
  show("fault-count").hidden = !count;
  phones.forEach((phone) => phone.refresh());
}

async function begin() {
  await refresh();
  world.people.forEach((person) => { world.read[person.key] = person.last; });
  phones = [0, 1].map((number) => new Phone(show("phones"), number, world));
  phones.forEach((phone, number) => {
    const kept = localStorage.getItem(`phone-${number}`);
    const fallback = world.people[Math.min(number * 3, world.people.length - 1)];
    phone.choose(world.people.some((each) => each.key === kept) ? kept : fallback.key);
    phone.refresh();
  });
  setInterval(() => { if (!document.hidden) refresh(); }, 3000);
}

const fill = (title, draw) => drawer.open(title, () => draw(world, refresh).catch((problem) => toast(problem.message)));
show("open-faults").addEventListener("click", () => fill("弄坏点什么", drawer.faults));
show("open-clock").addEventListener("click", () => fill("让时间往前走", drawer.clock));
show("open-log").addEventListener("click", () => fill("推送与调用记录", drawer.log));
show("drawer-close").addEventListener("click", drawer.close);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") drawer.close(); });

begin();
