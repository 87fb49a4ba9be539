// Series over time by ECharts, from the history in the browser. The line of the quarter shown is an overlay: moving it redraws nothing.

import { amount } from "./scales.js";

const PATH = "/echarts@5.4.0/dist/echarts.esm.min.js";

/** ECharts as the application's own server offers it. */
function library() {
  const root = globalThis.solara?.cdn ?? "/_solara/cdn";
  return import(new URL(root + PATH, location.href).href);
}

export class Series {
  constructor(host, { onSeek }) {
    Object.assign(this, { host, onSeek, grids: [], drawn: 0 });
    this.cursors = document.createElement("div");
    this.cursors.className = "nq-cursors";
    this.ready = library().then((echarts) => {
      this.chart = echarts.init(host, null, { renderer: "canvas" });
      host.append(this.cursors);
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

  /** panels: [{measure, a: values, b: values or null, from}], quarters (T,), language, dark, words. */
  draw(scene) {
    this.redraw = () => this.#set(scene);
    this.redraw();
  }

  #set({ panels, quarters, language, dark }) {
    if (!this.chart || !this.host.clientWidth) return;
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    const columns = width < 560 ? 2 : panels.length;
    const rows = Math.ceil(panels.length / columns);
    const ink = dark ? "#aeb8c2" : "#5b6470";
    const accent = dark ? "#5cc8d6" : "#1b6f8f";
    this.grids = panels.map((_, k) => ({
      left: (k % columns) * (width / columns) + 50, width: width / columns - 66,
      top: Math.floor(k / columns) * (height / rows) + 40, height: height / rows - 62,
    }));
    const line = (values, k, style) => ({
      type: "line", xAxisIndex: k, yAxisIndex: k, data: values, showSymbol: false, silent: true, animation: false, lineStyle: style,
    });
    this.chart.setOption({
      animation: false,
      textStyle: { fontFamily: "Inter, Roboto, system-ui, 'Noto Sans CJK SC', sans-serif" },
      title: panels.map(({ measure }, k) => ({
        text: measure.title[language], subtext: measure.percent ? "" : measure.unit[language], left: this.grids[k].left - 44, top: this.grids[k].top - 33,
        itemGap: 2, padding: 0, textStyle: { width: width / columns - 14, overflow: "truncate", fontSize: 12, fontWeight: 600, color: dark ? "#e6eaee" : "#22252b" }, subtextStyle: { fontSize: 10, color: ink },
      })),
      grid: this.grids,
      xAxis: panels.map((_, k) => ({
        type: "category", gridIndex: k, data: quarters, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: dark ? "#3a4450" : "#d5d2c9" } },
        axisLabel: { color: ink, fontSize: 10, interval: Math.max(Math.floor(quarters.length / 2) - 1, 0), formatter: (q) => q.slice(0, 4), hideOverlap: true },
      })),
      yAxis: panels.map(({ measure }, k) => ({
        type: "value", gridIndex: k, scale: true, splitNumber: 3, splitLine: { lineStyle: { color: dark ? "#262e37" : "#ebe8e0" } },
        axisLabel: { color: ink, fontSize: 10, formatter: (v) => amount(v, measure, language, { bare: true, digits: 4 }) },
      })),
      series: panels.flatMap(({ a, b }, k) => [
        line(a, k, b ? { width: 1.5, type: [5, 3], color: ink } : { width: 1.8, color: accent }),
        ...(b ? [line(b, k, { width: 2, color: accent })] : []),
      ]),
    }, { notMerge: true, lazyUpdate: false });
    this.quarters = quarters;
    this.drawn += 1;
    this.move(this.at ?? 0);
  }

  /** Put the line at quarter `t`. */
  move(t) {
    this.at = t;
    if (!this.chart || !this.quarters) return;
    while (this.cursors.children.length < this.grids.length) this.cursors.append(document.createElement("i"));
    while (this.cursors.children.length > this.grids.length) this.cursors.lastChild.remove();
    const last = Math.max(this.quarters.length - 1, 1);
    this.grids.forEach((grid, k) => {
      const style = this.cursors.children[k].style;
      style.transform = `translateX(${grid.left + (grid.width * Math.min(t, last)) / last}px)`;
      style.top = `${grid.top}px`;
      style.height = `${grid.height}px`;
    });
  }
}
