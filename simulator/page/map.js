// A small offline map in SVG: rivers and towns in WGS-84, zoom, drag, and a pin where one clicks.

import { make } from "/page/wire.js";

const SVG = "http://www.w3.org/2000/svg";
const DEGREE = 111_320; // metres of one degree of latitude

function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

export class RiverMap {
  constructor(data, picked) {
    this.lines = data.lines || [];
    this.towns = data.towns || [];
    this.picked = picked;
    const [west, south, east, north] = data.bounds;
    this.squeeze = Math.cos(((south + north) / 2) * Math.PI / 180);
    this.home = this.box(west, north, east, south);
    this.view = { ...this.home };
    this.svg = shape("svg", { role: "img", "aria-label": "地图，点一下选位置" });
    this.draw();
    this.listen();
    const zoom = (label, factor) => make("button", { type: "button", "aria-label": label, onclick: () => this.zoom(factor) }, factor < 1 ? "＋" : "−");
    this.element = make("div", { className: "map" }, this.svg, make("div", { className: "zoom" }, zoom("放大", 0.5), zoom("缩小", 2)));
  }

  x(lon) { return lon * this.squeeze; }
  y(lat) { return -lat; }

  box(west, north, east, south) {
    const wide = this.x(east) - this.x(west), high = this.y(south) - this.y(north);
    const width = Math.max(wide, high * 1.15) * 1.06;
    const height = width / 1.25;
    return { x: (this.x(west) + this.x(east) - width) / 2, y: (this.y(north) + this.y(south) - height) / 2, w: width, h: height };
  }

  draw() {
    const { x, y, w, h } = this.view;
    this.svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    this.svg.replaceChildren();
    for (const line of this.lines) {
      this.svg.append(shape("polyline", { points: line.points.map(([lon, lat]) => `${this.x(lon)},${this.y(lat)}`).join(" ") }));
    }
    this.labels();
    if (this.pin) this.svg.append(shape("circle", { class: "pin", cx: this.x(this.pin.lng), cy: this.y(this.pin.lat), r: w * 0.016 }));
  }

  labels() {
    const size = this.view.w * 0.036;
    const taken = [];
    const wanted = [
      ...this.towns.map((town) => ({ name: town.name, x: this.x(town.lon), y: this.y(town.lat), kind: "town" })),
      ...this.lines.map((line) => this.labelled(line)).filter(Boolean),
    ];
    const named = new Set();
    for (const { name, x, y, kind } of wanted) {
      const half = name.length * size * 0.55;
      const area = { left: x - half, right: x + half, top: y - size, bottom: y + size * 0.4 };
      const outside = x < this.view.x || x > this.view.x + this.view.w || y < this.view.y || y > this.view.y + this.view.h;
      const hits = taken.some((each) => each.left < area.right && area.left < each.right && each.top < area.bottom && area.top < each.bottom);
      if (outside || hits || named.has(name)) continue;
      named.add(name);
      taken.push(area);
      this.svg.append(shape("text", { class: kind, x, y, "font-size": size, "stroke-width": size * 0.22 }, name));
    }
  }

  labelled(line) {
    let best = null;
    for (let i = 1; i < line.points.length; i += 1) {
      const [[lon1, lat1], [lon2, lat2]] = [line.points[i - 1], line.points[i]];
      const x = (this.x(lon1) + this.x(lon2)) / 2, y = (this.y(lat1) + this.y(lat2)) / 2;
      const length = Math.hypot(this.x(lon2) - this.x(lon1), lat2 - lat1);
      const { x: left, y: top, w, h } = this.view;
      const seen = x > left && x < left + w && y > top && y < top + h;
      if (seen && (!best || length > best.length)) best = { name: line.name, x, y, length, kind: "river" };
    }
    return best;
  }

  at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  listen() {
    let start = null;
    this.svg.addEventListener("pointerdown", (event) => {
      start = { screen: [event.clientX, event.clientY], world: this.at(event), moved: false };
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!start) return;
      if (Math.hypot(event.clientX - start.screen[0], event.clientY - start.screen[1]) > 6) start.moved = true;
      if (!start.moved) return;
      const now = this.at(event);
      this.view.x += start.world.x - now.x;
      this.view.y += start.world.y - now.y;
      this.draw();
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (start && !start.moved) {
        const { x, y } = this.at(event);
        this.set(-y, x / this.squeeze);
        this.picked(this.pin);
      }
      start = null;
    });
    this.svg.addEventListener("wheel", (event) => { event.preventDefault(); this.zoom(event.deltaY < 0 ? 0.8 : 1.25, this.at(event)); }, { passive: false });
  }

  zoom(factor, around) {
    const view = this.view;
    const width = Math.min(this.home.w * 1.2, Math.max(this.home.w / 256, view.w * factor));
    const real = width / view.w;
    const centre = around || (this.pin ? { x: this.x(this.pin.lng), y: this.y(this.pin.lat) } : { x: view.x + view.w / 2, y: view.y + view.h / 2 });
    this.view = { x: centre.x - (centre.x - view.x) * real, y: centre.y - (centre.y - view.y) * real, w: width, h: view.h * real };
    this.draw();
  }

  set(lat, lng) {
    this.pin = { lat, lng };
    this.draw();
  }

  nearest() {
    let best = null;
    for (const line of this.lines) {
      for (let i = 1; i < line.points.length; i += 1) {
        const metres = this.distance(line.points[i - 1], line.points[i]);
        if (!best || metres < best.metres) best = { name: line.name, metres };
      }
    }
    return best;
  }

  distance([lon1, lat1], [lon2, lat2]) {
    const ax = this.x(lon1), ay = this.y(lat1), bx = this.x(lon2), by = this.y(lat2);
    const px = this.x(this.pin.lng), py = this.y(this.pin.lat);
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length ? Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length)) : 0;
    return Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay)) * DEGREE;
  }
}
