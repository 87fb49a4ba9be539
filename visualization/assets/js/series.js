// Series over time by ECharts, from the history in the browser. Titles and the line of the quarter shown lie above it: moving that redraws nothing.

import { fillMeasures } from "./choosers.js";
import { amount, axis, count } from "./scales.js";

const PATH = "/echarts@5.4.0/dist/echarts.esm.min.js";
const FONT = "Inter, Roboto, system-ui, 'Noto Sans CJK SC', sans-serif";

/** ECharts as the application's own server offers it. */
function library() {
  const root = globalThis.solara?.cdn ?? "/_solara/cdn";
  return import(new URL(root + PATH, location.href).href);
}

/** Measures that every area followed has: all of the nation's where it stands alone. */
export function offered({ facts, areas }) {
  if (areas.onlyNation) return facts.nation;
  return areas.onlyPlaces ? facts.city : facts.city.filter(({ name }) => facts.region.includes(name));
}

/**
 * Charts of `areas`: the measures `chosen`; in place of one that not all areas have, the one this chart shows for areas.
 * Sums of unlike areas are drawn as indices if wished.
 */
export function chartsOf({ facts, areas, chosen, a, b, dark, index }) {
  const list = offered({ facts, areas });
  const names = chosen.map((name, k) => (list.some((m) => m.name === name) ? name : facts.defaults.areaSeries[k]));
  const lines = areas.lines(dark);
  return names.map((name) => {
    const measure = list.find((m) => m.name === name);
    const indexed = index && lines.length > 1 && measure.extensive;
    const course = (run, value) => {
      const base = indexed ? value(run, name, 0) / 100 : 1;
      return run.frames.map((_, k) => value(run, name, k) / base);
    };
    return { measure, indexed, lines: lines.map((line) => ({ ...line, a: course(a, line.value), b: b ? course(b, line.value) : null })) };
  });
}

export class Series {
  /** onSeek(quarter): a chart was clicked; onChoose(chart, measure): another measure was chosen for it. */
  constructor(host, { onSeek, onChoose }) {
    Object.assign(this, { host, onSeek, grids: [], drawn: 0 });
    this.over = document.createElement("div");
    this.over.className = "nq-over";
    this.over.addEventListener("change", (event) => onChoose(Number(event.target.dataset.chart), event.target.value));
    this.ready = library().then((echarts) => {
      this.chart = echarts.init(host, null, { renderer: "canvas" });
      host.append(this.over);
      this.chart.getZr().on("click", (event) => {
        const grid = this.grids.findIndex((_, k) => this.chart.containPixel({ gridIndex: k }, [event.offsetX, event.offsetY]));
        if (grid >= 0) this.onSeek(Math.round(this.chart.convertFromPixel({ xAxisIndex: grid }, event.offsetX)));
      });
      this.redraw?.();
    });
  }

  close() {
    this.chart?.dispose();
  }

  resize() {
    this.chart?.resize();
    this.redraw?.();
  }

  /** scene: charts of `chartsOf`, topics and measures to choose from, quarters (T,), language, dark, words. */
  draw(scene) {
    this.redraw = () => this.#set(scene);
    this.redraw();
  }

  #set(scene) {
    const { charts, quarters, language, dark, words } = scene;
    if (!this.chart || !this.host.clientWidth) return;
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    const tall = width < 460 && height > 420;
    const columns = tall ? 1 : width < 560 ? 2 : charts.length;
    const [cell, row] = [width / columns, height / Math.ceil(charts.length / columns)];
    const write = ({ measure, indexed }, v, digits = 4) => (indexed ? count(v, language) : amount(v, measure, language, { bare: true, digits }));
    const axes = charts.map(({ measure, indexed, lines }) => {
      const all = lines.flatMap(({ a, b }) => (b ? [...a, ...b] : a));
      return axis(Math.min(...all), Math.max(...all), { parts: row < 100 ? 2 : 3, whole: measure.whole && !indexed });
    });
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `10px ${FONT}`;
    const room = charts.map((chart, k) => {
      const { min, max, step } = axes[k];
      const marks = Array.from({ length: Math.round((max - min) / step) + 1 }, (_, n) => pen.measureText(write(chart, min + n * step)).width);
      return Math.ceil(Math.max(...marks)) + 16;
    });
    // In a column of charts the plots begin below each other.
    const widest = Math.max(...room);
    this.grids = charts.map((_, k) => {
      const [left, top] = [(k % columns) * cell, Math.floor(k / columns) * row];
      const margin = columns === 1 ? widest : room[k];
      const head = columns === 1 ? 31 : 42;
      return { cell: left, left: left + margin, width: cell - margin - 16, title: top + 6, top: top + head, height: row - head - 22 };
    });
    this.#titles(scene, cell);
    // What is only longer than before is merged, so that a tooltip outlives a quarter that arrives.
    const shape = JSON.stringify([charts.map(({ measure, lines }) => [measure.name, lines.map(({ id, b }) => [id, Boolean(b)])]), language, dark, quarters.length]);
    this.chart.setOption(this.#option({ charts, axes, quarters, language, dark, words, write }), { notMerge: shape !== this.shape, lazyUpdate: false });
    this.shape = shape;
    this.quarters = quarters;
    this.drawn += 1;
    this.move(this.at ?? 0);
  }

  /** Over each title lies a list of measures, clear but for its arrow; left alone while quarters arrive, since it may be open. */
  #titles({ charts, topics, measures, quarters, language, words }, cell) {
    const key = JSON.stringify([charts.map(({ measure, indexed }) => [measure.name, indexed]), measures.length, quarters[0], language, cell, this.grids.map(({ cell: left, title }) => [left, title])]);
    if (key === this.titled) return;
    this.titled = key;
    const focused = document.activeElement?.dataset?.chart;
    const lay = (node, k, width) => Object.assign(node.style, { left: `${this.grids[k].cell + 9}px`, top: `${this.grids[k].title}px`, width: `${width}px` });
    this.over.replaceChildren(...charts.flatMap(({ measure, indexed }, k) => {
      const title = Object.assign(document.createElement("b"), { textContent: measure.title[language] });
      const unit = indexed ? words.index(quarters[0]) : measure.unit[language];
      if (unit) title.append(" ", Object.assign(document.createElement("small"), { textContent: unit }));
      const select = Object.assign(document.createElement("select"), { title: `${measure.title[language]}: ${measure.meaning}` });
      select.dataset.chart = k;
      select.setAttribute("aria-label", `${words.chart} ${k + 1}`);
      fillMeasures(select, { topics, measures, chosen: measure.name, language });
      lay(title, k, cell - 34);
      lay(select, k, cell - 14);
      return [title, select];
    }), ...charts.map(() => document.createElement("i")));
    if (focused) this.over.querySelector(`[data-chart="${focused}"]`)?.focus();
    this.cursors = [...this.over.querySelectorAll("i")];
  }

  #option({ charts, axes, quarters, language, dark, words, write }) {
    const ink = dark ? "#aeb8c2" : "#5b6470";
    const years = Math.max(Math.ceil(quarters.length / 4 / (this.grids[0].width > 220 ? 4 : 2.4)), 1);
    const begin = Number(quarters.find((q) => q.endsWith("Q1"))?.slice(0, 4));
    const isLabelled = (q) => q.endsWith("Q1") && (Number(q.slice(0, 4)) - begin) % years === 0;
    const line = (values, k, style) => ({
      type: "line", xAxisIndex: k, yAxisIndex: k, data: values, showSymbol: false, silent: true, animation: false, lineStyle: style, itemStyle: { color: style.color },
    });
    return {
      animation: false,
      textStyle: { fontFamily: FONT },
      grid: this.grids.map(({ left, top, width, height }) => ({ left, top, width, height })),
      tooltip: {
        trigger: "axis", confine: true, transitionDuration: 0, padding: 0, borderWidth: 0, backgroundColor: "transparent", extraCssText: "box-shadow:none",
        axisPointer: { type: "line", animation: false, lineStyle: { color: ink, type: "solid", width: 1, opacity: 0.5 } },
        formatter: (found) => this.#tip(charts[found[0]?.axisIndex ?? 0], quarters, found[0]?.dataIndex ?? 0, { write, words, language }),
      },
      xAxis: charts.map((_, k) => ({
        type: "category", gridIndex: k, data: quarters, boundaryGap: false, axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: dark ? "#3a4450" : "#d5d2c9" } },
        axisLabel: { color: ink, fontSize: 10, interval: (_position, q) => isLabelled(q), formatter: (q) => q.slice(0, 4), showMinLabel: null, showMaxLabel: null },
      })),
      yAxis: charts.map((chart, k) => ({
        type: "value", gridIndex: k, min: axes[k].min, max: axes[k].max, interval: axes[k].step, splitLine: { lineStyle: { color: dark ? "#262e37" : "#ebe8e0" } },
        axisLabel: { color: ink, fontSize: 10, formatter: (v) => write(chart, v) },
      })),
      series: charts.flatMap(({ lines }, k) => lines.flatMap(({ a, b, colour }) => [
        line(a, k, b ? { width: 1.3, type: [4, 3], color: colour, opacity: 0.75 } : { width: 1.8, color: colour }),
        ...(b ? [line(b, k, { width: 1.9, color: colour })] : []),
      ])),
    };
  }

  /** Values of one quarter, under the pointer. */
  #tip(chart, quarters, at, { write, words, language }) {
    const box = Object.assign(document.createElement("div"), { className: "nq-chart-tip" });
    const two = chart.lines.some(({ b }) => b);
    box.append(Object.assign(document.createElement("b"), { textContent: quarters[at] }));
    const table = box.appendChild(document.createElement("table"));
    if (two) table.createTHead().insertRow().append(...["", "", words.baseline, words.yours].map((text) => Object.assign(document.createElement("th"), { textContent: text })));
    const body = table.createTBody();
    for (const { name, colour, a, b } of chart.lines) {
      const row = body.insertRow();
      row.insertCell().appendChild(document.createElement("i")).style.background = colour;
      row.insertCell().textContent = name;
      for (const values of two ? [a, b] : [a]) row.insertCell().textContent = at < values.length ? write(chart, values[at], language === "zh" ? 5 : 4) : "–";
    }
    return box;
  }

  /** Put the line at quarter `t`. */
  move(t) {
    this.at = t;
    if (!this.chart || !this.cursors) return;
    const last = Math.max(this.quarters.length - 1, 1);
    this.grids.forEach((grid, k) => {
      const style = this.cursors[k].style;
      style.transform = `translateX(${grid.left + (grid.width * Math.min(t, last)) / last}px)`;
      style.top = `${grid.top}px`;
      style.height = `${grid.height}px`;
    });
  }
}
