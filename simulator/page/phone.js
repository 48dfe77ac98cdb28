// One phone: whose it is, its chat, its menu, and what can be sent from it.

import { face, lineOf, timeline } from "/page/chat.js";
import { openSheet } from "/page/sheets.js";
import { ask, make, toast } from "/page/wire.js";

const POLL = 800; // milliseconds
const DEFAULT_MENU = ["我要举报", "我的上报", "帮助"].map((name) => ({ type: "say", name }));
const GAP = 300; // seconds of silence before the time is shown again

export class Phone {
  constructor(place, number, world) {
    const copy = document.getElementById("phone-template").content.cloneNode(true);
    this.root = copy.querySelector(".phone");
    this.number = number;
    this.world = world;
    this.person = null;
    this.seen = 0;
    this.find = (selector) => this.root.querySelector(selector);
    place.append(copy);
    this.listen();
    setInterval(() => this.poll(), POLL);
  }

  listen() {
    const input = this.find(".say input");
    this.find("select").addEventListener("change", (event) => this.choose(event.target.value));
    this.find(".say").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) return;
      input.value = "";
      this.act("text", { content: text }).then((sent) => { if (!sent) input.value = text; });
    });
    this.find(".plus").addEventListener("click", () => { this.find(".more").hidden = !this.find(".more").hidden; this.toEnd(); });
    this.find(".follow").addEventListener("click", () => this.act(this.person.following ? "unfollow" : "follow", {}));
    this.find(".more").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      this.find(".more").hidden = true;
      if (button.dataset.sheet) openSheet(this, button.dataset.sheet);
      else if (button.dataset.act === "video") this.act("video", { short: true });
      else this.act("sticker", {});
    });
    this.find(".chat").addEventListener("click", () => { this.find(".more").hidden = true; this.closeSubmenus(); });
    this.find(".sheet .close").addEventListener("click", () => this.closeSheet());
  }

  closeSheet() { this.find(".sheet").hidden = true; }
  closeSubmenus() { this.root.querySelectorAll(".submenu").forEach((each) => each.remove()); }

  async act(gesture, given) {
    try {
      await ask("POST", `people/${encodeURIComponent(this.person.key)}/${gesture}?wait=0`, given);
      setTimeout(() => this.poll(), 120);
      return true;
    } catch (problem) {
      toast(problem.message);
      return false;
    }
  }

  choose(key) {
    this.person = this.world.people.find((each) => each.key === key) || this.world.people[0];
    localStorage.setItem(`phone-${this.number}`, this.person.key);
    this.seen = 0;
    this.lastTime = 0;
    this.closeSheet();
    this.find(".chat").replaceChildren();
    this.find(".who .face").replaceWith(face(this.person));
    this.find(".note").textContent = this.person.note || this.person.role;
    this.find(".hints").replaceChildren(...this.person.hint.map((text) => make("button", {
      type: "button", title: "填入输入框",
      onclick: () => { const input = this.find(".say input"); input.value = text; input.focus(); },
    }, text)));
    this.showPeople();
    this.poll();
  }

  showPeople() {
    const options = this.world.people.map((each) => {
      const news = each.key !== this.person.key && each.last > (this.world.read[each.key] || 0) ? " ●" : "";
      const role = each.role && !each.name.includes(each.role) ? `（${each.role}）` : "";
      return make("option", { value: each.key }, `${each.name}${role}${news}`);
    });
    const select = this.find("select");
    const labels = options.map((each) => each.textContent).join();
    if (select.dataset.labels !== labels) { select.replaceChildren(...options); select.dataset.labels = labels; }
    select.value = this.person.key;
    const button = this.find(".follow");
    button.textContent = this.person.following ? "取消关注" : "关注";
    button.classList.toggle("off", !this.person.following);
  }

  refresh() {
    this.person = this.world.people.find((each) => each.key === this.person.key) || this.person;
    this.showPeople();
    const menu = JSON.stringify(this.world.menu);
    if (menu !== this.menuShown) { this.menuShown = menu; this.drawMenu(); }
  }

  async poll() {
    if (!this.person || document.hidden || this.polling) return;
    this.polling = true;
    const key = this.person.key;
    try {
      const lines = await ask("GET", `people/${encodeURIComponent(key)}/chat?since=${this.seen}`);
      if (key === this.person.key) this.add(lines);
    } catch { /* the header says that the stand-in is away */ } finally { this.polling = false; }
    if (key !== this.person.key) this.poll();
  }

  add(lines) {
    const chat = this.find(".chat");
    const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
    for (const line of lines) {
      if (line.at - this.lastTime > GAP) chat.append(timeline(line));
      this.lastTime = line.at;
      this.seen = Math.max(this.seen, line.seq);
      chat.append(lineOf(line, this.person, (choice) => this.act("answer", { id: String(choice.id), content: choice.content })));
    }
    this.world.read[this.person.key] = Math.max(this.world.read[this.person.key] || 0, this.seen);
    chat.querySelector(".empty")?.remove();
    if (!chat.childElementCount) chat.append(make("div", { className: "empty" }, "还没有消息。说一句话，或点下面的菜单试试。"));
    if (lines.length && (atEnd || lines.some((line) => line.way === "out"))) this.toEnd();
  }

  toEnd() {
    const chat = this.find(".chat");
    const go = () => { chat.scrollTop = chat.scrollHeight; };
    go();
    chat.querySelectorAll(".row:nth-last-child(-n+9) img").forEach((image) => image.addEventListener("load", go, { once: true }));
  }

  drawMenu() {
    const buttons = this.world.menu?.button || DEFAULT_MENU;
    this.find(".menu").replaceChildren(...buttons.map((button) => {
      const holder = make("div");
      const under = button.sub_button || [];
      holder.append(make("button", { type: "button", onclick: () => {
        const open = holder.querySelector(".submenu");
        this.closeSubmenus();
        if (!under.length) this.tap(button);
        else if (!open) holder.append(make("div", { className: "submenu" }, ...under.map((each) => make("button", { type: "button", onclick: () => { this.closeSubmenus(); this.tap(each); } }, each.name))));
      } }, (under.length ? "≡ " : "") + button.name));
      return holder;
    }));
  }

  tap(button) {
    if (button.type === "say") this.act("text", { content: button.name });
    else if (button.type === "click") this.act("tap", { type: "click", key: button.key });
    else if (button.type === "view") {
      document.cookie = `sim_person=${encodeURIComponent(this.person.key)}; path=/; SameSite=Lax`;
      window.open(button.url, "_blank", "noopener");
      this.act("tap", { type: "view", url: button.url });
    } else if (button.type.startsWith("pic_")) openSheet(this, "photos", button);
    else if (button.type === "location_select") openSheet(this, "place", button);
    else if (button.type.startsWith("scancode_")) openSheet(this, "scan", button);
    else toast(`“${button.name}”打开小程序或文章，这里没有`);
  }
}
