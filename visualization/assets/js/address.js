// The address: a link that shows the same again.

import { quarterName } from "./words.js";

/** The query of what is shown; defaults are left out, the quarter only where time stands still. */
export function query({ head, facts, measure, size, flows, clusters, place, areas, charts, index, playing, quarter, language }) {
  const parts = new URLSearchParams({ seed: String(head.seed) });
  for (const change of head.forks) parts.append(`lever.${change.lever}`, `${change.value ?? "never"}@${quarterName(change.quarter)}`);
  if (measure !== facts.defaults.measure) parts.set("measure", measure);
  if (size !== facts.defaults.size) parts.set("size", size);
  if ([...flows].join() !== facts.defaults.flows.join()) parts.set("flows", [...flows].join("."));
  if (clusters) parts.set("clusters", "1");
  if (place >= 0) parts.set("place", facts.places.code[place]);
  if (areas.join() !== "CN") parts.set("series", areas.join("."));
  if (charts.join() !== facts.defaults.series.join()) parts.set("charts", charts.join("."));
  if (!index) parts.set("index", "0");
  if (!playing && quarter) parts.set("quarter", quarter);
  if (language !== "en") parts.set("lang", language);
  return `?${parts.toString().replaceAll("%40", "@")}`;
}
