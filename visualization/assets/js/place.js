// One place: its measures in the quarter shown, baseline | your scenario | difference, with their course so far.

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
  constructor(host, { facts, onClose }) {
    Object.assign(this, { host, facts });
    host.addEventListener("click", (event) => event.target.closest("[data-close]") && onClose());
  }

  draw({ place, quarter, a, b, language, words, dark }) {
    this.host.hidden = place < 0 || !a?.frames.length;
    if (this.host.hidden) return;
    const key = [place, quarter, a.id, a.frames.length, b?.id, b?.frames.length, language, dark].join();
    if (key === this.key) return;
    this.key = key;
    const shape = [place, Boolean(b), language].join();
    if (shape !== this.shape) this.#build(place, Boolean(b), language, words);
    this.shape = shape;
    const colours = dark ? { line: "#5cc8d6", soft: "#7b8794" } : { line: "#1b6f8f", soft: "#9aa1a9" };
    this.facts.city.forEach((measure, k) => {
      const row = this.rows[k];
      const value = a.cityValue(measure.name, place, quarter);
      const course = (run) => run.frames.map((_, q) => run.cityValue(measure.name, place, q));
      row.querySelector("[data-a]").textContent = amount(value, measure, language, { bare: true });
      if (b) {
        const other = b.cityValue(measure.name, place, quarter);
        const change = measure.percent || value === 0 ? other - value : other / value - 1;
        const cell = row.querySelector("[data-d]");
        row.querySelector("[data-b]").textContent = amount(other, measure, language, { bare: true });
        const relative = !measure.percent && value !== 0;
        cell.textContent = Math.abs(change) < 5e-7 ? "·" : amount(change, relative ? { percent: true } : measure, language, { signed: true, bare: true });
        cell.dataset.sign = Math.abs(change) < 5e-7 ? "0" : String(Math.sign(change));
      }
      spark(row.querySelector("canvas"), course(a), b ? course(b) : null, quarter, colours);
    });
  }

  #build(place, two, language, words) {
    const { places, provinces, regions, city } = this.facts;
    const belongs = [provinces.name[language][places.province[place]], ...regions.filter((r) => r.level === "cluster" && r.members.includes(place)).map((r) => r.name[language])];
    const other = places.name[language === "zh" ? "en" : "zh"][place];
    this.host.innerHTML = `
      <header><div><h3></h3><p></p></div><button type="button" data-close>×</button></header>
      <table><thead><tr><th></th><th></th><th></th>${two ? "<th></th><th>Δ</th>" : ""}</tr></thead><tbody>
      ${city.map(() => `<tr><th></th><td><canvas></canvas></td><td data-a></td>${two ? "<td data-b></td><td data-d></td>" : ""}</tr>`).join("")}
      </tbody></table>`;
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
    this.rows = [...this.host.querySelectorAll("tbody tr")];
    city.forEach((measure, k) => {
      const head = this.rows[k].querySelector("th");
      head.textContent = measure.title[language];
      head.title = measure.meaning ?? "";
      const unit = document.createElement("span");
      unit.textContent = measure.unit[language];
      head.append(unit);
    });
  }
}
