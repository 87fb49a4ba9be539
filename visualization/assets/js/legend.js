// What colours, sizes and arcs mean, in the map's corner.

import { RAMPS, amount, count, percent, ticks } from "./scales.js";
import { flowColour } from "./map.js";

export function drawLegend(host, { scale, ramp, measure, size, largest, radius, flows, language, words, dark, difference }) {
  const key = JSON.stringify([scale.kind, scale.low, scale.high, ramp, measure.name, size.name, largest, Math.round(radius), language, difference,
    flows.map((f) => [f.factor, f.shown, f.across, f.number, Math.round(f.share * 1000), f.total]), dark]);
  if (host.dataset.key === key) return;
  host.dataset.key = key;
  host.replaceChildren();
  const add = (parent, tag, name, text) => {
    const node = parent.appendChild(document.createElement(tag));
    node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const unit = measure.unit[language];
  const colour = add(host, "div", "nq-legend-colour");
  const title = add(colour, "div", "nq-legend-title", measure.title[language]);
  add(title, "span", "", [difference ? words.differenceOf : "", unit, { log: words.log, sqrt: words.sqrt, linear: "" }[scale.kind]].filter(Boolean).join(" · "));
  const bar = add(colour, "div", "nq-legend-bar");
  bar.style.background = `linear-gradient(90deg, ${RAMPS[ramp].filter((_, k) => k % 7 === 0).join(",")})`;
  const marks = add(colour, "div", "nq-legend-marks");
  let before = -1;
  for (const value of ticks(scale)) {
    const at = scale.at(value);
    if (at - before < 0.17) continue;
    before = at;
    const mark = add(marks, "span", "", amount(value, measure, language, { bare: true, signed: difference }));
    mark.style.left = `${at * 100}%`;
  }
  const sizes = add(host, "div", "nq-legend-size");
  for (const part of [0.02, 0.2, 1]) {
    const dot = add(sizes, "i", "");
    dot.style.width = dot.style.height = `${2 * (1.6 + radius * Math.sqrt(part))}px`;
  }
  add(sizes, "span", "", `${words.area}${size.title[language]}, ${language === "zh" ? "最大" : "largest"} ${amount(largest, size, language)}`);
  const drawn = add(host, "div", "nq-legend-flows");
  for (const flow of flows) {
    const row = add(drawn, "div", "nq-legend-flow");
    add(row, "i", "").style.background = flowColour(dark, flow.factor);
    const told = add(row, "span", "");
    add(told, "b", "", words[flow.factor]);
    told.append(` ${flow.shown ? amount(flow.total, flow.measure, language) : words.noArcs}`);
    if (flow.shown) add(told, "small", "", words.arcs(count(flow.across, language), count(flow.shown - flow.across, language), count(flow.number, language), percent(flow.share, language)));
    row.title = flow.measure.direction[language];
  }
  if (flows.length) add(drawn, "div", "nq-legend-note", words.direction);
}
