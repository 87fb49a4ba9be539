// The stage: maps, player, series and place panel over one history.

import { query } from "./address.js";
import { Areas } from "./areas.js";
import { BreakthroughList } from "./breakthroughs.js";
import { fillButtons, fillMeasures } from "./choosers.js";
import { clusterShape, project, readOutlines } from "./geography.js";
import { extentOf } from "./extent.js";
import { Feed } from "./feed.js";
import { Layout } from "./history.js";
import { inspected } from "./inspect.js";
import { drawLegend } from "./legend.js";
import { Camera, MapView, flowColour } from "./map.js";
import { marksAt } from "./marks.js";
import { PlacePanel } from "./place.js";
import { Player } from "./player.js";
import { amount, percent } from "./scales.js";
import { Series, chartsOf, offered } from "./series.js";
import { SKELETON, ZOOM } from "./skeleton.js";
import { drawTip } from "./tip.js";
import { WORDS, quarterName } from "./words.js";

const WIDE = { width: 980, height: 640 }; // from here on the series stand beside one map
const isDark = () => document.querySelector("#app")?.classList.contains("theme--dark") ?? matchMedia("(prefers-color-scheme: dark)").matches;

class Stage {
  constructor(model, root) {
    this.model = model;
    this.facts = model.get("facts");
    this.layout = new Layout({
      places: this.facts.places.code.length, cityMeasures: this.facts.city.map((m) => m.name), nationMeasures: this.facts.nation.map((m) => m.name),
      summed: new Set([...this.facts.city, ...this.facts.nation].filter((m) => m.summed).map((m) => m.name)), regions: this.facts.regions.length, regionMeasures: this.facts.region,
      factors: this.facts.factors.map((f) => f.name), arcs: this.facts.arcs, consortia: this.facts.consortia, partners: this.facts.partners,
    });
    const view = model.get("view");
    const known = (list, name, other) => (list.some((m) => m.name === name) ? name : other);
    this.measure = known(this.facts.city, view.measure, this.facts.defaults.measure);
    this.size = known(this.facts.city, view.size, this.facts.defaults.size);
    this.flows = new Set((view.flows ?? this.facts.defaults.flows).filter((name) => this.facts.factors.some((f) => f.name === name)));
    this.charts = this.facts.defaults.series.map((name, k) => known(this.facts.nation, view.charts?.[k], name));
    this.clusters = Boolean(view.clusters);
    this.mode = "both";
    this.index = view.index ?? true;
    this.place = this.facts.places.code.indexOf(view.place ?? "");
    this.wanted = view.quarter ?? null;
    this.hovered = -1;
    this.paints = [];
    root.className = "nq-stage";
    root.innerHTML = SKELETON;
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.#buildMaps();
    this.player = new Player(this.find(".nq-player"), {
      lengths: () => this.feed.lengths, onMove: () => this.#dirty(), onReset: (seed) => model.send({ kind: "reset", seed }), label: quarterName,
    });
    this.areas = new Areas(this.find(".nq-areas"), { facts: this.facts, chosen: view.series, onChange: () => { this.#areas(); this.#renew(); } });
    this.series = new Series(this.find(".nq-series"), { onSeek: (k) => this.player.seek(k), onChoose: (k, name) => { this.charts[k] = name; this.#drawSeries(); this.#dirty(); } });
    this.panel = new PlacePanel(this.find(".nq-place"), { facts: this.facts, onClose: () => this.select(-1), onGo: (k) => this.player.seek(k) });
    this.list = new BreakthroughList(this.find(".nq-breaks"), { facts: this.facts, onGo: (k) => this.player.seek(k) });
    this.feed = new Feed(model, this.layout, { restart: (...news) => this.#restart(...news), changed: () => this.#news(), frames: (run) => this.#frames(run) });
    this.#listen();
    this.#word();
    this.feed.head();
    setTimeout(() => { this.waited = true; this.#news(); }, 6000);
  }

  // ---- what has arrived ----

  /** Another baseline: the old one is gone. The first of all starts to play by itself, unless a link names a quarter. */
  #restart(head, first) {
    this.player.at = 0;
    this.player.playing = first ? this.wanted === null && !matchMedia("(prefers-reduced-motion: reduce)").matches : true;
    this.player.before = performance.now();
    this.player.seed.value = head.seed;
  }

  #news() {
    const head = this.model.get("head");
    if (this.feed.shown.b && this.mode === "both" && this.root.clientWidth < 700) this.mode = "b";
    const notice = this.find(".nq-notice");
    notice.hidden = head.a !== null && head.state !== "failed";
    notice.textContent = head.state === "failed" ? `${this.words.failed}: ${head.error}` : this.words[this.waited ? "waiting" : "starting"];
    if (head.a) this.quarters = Array.from({ length: head.a.all }, (_, k) => quarterName(head.first + k));
    this.#modes();
    this.#renew();
  }

  #frames(run) {
    const k = this.wanted === null ? -1 : this.wanted - this.model.get("head").first;
    if (run === this.feed.a && k >= 0 && run.frames.length > Math.min(k, this.feed.lengths.all - 1)) {
      this.player.at = Math.min(k, this.feed.lengths.all - 1);
      this.wanted = null;
    }
    if (run === this.feed.b && run.frames.length && this.find("[data-modes]").hidden) this.#news();
    this.#renew();
  }

  /** Scales and series after new frames. */
  #renew() {
    this.extentKey = "";
    this.#dirty();
    if (this.seriesTimer) return;
    this.seriesTimer = setTimeout(() => {
      this.seriesTimer = 0;
      this.#drawSeries();
    }, this.feed.a?.frames.length > 2 ? 300 : 0);
  }

  // ---- drawing ----

  #buildMaps() {
    const { places } = this.facts;
    const clusters = this.facts.regions.filter((region) => region.level === "cluster");
    const outlines = readOutlines(JSON.parse(new TextDecoder().decode(this.model.get("outlines"))));
    this.camera = new Camera(outlines.box);
    const world = places.longitude.map((longitude, k) => project(longitude, places.latitude[k]));
    const shapes = clusters.map((c) => ({ ...c, shape: clusterShape(c.members.map((k) => world[k])) }));
    this.maps = ["a", "b"].map((key) => {
      const host = this.find(`[data-map=${key}]`);
      const view = new MapView(host, {
        camera: this.camera, outlines, clusters: shapes, places, onCamera: () => this.#dirty(),
        onHover: (map, place, x, y) => this.#hover(map, place, x, y), onSelect: (place) => this.select(place),
      });
      if (key === "a") host.insertAdjacentHTML("beforeend", ZOOM);
      view.caption = host.appendChild(document.createElement("div"));
      view.caption.className = "nq-caption";
      view.caption.innerHTML = "<b></b><strong></strong><span></span>";
      return view;
    });
    this.values = new Float32Array(places.code.length);
    this.other = new Float32Array(places.code.length);
    this.sizes = new Float32Array(places.code.length);
  }

  #dirty() {
    if (this.frame || this.closed) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      this.#paint(now);
    });
  }

  #paint(now) {
    this.player.tick(now);
    this.#arrange();
    const { a, b } = this.feed.shown;
    const head = this.model.get("head");
    const { computed, all } = this.feed.lengths;
    const dark = isDark();
    if (a) {
      this.#extent(a, b);
      const mode = b ? this.mode : "a";
      const shown = { a: ["a"], b: ["b"], both: ["a", "b"], diff: ["d"] }[mode];
      const { quarter } = this.player;
      const { quarters, language, words } = this;
      this.panel.draw({ place: this.place, quarter, quarters, a, b, language, words, dark });
      this.find(".nq-breaks").hidden = false;
      this.list.draw({ run: mode === "a" ? a : b, other: mode === "a" ? null : a, quarter, quarters, language, words });
      this.maps.forEach((map, k) => {
        if (map.host.hidden !== k >= shown.length) map.host.hidden = k >= shown.length;
        if (k < shown.length) this.#drawMap(map, shown[k], dark, now);
      });
      const flows = this.flowsOf(shown[0] === "a" ? a : b);
      drawLegend(this.find(".nq-legend"), {
        scale: mode === "diff" ? this.gapScale : this.scale, ramp: this.#ramp(mode === "diff", dark), measure: this.#city(this.measure), size: this.#city(this.size),
        largest: this.largest, radius: this.maps[0].largestRadius, flows, language: this.language, words: this.words, dark, difference: mode === "diff",
      });
      this.paints.push(now);
      this.firstPaint ??= performance.now();
      if (this.paints.length > 600) this.paints.splice(0, 300);
    } else this.#drawEmpty(dark);
    if (dark !== this.wasDark) {
      this.wasDark = dark;
      this.#chips();
      this.#renew();
    }
    const quarters = this.quarters ?? [];
    const status = computed < all ? `${this.words.computing} ${computed} / ${all}` : head.forks?.length ? `${this.words.yours} ${this.words.from} ${quarterName(Math.min(...head.forks.map((f) => f.quarter)))}` : "";
    this.player.draw(this.words, quarters, head.forks?.length ?? 0, status);
    this.series.move(this.player.at);
    if (this.player.playing) this.#dirty();
    this.#address();
  }

  /** The land and where the places are, while the model starts. */
  #drawEmpty(dark) {
    this.maps[0].resize();
    this.maps[0].draw({
      values: this.values, sizes: this.sizes, largest: 1, scale: { at: () => 0.3 }, ramp: this.#ramp(false, dark), flows: [], marks: [], phase: null,
      names: this.facts.places.name[this.language], selected: this.place, hovered: -1, clusters: this.clusters, language: this.language, dark, bare: true,
    });
  }

  #city(name) {
    return this.facts.city.find((m) => m.name === name);
  }

  #extent(a, b) {
    const key = [a.id, a.frames.length, b?.id, b?.frames.length, this.measure, this.size].join();
    if (key === this.extentKey) return;
    this.extentKey = key;
    Object.assign(this, extentOf({ a, b, measure: this.#city(this.measure), size: this.size, factors: this.facts.factors }));
  }

  /** One map leaves room beside it for the series; two, or a place's panel, have them below. */
  #arrange() {
    const wide = !(this.feed.shown.b && this.mode === "both") && this.place < 0 && this.root.clientWidth >= WIDE.width && innerHeight >= WIDE.height;
    this.root.classList.toggle("nq-wide", wide);
  }

  #ramp(difference, dark) {
    return difference ? (dark ? "differenceDark" : "differenceLight") : dark ? "dark" : "light";
  }

  /** What is drawn of the flows chosen, with how much of all it is. */
  flowsOf(run) {
    return this.facts.factors.filter((f) => this.flows.has(f.name)).map((measure) => {
      const { name } = measure;
      const flow = run.flows(name, this.player.quarter);
      const { province } = this.facts.places;
      let [sum, across] = [0, 0];
      for (let k = 0; k < flow.shown; k += 1) {
        sum += flow.amounts[k];
        across += province[flow.ends[2 * k]] !== province[flow.ends[2 * k + 1]];
      }
      return { ...flow, across, measure, factor: name, largest: this.largestFlow?.[name] ?? 1, share: flow.total > 0 ? sum / flow.total : 0 };
    });
  }

  #drawMap(map, key, dark, now) {
    map.resize();
    const { a, b } = this.feed.shown;
    const run = key === "a" ? a : b;
    const t = this.player.at;
    run.cityBetween(this.measure, t, this.values);
    run.cityBetween(this.size, t, this.sizes);
    if (key === "d") {
      a.cityBetween(this.measure, t, this.other);
      for (let k = 0; k < this.values.length; k += 1) this.values[k] -= this.other[k];
    }
    map.marks = marksAt(run, t, this.player.playing ? this.player.speed : 0);
    this.marks = map.marks;
    map.draw({
      marks: map.marks, values: this.values, sizes: this.sizes, largest: this.largest, scale: key === "d" ? this.gapScale : this.scale, ramp: this.#ramp(key === "d", dark),
      flows: this.flowsOf(run), phase: this.player.playing ? now / 1400 : null, names: this.facts.places.name[this.language], selected: this.place, hovered: this.hovered,
      clusters: this.clusters, language: this.language, dark, bare: false,
    });
    const headline = this.facts.nation.find((m) => m.name === this.facts.defaults.headline);
    const k = this.player.quarter;
    const [tag, big, small] = map.caption.children;
    const base = a.nationValue(headline.name, k);
    const value = run.nationValue(headline.name, k);
    tag.textContent = { a: b ? this.words.baseline : "", b: this.words.yours, d: this.words.difference }[key];
    big.textContent = this.quarters[k].replace("Q", " Q");
    const gap = key === "a" ? "" : ` (${percent(value / base - 1, this.language, true)})`;
    small.textContent = `${headline.title[this.language]} ${amount(value, headline, this.language)}${gap}`;
  }

  #drawSeries() {
    const { a, b } = this.feed.shown;
    if (!a || this.closed) return;
    const dark = isDark();
    this.#areas();
    const { facts, areas, index, quarters, language, words } = this;
    const charts = chartsOf({ facts, areas, chosen: this.charts, a, b, dark, index });
    this.series.draw({ charts, topics: facts.topics, measures: offered({ facts, areas }), quarters, language, dark, words });
    this.find(".nq-series-note").textContent = b ? this.words.series : this.words.seriesOne;
  }

  // ---- what the visitor does ----

  select(place) {
    this.place = place;
    this.find(".nq-tip").hidden = true;
    this.#areas();
    this.#renew();
  }

  #hover(map, place, x, y) {
    if (place !== this.hovered) {
      this.hovered = place;
      this.#dirty();
    }
    map.live.style.cursor = place >= 0 ? "pointer" : "grab";
    const { a, b } = this.feed.shown;
    const [measure, size] = [this.#city(this.measure), this.#city(this.size)];
    const run = b && (map !== this.maps[0] || this.mode === "b" || this.mode === "diff") ? b : a;
    drawTip(this.find(".nq-tip"), { place: a ? place : -1, x, y, map, run, a, b, quarter: this.player.quarter, measure, size, marks: map.marks ?? [], facts: this.facts, language: this.language, words: this.words });
  }

  #listen() {
    this.find("[data-pick=measure]").addEventListener("change", (event) => { this.measure = event.target.value; this.#renew(); });
    this.find("[data-pick=size]").addEventListener("change", (event) => { this.size = event.target.value; this.maps.forEach((m) => { m.baseKey = ""; }); this.#renew(); });
    this.root.addEventListener("click", (event) => {
      const { flow, mode, zoom, index } = event.target.closest("button")?.dataset ?? {};
      if (flow) this.flows[this.flows.has(flow) ? "delete" : "add"](flow);
      if (mode) this.mode = mode;
      if (index !== undefined) this.index = !this.index;
      if (zoom === "0") this.camera.reset();
      else if (zoom) this.maps[0].zoomBy(Number(zoom));
      if (event.target.closest("[data-clusters]")) this.clusters = !this.clusters;
      if (flow || mode || index !== undefined || zoom || event.target.closest("[data-clusters]")) { this.#chips(); this.#modes(); this.#areas(); this.#renew(); }
    });
    this.onWords = () => { this.#word(); this.#renew(); };
    this.model.on("change:language", this.onWords);
    this.resizes = new ResizeObserver(() => { this.series.resize(); this.#dirty(); });
    for (const part of [".nq-maps", ".nq-series"]) this.resizes.observe(this.find(part));
    this.theme = new MutationObserver(() => this.#dirty());
    const app = document.querySelector("#app");
    if (app) this.theme.observe(app, { attributes: true, attributeFilter: ["class"] });
  }

  close() {
    this.closed = true;
    this.feed.close();
    cancelAnimationFrame(this.frame);
    this.resizes.disconnect();
    this.theme.disconnect();
    this.model.off("change:language", this.onWords);
    this.player.close();
    this.series.close();
    this.areas.close();
  }

  #word() {
    this.language = this.model.get("language");
    this.words = WORDS[this.language];
    for (const node of this.root.querySelectorAll("[data-word]")) node.textContent = this.words[node.dataset.word];
    for (const [pick, chosen] of [["measure", this.measure], ["size", this.size]]) {
      const select = this.find(`[data-pick=${pick}]`);
      const measures = this.facts.city.filter((m) => pick === "measure" || m.extensive);
      fillMeasures(select, { topics: this.facts.topics, measures, chosen, language: this.language });
    }
    const zoom = this.root.querySelectorAll("[data-zoom]");
    ["zoomIn", "zoomOut", "zoomReset"].forEach((name, k) => { zoom[k].title = this.words[name]; zoom[k].setAttribute("aria-label", this.words[name]); });
    this.find(".nq-credit").textContent = this.words.credit;
    this.find("[data-flows]").setAttribute("aria-label", this.words.flows);
    this.find("[data-modes]").setAttribute("aria-label", this.words.views);
    this.#chips();
    this.#modes();
    this.#areas();
    this.maps.forEach((map) => { map.baseKey = ""; });
  }

  #chips() {
    const chips = this.facts.factors.map(({ name, unit, direction }) => ["flow", name, this.words[name], flowColour(isDark(), name), `${unit[this.language]}, ${direction[this.language]}`]);
    fillButtons(this.find("[data-flows]"), chips, (v) => this.flows.has(v));
    this.find("[data-clusters]").setAttribute("aria-pressed", String(this.clusters));
  }

  #modes() {
    const host = this.find("[data-modes]");
    host.hidden = !this.feed.shown.b;
    fillButtons(host, ["a", "b", "both", "diff"].map((m) => ["mode", m, this.words[{ a: "baseline", b: "yours", both: "both", diff: "difference" }[m]]]), (v) => v === this.mode);
  }

  #areas() {
    this.areas.draw({ place: this.place, language: this.language, words: this.words, dark: isDark() });
    const index = this.find("[data-index]");
    index.hidden = this.areas.drawn.length < 2;
    index.title = this.words.indexHint;
    index.setAttribute("aria-pressed", String(this.index));
  }

  /** A link that shows this again: written into the address, at most twice a second. */
  #address() {
    if (this.addressTimer || !this.model.get("head").a) return;
    this.addressTimer = setTimeout(() => {
      this.addressTimer = 0;
      const { facts, measure, size, flows, clusters, place, charts, index, language } = this;
      const quarter = this.wanted === null ? this.quarters?.[this.player.quarter] : quarterName(this.wanted);
      const text = query({ head: this.model.get("head"), facts, measure, size, flows, clusters, place, areas: this.areas.chosen, charts, index, language, playing: this.player.playing, quarter });
      if (text !== location.search) history.replaceState(history.state, "", text);
    }, 500);
  }

  inspect() {
    return inspected(this);
  }

  /** A charted measure of an area over all quarters of run "a" or "b". */
  courseOf(run, name, area) {
    const line = this.areas.lines(false).find(({ id }) => id === area);
    return this.feed[run].frames.map((_, k) => line.value(this.feed[run], name, k));
  }

  /** One city measure of quarter `k` of run "a" or "b", as numbers. */
  valuesOf(run, name, k) {
    return [...this.feed[run].city(name, k)];
  }
}

export function render({ model, el }) {
  const stage = new Stage(model, el.appendChild(document.createElement("div")));
  globalThis.nqpf = Object.assign(globalThis.nqpf ?? {}, { stage });
  return () => stage.close();
}

export default { render };
