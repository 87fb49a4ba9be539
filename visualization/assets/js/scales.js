// Colour ramps, scales that suit skewed measures, and numbers as people write them.

// Perceptually even and safe for colour-blind readers: a trimmed mako by day, viridis by night; blue to orange for differences.
const STOPS = {
  light: ["#b7e3cf", "#7fcdbb", "#4db0b4", "#3a8fa8", "#366d9a", "#38497f", "#33295c", "#1d1233"],
  dark: ["#433e85", "#38598c", "#2d708e", "#25858e", "#2ab07f", "#52c569", "#c2df23", "#fde725"],
  differenceLight: ["#0b4f9e", "#3f87c4", "#9cc4e0", "#e9e7e2", "#f2b47c", "#d9742b", "#9a3f04"],
  differenceDark: ["#6fb7ff", "#3f86c9", "#41688e", "#555d66", "#97693f", "#d98b3f", "#ffc078"],
};
const SHADES = 64;

function channels(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}

function shades(stops) {
  return Array.from({ length: SHADES }, (_, k) => {
    const at = (k / (SHADES - 1)) * (stops.length - 1);
    const i = Math.min(Math.floor(at), stops.length - 2);
    const [a, b] = [channels(stops[i]), channels(stops[i + 1])];
    return `rgb(${a.map((v, c) => Math.round(v + (b[c] - v) * (at - i))).join(",")})`;
  });
}

export const RAMPS = Object.fromEntries(Object.entries(STOPS).map(([name, stops]) => [name, shades(stops)]));

export function shade(ramp, t) {
  return ramp[Math.max(0, Math.min(SHADES - 1, Math.round(t * (SHADES - 1))))];
}

function quantile(sorted, p) {
  if (!sorted.length) return 0;
  const at = p * (sorted.length - 1);
  const i = Math.floor(at);
  return sorted[i] + ((sorted[i + 1] ?? sorted[i]) - sorted[i]) * (at - i);
}

const LIFT = { linear: (v) => v, sqrt: (v) => Math.sqrt(Math.max(v, 0)), log: (v) => Math.log(Math.max(v, 1e-30)) };

function makeScale(kind, low, high, whole = false) {
  const lift = LIFT[kind];
  const [a, b] = [lift(low), lift(high)];
  return { kind, low, high, whole, at: (v) => (b > a ? Math.max(0, Math.min(1, (lift(v) - a) / (b - a))) : 0.5) };
}

/** Scale for values seen so far: logarithmic where they span orders of size, square root where zeros meet a long tail. Counts reach at least one. */
export function sequentialScale(values, whole = false) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const [low, middle, high] = [0.02, 0.5, 0.98].map((p) => quantile(sorted, p));
  if (low > 0 && high / low > 8) return makeScale("log", low, high, whole);
  // Where hardly any place has any, the few that have are the whole story.
  const top = low >= 0 && middle === 0 && high < 10 ? quantile(sorted, 1) : high;
  if (whole && top <= 4) return makeScale("linear", 0, Math.max(top, 1), whole);
  if (low >= 0 && top > 5 * Math.max(middle, 1e-12)) return makeScale("sqrt", 0, top, whole);
  return makeScale("linear", low, top > low ? top : low + 1e-9, whole);
}

/** Scale around nought for differences. */
export function differenceScale(values, whole = false) {
  const sorted = Float64Array.from(values, Math.abs).filter(Number.isFinite).sort();
  const high = Math.max(quantile(sorted, 0.98) || quantile(sorted, 1), whole ? 1 : 1e-9);
  return makeScale("linear", -high, high, whole);
}

function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((m) => m * power).find((m) => m >= rough * (1 - 1e-9)) ?? rough;
}

/** Round ends and step of an axis about low … high, two steps at least. It spans at least `least` of the level: the first quarters of a run look as calm as they are. */
export function axis(low, high, { parts = 3, least = 0.1, whole = false } = {}) {
  const level = Math.max(Math.abs(low), Math.abs(high));
  const span = Math.max(high - low, least * level) || 1;
  const room = (span - (high - low)) / 2;
  const step = whole ? Math.ceil(roundStep(span / parts)) : roundStep(span / parts);
  const tidy = (v) => Number((Math.round(v / step) * step).toPrecision(12));
  const least0 = tidy(Math.floor((low - room) / step + 1e-6) * step);
  const min = low >= 0 ? Math.max(least0, 0) : least0;
  return { min, max: Math.max(tidy(Math.ceil((high + room) / step - 1e-6) * step), tidy(min + 2 * step)), step };
}

/** At most five round values inside a scale. */
export function ticks({ kind, low, high, whole }) {
  if (kind === "log") {
    const found = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e += 1)
      for (const m of [1, 2, 5]) if (m * 10 ** e >= low * 0.999 && m * 10 ** e <= high * 1.001) found.push(m * 10 ** e);
    const every = Math.ceil(found.length / 4);
    const tens = found.filter((v) => Math.abs(Math.log10(v) % 1) < 1e-9);
    return found.length <= 4 ? found : tens.length >= 2 && tens.length <= 4 ? tens : found.filter((_, k) => k % every === 0);
  }
  const unit = whole ? Math.ceil(roundStep((high - low) / 4)) : roundStep((high - low) / 4);
  const found = [];
  for (let v = Math.ceil(low / unit - 1e-9) * unit; v <= high + unit * 1e-6; v += unit) found.push(Math.abs(v) < unit * 1e-6 ? 0 : v);
  return found;
}

const written = new Map();

function writer(language, options) {
  const key = language + JSON.stringify(options);
  if (!written.has(key)) written.set(key, new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", options));
  return written.get(key);
}

/** A measure's value in its unit: fractions as per cent, large amounts shortened. */
export function amount(value, measure, language, { signed = false, bare = false, digits = 3 } = {}) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const sign = signed ? { signDisplay: "exceptZero" } : {};
  if (measure.percent) return writer(language, { ...sign, style: "percent", maximumSignificantDigits: digits }).format(value);
  const v = value * (measure.factor ?? 1);
  const big = Math.abs(v) >= 10000;
  const options = big ? { notation: "compact", maximumSignificantDigits: digits } : { maximumSignificantDigits: digits + 1 };
  let text = writer(language, { ...sign, ...options }).format(v);
  if (language !== "zh") text = text.replace(/K$/, " k").replace(/M$/, " m").replace(/(B|bn)$/, " bn").replace(/(T|tn)$/, " tn");
  const unit = measure.unit?.[language] ?? "";
  return bare || !unit ? text : `${text} ${unit}`;
}

export function percent(value, language, signed = false) {
  if (!Number.isFinite(value)) return "–";
  return writer(language, { style: "percent", maximumFractionDigits: Math.abs(value) < 0.0995 ? 2 : 0, ...(signed ? { signDisplay: "exceptZero" } : {}) }).format(value);
}

export function count(value, language) {
  return writer(language, { maximumFractionDigits: 0 }).format(value);
}
