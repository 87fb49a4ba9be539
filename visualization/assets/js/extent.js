// What colours, circles and arcs range over, from the quarters that have arrived.

import { differenceScale, sequentialScale } from "./scales.js";

/** Scales of `measure` and of the size named over runs `a` and `b` (or null), and the largest flow of each factor. */
export function extentOf({ a, b, measure, size, factors }) {
  const last = a.frames.length - 1;
  const seen = [0, Math.floor(last / 2), last].flatMap((k) => [...a.city(measure.name, k)]);
  const both = b ? Math.min(a.frames.length, b.frames.length) - 1 : 0;
  const gaps = (k) => Array.from(b.city(measure.name, k), (v, i) => v - a.city(measure.name, k)[i]);
  // Of projects one quarter's largest may be twice another's.
  const some = (run) => [0.25, 0.5, 0.75, 1].map((part) => Math.round((run.frames.length - 1) * part));
  const greatest = (factor) => Math.max(...[a, b].filter(Boolean).flatMap((run) => some(run).map((k) => run.flows(factor, k).amounts[0])), 1e-12);
  return {
    scale: sequentialScale(b ? [...seen, ...b.city(measure.name, b.frames.length - 1)] : seen, measure.whole),
    gapScale: b ? differenceScale([both, Math.ceil(both * 0.75)].flatMap(gaps), measure.whole) : null,
    largest: Math.max(...[0, last].map((k) => Math.max(...a.city(size, k))), 1e-12),
    largestFlow: Object.fromEntries(factors.map(({ name }) => [name, greatest(name)])),
  };
}
