// The stage: maps, player, series and place panel over one history.

import { clusterShape, project, readOutlines } from "./geography.js";
import { query } from "./address.js";
import { Feed } from "./feed.js";
import { Layout } from "./history.js";
import { drawLegend } from "./legend.js";
import { Camera, MapView, flowColour } from "./map.js";
import { PlacePanel } from "./place.js";
import { Player } from "./player.js";
import { amount, differenceScale, percent, sequentialScale } from "./scales.js";
import { Series } from "./series.js";
import { drawTip } from "./tip.js";
import { WORDS, quarterName } from "./words.js";

const SKELETON = `
  <div class="nq-bar">
    <label class="nq-field"><span data-word="colour"></span><select data-pick="measure"></select></label>
    <label class="nq-field"><span data-word="size"></span><select data-pick="size"></select></label>
    <div class="nq-chips" data-flows></div>
    <button type="button" class="nq-chip" data-clusters><span data-word="clusters"></span></button>
    <div class="nq-modes" data-modes hidden></div>
  </div>
  <div class="nq-maps">
    <div class="nq-map" data-map="a"></div><div class="nq-map" data-map="b" hidden></div>
    <div class="nq-legend"></div>
    <div class="nq-tip" hidden></div>
    <section class="nq-place" hidden></section>
    <div class="nq-notice" hidden></div>
  </div>
  <div class="nq-player"></div>
  <div class="nq-series-head"><div class="nq-scope" data-scope></div><span class="nq-series-note"></span></div>
  <div class="nq-series"></div>
  <div class="nq-credit"></div>`;

const ZOOM = `<div class="nq-zoom"><button type="button" data-zoom="1.6">+</button><button type="button" data-zoom="0.625">−</button><button type="button" data-zoom="0">⤢</button></div>`;
const isDark = () => document.querySelector("#app")?.classList.contains("theme--dark") ?? matchMedia("(prefers-color-scheme: dark)").matches;

class Stage {
  constructor(model, root) {
    this.model = model;
    this.facts = model.get("facts");
    this.layout = new Layout({
      places: this.facts.places.code.length, cityMeasures: this.facts.city.map((m) => m.name), nationMeasures: this.facts.nation.map((m) => m.name),
      factors: this.facts.factors.map((f) => f.name), arcs: this.facts.arcs,
    });
    const view = model.get("view");
    const known = (list, name, other) => (list.some((m) => m.name === name) ? name : other);
    this.measure = known(this.facts.city, view.measure, this.facts.defaults.measure);
    this.size = known(this.facts.city, view.size, this.facts.defaults.size);
    this.flows = new Set(view.flows ?? this.facts.defaults.flows);
    this.clusters = Boolean(view.clusters);
    this.mode = "both";
    this.scope = "nation";
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
    this.series = new Series(this.find(".nq-series"), { onSeek: (k) => this.player.seek(k) });
    this.panel = new PlacePanel(this.find(".nq-place"), { facts: this.facts, onClose: () => this.select(-1) });
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
    this.scaleKey = "";
    this.#dirty();
    if (this.seriesTimer) return;
    this.seriesTimer = setTimeout(() => {
      this.seriesTimer = 0;
      this.#drawSeries();
    }, this.feed.a?.frames.length > 2 ? 300 : 0);
  }

  #scales() {
    const { a, b } = this.feed.shown;
    const key = [a.id, a.frames.length, b?.id, b?.frames.length, this.measure, this.size].join();
    if (key === this.scaleKey) return;
    this.scaleKey = key;
    const last = a.frames.length - 1;
    const seen = [0, Math.floor(last / 2), last].flatMap((k) => [...a.city(this.measure, k)]);
    this.scale = sequentialScale(b ? [...seen, ...b.city(this.measure, b.frames.length - 1)] : seen);
    this.largest = Math.max(...[0, last].map((k) => Math.max(...a.city(this.size, k))), 1e-12);
    if (b) {
      const both = Math.min(a.frames.length, b.frames.length) - 1;
      this.gapScale = differenceScale([both, Math.ceil(both * 0.75)].flatMap((k) => Array.from(b.city(this.measure, k), (v, i) => v - a.city(this.measure, k)[i])));
    }
    const greatest = (factor) => Math.max(...[a, b].filter(Boolean).map((run) => run.flows(factor, run.frames.length - 1).amounts[0]), 1e-12);
    this.largestFlow = Object.fromEntries(this.facts.factors.map(({ name }) => [name, greatest(name)]));
  }

  // ---- drawing ----

  #buildMaps() {
    const { places, clusters } = this.facts;
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
    const { a, b } = this.feed.shown;
    const head = this.model.get("head");
    const { computed, all } = this.feed.lengths;
    const dark = isDark();
    if (a) {
      this.#scales();
      const mode = b ? this.mode : "a";
      const shown = { a: ["a"], b: ["b"], both: ["a", "b"], diff: ["d"] }[mode];
      this.panel.draw({ place: this.place, quarter: this.player.quarter, a, b, language: this.language, words: this.words, dark });
      this.maps.forEach((map, k) => {
        if (map.host.hidden !== k >= shown.length) map.host.hidden = k >= shown.length;
        if (k < shown.length) this.#drawMap(map, shown[k], dark, now);
      });
      const flows = this.#flows(shown[0] === "a" ? a : b);
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
      values: this.values, sizes: this.sizes, largest: 1, scale: { at: () => 0.3 }, ramp: this.#ramp(false, dark), flows: [], phase: null,
      names: this.facts.places.name[this.language], selected: this.place, hovered: -1, clusters: this.clusters, language: this.language, dark, bare: true,
    });
  }

  #city(name) {
    return this.facts.city.find((m) => m.name === name);
  }

  #ramp(difference, dark) {
    return difference ? (dark ? "differenceDark" : "differenceLight") : dark ? "dark" : "light";
  }

  #flows(run) {
    return this.facts.factors.filter((f) => this.flows.has(f.name)).map(({ name }) => {
      const flow = run.flows(name, this.player.quarter);
      let sum = 0;
      for (let k = 0; k < flow.shown; k += 1) sum += flow.amounts[k];
      return { ...flow, factor: name, largest: this.largestFlow?.[name] ?? 1, share: flow.total > 0 ? sum / flow.total : 0 };
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
    map.draw({
      values: this.values, sizes: this.sizes, largest: this.largest, scale: key === "d" ? this.gapScale : this.scale, ramp: this.#ramp(key === "d", dark),
      flows: this.#flows(run), phase: this.player.playing ? now / 1400 : null, names: this.facts.places.name[this.language], selected: this.place, hovered: this.hovered,
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
    const city = this.scope === "place" && this.place >= 0;
    const names = city ? this.facts.defaults.placeSeries : this.facts.defaults.series;
    const list = city ? this.facts.city : this.facts.nation;
    const course = (run, name) => run.frames.map((_, k) => (city ? run.cityValue(name, this.place, k) : run.nationValue(name, k)));
    const panels = names.map((name) => ({ measure: list.find((m) => m.name === name), a: course(a, name), b: b ? course(b, name) : null }));
    this.series.draw({ panels, quarters: this.quarters, language: this.language, dark: isDark() });
    const note = city ? `${this.facts.places.name[this.language][this.place]} · ` : "";
    this.find(".nq-series-note").textContent = note + (b ? this.words.series : this.words.seriesOne);
  }

  // ---- what the visitor does ----

  select(place) {
    this.place = place;
    this.find(".nq-tip").hidden = true;
    if (place < 0) this.scope = "nation";
    this.#scope();
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
    drawTip(this.find(".nq-tip"), { place: a ? place : -1, x, y, map, run, a, b, quarter: this.player.quarter, measure, size, facts: this.facts, language: this.language, words: this.words });
  }

  #listen() {
    this.find("[data-pick=measure]").addEventListener("change", (event) => { this.measure = event.target.value; this.#renew(); });
    this.find("[data-pick=size]").addEventListener("change", (event) => { this.size = event.target.value; this.maps.forEach((m) => { m.baseKey = ""; }); this.#renew(); });
    this.root.addEventListener("click", (event) => {
      const { flow, mode, zoom, scope } = event.target.closest("button")?.dataset ?? {};
      if (flow) this.flows[this.flows.has(flow) ? "delete" : "add"](flow);
      if (mode) this.mode = mode;
      if (scope) this.scope = scope;
      if (zoom === "0") this.camera.reset();
      else if (zoom) this.maps[0].zoomBy(Number(zoom));
      if (event.target.closest("[data-clusters]")) this.clusters = !this.clusters;
      if (flow || mode || scope || zoom || event.target.closest("[data-clusters]")) { this.#chips(); this.#modes(); this.#scope(); this.#renew(); }
    });
    this.onWords = () => { this.#word(); this.#renew(); };
    this.model.on("change:language", this.onWords);
    this.resizes = new ResizeObserver(() => { this.series.resize(); this.#dirty(); });
    this.resizes.observe(this.find(".nq-maps"));
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
  }

  #word() {
    this.language = this.model.get("language");
    this.words = WORDS[this.language];
    for (const node of this.root.querySelectorAll("[data-word]")) node.textContent = this.words[node.dataset.word];
    for (const [pick, chosen] of [["measure", this.measure], ["size", this.size]]) {
      const select = this.find(`[data-pick=${pick}]`);
      const list = this.facts.city.filter((m) => pick === "measure" || m.extensive);
      select.replaceChildren(...list.map((m) => new Option(m.title[this.language], m.name, false, m.name === chosen)));
    }
    const zoom = this.root.querySelectorAll("[data-zoom]");
    ["zoomIn", "zoomOut", "zoomReset"].forEach((name, k) => { zoom[k].title = this.words[name]; zoom[k].setAttribute("aria-label", this.words[name]); });
    this.find(".nq-credit").textContent = this.words.credit;
    this.#chips();
    this.#modes();
    this.#scope();
    this.maps.forEach((map) => { map.baseKey = ""; });
  }

  #buttons(host, list, pressed) {
    host.replaceChildren(...list.map(([attribute, value, text, colour]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.dataset[attribute] = value;
      button.setAttribute("aria-pressed", String(pressed(value)));
      if (colour) button.style.setProperty("--chip", colour);
      return button;
    }));
  }

  #chips() {
    this.#buttons(this.find("[data-flows]"), this.facts.factors.map(({ name }) => ["flow", name, this.words[name], flowColour(isDark(), name)]), (v) => this.flows.has(v));
    this.find("[data-clusters]").setAttribute("aria-pressed", String(this.clusters));
  }

  #modes() {
    const host = this.find("[data-modes]");
    host.hidden = !this.feed.shown.b;
    this.#buttons(host, ["a", "b", "both", "diff"].map((m) => ["mode", m, this.words[{ a: "baseline", b: "yours", both: "both", diff: "difference" }[m]]]), (v) => v === this.mode);
  }

  #scope() {
    const list = [["scope", "nation", this.words.nation]];
    if (this.place >= 0) list.push(["scope", "place", this.facts.places.name[this.language][this.place]]);
    this.#buttons(this.find("[data-scope]"), list, (v) => v === this.scope);
  }

  /** A link that shows this again: written into the address, at most twice a second. */
  #address() {
    if (this.addressTimer || !this.model.get("head").a) return;
    this.addressTimer = setTimeout(() => {
      this.addressTimer = 0;
      const { facts, measure, size, flows, clusters, place, language } = this;
      const quarter = this.wanted === null ? this.quarters?.[this.player.quarter] : quarterName(this.wanted);
      const text = query({ head: this.model.get("head"), facts, measure, size, flows, clusters, place, language, playing: this.player.playing, quarter });
      if (text !== location.search) history.replaceState(history.state, "", text);
    }, 500);
  }

  /** What the page holds, for tests and the curious: `nqpf.stage.inspect()`. */
  inspect() {
    const { a, b } = this.feed.shown;
    const head = this.model.get("head");
    return {
      at: this.player.at, quarter: this.player.quarter, name: this.quarters?.[this.player.quarter], playing: this.player.playing, seed: head.seed, state: head.state,
      a: a && { id: a.id, computed: a.frames.length }, b: b && { id: b.id, computed: b.frames.length }, all: head.a?.all, forks: head.forks, first: head.first,
      measure: this.measure, place: this.place < 0 ? null : this.facts.places.code[this.place], zoom: this.camera.zoom, mode: this.mode, firstPaint: this.firstPaint, paints: [...this.paints],
      seriesDrawn: this.series.drawn, frameBytes: this.layout.length * 4, arcs: a ? this.#flows(a).map((f) => [f.factor, f.shown, f.number]) : [],
    };
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
