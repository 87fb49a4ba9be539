// What is under the pointer.

import { told } from "./breakthroughs.js";
import { amount } from "./scales.js";

export function drawTip(tip, { place, x, y, map, run, a, b, quarter, measure, size, marks, facts, language, words }) {
  tip.hidden = place < 0;
  if (place < 0) return;
  const { places, provinces } = facts;
  const values = run.city(measure.name, quarter);
  const rank = values.reduce((n, v) => n + (v > values[place]), 1);
  tip.replaceChildren();
  const line = (tag, text) => tip.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
  line("b", places.name[language][place]);
  line("small", `${provinces.name[language][places.province[place]]} · ${words.rank} ${rank} ${words.of} ${places.code.length}`);
  line("div", `${measure.title[language]}: ${amount(values[place], measure, language)}`);
  if (b) line("div", `Δ ${amount(b.cityValue(measure.name, place, quarter) - a.cityValue(measure.name, place, quarter), measure, language, { signed: true })}`);
  if (size !== measure) line("div", `${size.title[language]}: ${amount(run.cityValue(size.name, place, quarter), size, language)}`);
  for (const mark of marks.filter(({ city, partners }) => city === place || partners.includes(place))) {
    const { city, sector, partners } = told(mark, { facts, language, words });
    const node = line("div", "");
    node.className = "nq-tip-event";
    node.textContent = mark.city === place ? `${words.breakthrough}: ${sector}, ${partners}` : `${words.partnerIn}: ${city} · ${sector}`;
  }
  const outer = tip.parentElement.getBoundingClientRect();
  const inner = map.live.getBoundingClientRect();
  const [left, top] = [inner.left - outer.left + x, inner.top - outer.top + y];
  tip.style.left = `${Math.max(4, Math.min(left + 14, outer.width - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(4, top + 16 + tip.offsetHeight > outer.height ? top - tip.offsetHeight - 12 : top + 16)}px`;
}
