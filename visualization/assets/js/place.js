// One place: its measures in the quarter shown, baseline | your scenario | difference, with their course so far.
// Key figures stand open, the rest by topic until it is asked for.

import { fillRows } from "./breakthroughs.js";
import { amount } from "./scales.js";

function spark(canvas, a, b, at, colours) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [46, 18];
  if (canvas.width !== width * ratio) [canvas.width, canvas.height] = [width * ratio, height * ratio];
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const all = b ? [...a, ...b] : a;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const last = Math.max(a.length, b?.length ?? 0) - 1;
  const x = (k) => 2 + (last ? (k / last) * (width - 4) : 0);
  const y = (v) => (high > low ? height - 2.5 - ((v - low) / (high - low)) * (height - 5) : height / 2);
  for (const [values, colour, dash] of [[a, b ? colours.soft : colours.line, b ? [2, 2] : []], [b, colours.line, []]]) {
    if (!values) continue;
    ctx.beginPath();
    values.forEach((v, k) => (k ? ctx.lineTo(x(k), y(v)) : ctx.moveTo(x(k), y(v))));
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.2;
    ctx.setLineDash(dash);
    ctx.stroke();
  }
  const shown = b ?? a;
  const k = Math.min(at, shown.length - 1);
  ctx.setLineDash([]);
  ctx.fillStyle = colours.line;
  ctx.beginPath();
  ctx.arc(x(k), y(shown[k]), 1.8, 0, 6.2832);
  ctx.fill();
}

export class PlacePanel {
  constructor(host, { facts, onClose, onGo }) {
    Object.assign(this, { host, facts, open: new Set(["key"]) });
    const key = { name: "key", measures: facts.defaults.key.map((name) => facts.city.find((m) => m.name === name)) };
    this.sections = [key, ...facts.topics.map(({ name, title }) => ({ name, title, measures: facts.city.filter((m) => m.topic === name) }))];
    host.addEventListener("click", (event) => {
      const { section, at } = event.target.closest("button")?.dataset ?? {};
      if (event.target.closest("[data-close]")) onClose();
      if (at !== undefined) onGo(Number(at));
      if (section) this.#toggle(section);
    });
  }

  #toggle(section) {
    this.open[this.open.has(section) ? "delete" : "add"](section);
    this.key = "";
    this.#shut();
    this.draw(this.scene);
  }

  /** Which sections are open. */
  #shut() {
    for (const head of this.host.querySelectorAll("[data-section]")) {
      const open = this.open.has(head.dataset.section);
      head.setAttribute("aria-expanded", String(open));
      this.host.querySelector(`[data-rows="${head.dataset.section}"]`).hidden = !open;
    }
  }

  draw(scene) {
    const { place, quarter, quarters, a, b, language, words, dark } = scene;
    this.scene = scene;
    this.host.hidden = place < 0 || !a?.frames.length;
    if (this.host.hidden) return;
    const key = [place, quarter, a.id, a.frames.length, b?.id, b?.frames.length, language, dark].join();
    if (key === this.key) return;
    this.key = key;
    const shape = [place, Boolean(b), language].join();
    if (shape !== this.shape) this.#build(place, Boolean(b), language, words);
    this.shape = shape;
    const colours = dark ? { line: "#5cc8d6", soft: "#7b8794" } : { line: "#1b6f8f", soft: "#9aa1a9" };
    for (const { name, measures } of this.sections) {
      if (!this.open.has(name)) continue;
      measures.forEach((measure, k) => this.#fill(this.rows.get(name)[k], measure, scene, colours));
    }
    const here = (b ?? a).breakthroughs(quarter).filter(({ city, partners }) => city === place || partners.includes(place));
    this.host.querySelector(".nq-here").hidden = !here.length;
    this.host.querySelector(".nq-here h4").textContent = words.here(here.length);
    fillRows(this.host.querySelector(".nq-here .nq-events"), here, { facts: this.facts, language, words, quarters, fresh: quarter });
  }

  #fill(row, measure, { place, quarter, a, b, language }, colours) {
    const value = a.cityValue(measure.name, place, quarter);
    const course = (run) => run.frames.map((_, q) => run.cityValue(measure.name, place, q));
    row.querySelector("[data-a]").textContent = amount(value, measure, language, { bare: true });
    if (b) {
      const other = b.cityValue(measure.name, place, quarter);
      // Of shares and of a handful of events the difference itself says more than its ratio.
      const relative = !measure.percent && !measure.summed && value !== 0;
      const change = relative ? other / value - 1 : other - value;
      const cell = row.querySelector("[data-d]");
      row.querySelector("[data-b]").textContent = amount(other, measure, language, { bare: true });
      cell.textContent = Math.abs(change) < 5e-7 ? "·" : amount(change, relative ? { percent: true } : measure, language, { signed: true, bare: true });
      cell.dataset.sign = Math.abs(change) < 5e-7 ? "0" : String(Math.sign(change));
    }
    spark(row.querySelector("canvas"), course(a), b ? course(b) : null, quarter, colours);
  }

  #build(place, two, language, words) {
    const { places, provinces, regions } = this.facts;
    const belongs = [provinces.name[language][places.province[place]], ...regions.filter((r) => r.level === "cluster" && r.members.includes(place)).map((r) => r.name[language])];
    const other = places.name[language === "zh" ? "en" : "zh"][place];
    const row = `<tr><th></th><td><canvas></canvas></td><td data-a></td>${two ? "<td data-b></td><td data-d></td>" : ""}</tr>`;
    const section = ({ name, measures }) => `
      <tbody><tr><th colspan="5" class="nq-section"><button type="button" data-section="${name}"></button></th></tr></tbody>
      <tbody data-rows="${name}">${measures.map(() => row).join("")}</tbody>`;
    this.host.innerHTML = `
      <header><div><h3></h3><p></p></div><button type="button" data-close>×</button></header>
      <table><thead><tr><th></th><th></th><th></th>${two ? "<th></th><th>Δ</th>" : ""}</tr></thead>${this.sections.map(section).join("")}</table>
      <div class="nq-here"><h4></h4><div class="nq-events"></div></div>`;
    this.host.querySelector("h3").textContent = places.name[language][place];
    const small = document.createElement("small");
    small.textContent = ` ${other}`;
    this.host.querySelector("h3").append(small);
    this.host.querySelector("p").textContent = belongs.join(" · ");
    const close = this.host.querySelector("[data-close]");
    close.title = words.closePanel;
    close.setAttribute("aria-label", words.closePanel);
    const heads = this.host.querySelectorAll("thead th");
    heads[2].textContent = two ? words.baseline : "";
    if (two) heads[3].textContent = words.yours;
    this.rows = new Map();
    for (const { name, title, measures } of this.sections) {
      this.host.querySelector(`[data-section="${name}"]`).textContent = title?.[language] ?? words.key;
      const rows = [...this.host.querySelectorAll(`[data-rows="${name}"] tr`)];
      this.rows.set(name, rows);
      measures.forEach((measure, k) => {
        const head = rows[k].querySelector("th");
        head.textContent = measure.title[language];
        head.title = measure.meaning ?? "";
        head.append(Object.assign(document.createElement("span"), { textContent: measure.unit[language] }));
      });
    }
    this.#shut();
  }
}
