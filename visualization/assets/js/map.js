// One map: land once per camera into its own canvas, places and flows on top of it.

import { project } from "./geography.js";
import { drawMarks } from "./marks.js";
import { RAMPS, shade } from "./scales.js";

const COLOURS = {
  light: {
    sea: "#e6ecef", land: "#f1efe9", province: "#fffefb", border: "#cfcabd", coast: "#b9b5a8", ink: "#22252b", halo: "rgba(255,254,251,.88)",
    ring: "rgba(20,24,32,.55)", select: "#c2255c", cluster: "#64748b", clusterFill: "rgba(100,116,139,.07)",
    flow: { talent: "#d9480f", labour: "#c58b00", capital: "#6741d9", goods: "#495057", data: "#a61e4d", collaboration: "#2b8a3e" },
  },
  dark: {
    sea: "#0d1217", land: "#171d23", province: "#20272f", border: "#36404a", coast: "#414c57", ink: "#eef1f4", halo: "rgba(13,18,23,.8)",
    ring: "rgba(0,0,0,.6)", select: "#ff6b9d", cluster: "#9fb0c3", clusterFill: "rgba(159,176,195,.07)",
    flow: { talent: "#ff8a4c", labour: "#ffc53d", capital: "#b197fc", goods: "#ced4da", data: "#ff8fab", collaboration: "#63e6be" },
  },
};
const CLUSTER_FONT = "italic 500 10.5px Inter, Roboto, system-ui, 'Noto Sans CJK SC', sans-serif";
const BUCKETS = [0.2, 0.3, 0.42, 0.65]; // opacity of a quarter of the arcs each, weakest first
const INK = 0.014; // share of the map that a factor's arcs may cover at full opacity: beyond it all of them pale, so that places stay legible

export const flowColour = (dark, factor) => COLOURS[dark ? "dark" : "light"].flow[factor];

/** What the maps share, so that they move together. */
export class Camera {
  constructor(box) {
    this.box = box;
    this.reset();
  }

  reset() {
    this.zoom = 1;
    this.x = (this.box.left + this.box.right) / 2;
    this.y = (this.box.top + this.box.bottom) / 2;
  }

  scale(width, height) {
    const { left, right, top, bottom } = this.box;
    return Math.min(width / (right - left), height / (bottom - top)) * 0.965 * this.zoom;
  }

  clamp() {
    this.zoom = Math.max(1, Math.min(24, this.zoom));
    this.x = Math.max(this.box.left, Math.min(this.box.right, this.x));
    this.y = Math.max(this.box.top, Math.min(this.box.bottom, this.y));
    if (this.zoom === 1) this.reset();
  }
}

export class MapView {
  constructor(host, { camera, outlines, clusters, places, onCamera, onHover, onSelect }) {
    Object.assign(this, { host, camera, outlines, clusters, onCamera, onHover, onSelect });
    this.base = host.appendChild(document.createElement("canvas"));
    this.live = host.appendChild(document.createElement("canvas"));
    this.live.tabIndex = -1;
    this.n = places.longitude.length;
    this.world = places.longitude.map((longitude, k) => project(longitude, places.latitude[k]));
    this.sx = new Float32Array(this.n);
    this.sy = new Float32Array(this.n);
    this.radius = new Float32Array(this.n);
    this.order = Array.from({ length: this.n }, (_, k) => k);
    this.baseKey = "";
    this.labels = [];
    this.#listen();
  }

  resize() {
    const { width, height } = this.host.getBoundingClientRect();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height, ratio, baseKey: "" });
    for (const canvas of [this.base, this.live]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
  }

  #place() {
    const s = this.camera.scale(this.width, this.height);
    for (let k = 0; k < this.n; k += 1) {
      this.sx[k] = (this.world[k][0] - this.camera.x) * s + this.width / 2;
      this.sy[k] = (this.world[k][1] - this.camera.y) * s + this.height / 2;
    }
    return s;
  }

  #drawBase(colours, s, scene) {
    const ctx = this.base.getContext("2d", { alpha: false });
    const r = this.ratio;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = colours.sea;
    ctx.fillRect(0, 0, this.base.width, this.base.height);
    ctx.setTransform(s * r, 0, 0, s * r, (this.width / 2 - this.camera.x * s) * r, (this.height / 2 - this.camera.y * s) * r);
    ctx.lineJoin = "round";
    ctx.fillStyle = colours.land;
    ctx.fill(this.outlines.land);
    ctx.strokeStyle = colours.coast;
    ctx.lineWidth = 0.6 / s;
    ctx.stroke(this.outlines.land);
    ctx.fillStyle = colours.province;
    ctx.fill(this.outlines.provinces);
    ctx.strokeStyle = colours.border;
    ctx.lineWidth = 0.9 / s;
    ctx.stroke(this.outlines.provinces);
    if (!scene.clusters) return;
    ctx.fillStyle = colours.clusterFill;
    ctx.strokeStyle = colours.cluster;
    ctx.lineWidth = 1 / s;
    ctx.setLineDash([4 / s, 3 / s]);
    for (const { shape } of this.clusters) {
      ctx.fill(shape.path);
      ctx.stroke(shape.path);
    }
    ctx.setLineDash([]);
  }

  #text(ctx, text, x, y, ink, halo) {
    ctx.lineWidth = 3;
    ctx.lineJoin = "round";
    ctx.strokeStyle = halo;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = ink;
    ctx.fillText(text, x, y);
  }

  /** Names where they fit, largest places first. */
  #arrange(scene) {
    const ctx = this.live.getContext("2d");
    ctx.font = this.#font();
    const taken = [];
    const clear = (b) => taken.every((t) => b.x + b.w < t.x || t.x + t.w < b.x || b.y + b.h < t.y || t.y + t.h < b.y);
    const most = Math.min(this.n, Math.round((this.width < 500 ? 12 : 22) * this.camera.zoom ** 1.4));
    this.labels = [];
    this.clusterLabels = [];
    if (scene.bare) return;
    for (const k of this.order.slice(0, most)) {
      const [x, y, r] = [this.sx[k], this.sy[k], this.radius[k]];
      if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
      const name = scene.names[k];
      const w = ctx.measureText(name).width;
      const spots = [[x + r + 3, y + 4], [x - r - 3 - w, y + 4], [x - w / 2, y - r - 4], [x - w / 2, y + r + 12]];
      const spot = spots.find(([a, b]) => a > 0 && a + w < this.width && clear({ x: a - 2, y: b - 11, w: w + 4, h: 14 }));
      if (!spot) continue;
      taken.push({ x: spot[0] - 2, y: spot[1] - 11, w: w + 4, h: 14 });
      this.labels.push([name, ...spot]);
    }
    if (!scene.clusters) return;
    ctx.font = CLUSTER_FONT;
    const s = this.camera.scale(this.width, this.height);
    for (const { shape, name } of this.clusters) {
      const w = ctx.measureText(name[scene.language]).width;
      const x = (shape.top[0] - this.camera.x) * s + this.width / 2 - w / 2;
      const y = (shape.top[1] - this.camera.y) * s + this.height / 2 - 5;
      if (!clear({ x: x - 3, y: y - 11, w: w + 6, h: 14 })) continue;
      taken.push({ x: x - 3, y: y - 11, w: w + 6, h: 14 });
      this.clusterLabels.push([name[scene.language], x, y]);
    }
  }

  #font() {
    return `500 ${this.width < 500 ? 11 : 11.5}px Inter, Roboto, system-ui, 'Noto Sans CJK SC', sans-serif`;
  }

  /**
   * scene: values and sizes (n,), scale, largest size, ramp, flows [{factor, ends, amounts, shown, largest}], marks of
   * breakthroughs, phase of the moving points or null, names, selected and hovered place or −1, clusters, language, dark, bare (no names yet).
   */
  draw(scene) {
    if (!(this.width > 0)) return;
    const colours = COLOURS[scene.dark ? "dark" : "light"];
    const s = this.#place();
    const key = [this.width, this.height, this.ratio, this.camera.x, this.camera.y, this.camera.zoom, scene.dark, scene.clusters, scene.language, scene.bare].join();
    const largest = Math.min(this.width, this.height * 1.4) * 0.027 * this.camera.zoom ** 0.55;
    for (let k = 0; k < this.n; k += 1) this.radius[k] = 1.6 + largest * Math.sqrt(Math.max(scene.sizes[k], 0) / scene.largest);
    this.largestRadius = largest;
    if (key !== this.baseKey) {
      this.order.sort((a, b) => scene.sizes[b] - scene.sizes[a]);
      this.#arrange(scene);
    }
    if (key !== this.baseKey) {
      this.#drawBase(colours, s, scene);
      this.baseKey = key;
    }
    const ctx = this.live.getContext("2d");
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.height);
    this.#circles(ctx, scene, colours);
    for (const flow of [...scene.flows].reverse()) this.#arcs(ctx, flow, colours.flow[flow.factor], scene);
    this.#marks(ctx, scene, colours);
    drawMarks(ctx, { marks: scene.marks, sx: this.sx, sy: this.sy, radius: this.radius, width: this.width, dark: scene.dark });
    ctx.font = this.#font();
    ctx.textAlign = "left";
    for (const [name, x, y] of this.labels) this.#text(ctx, name, x, y, colours.ink, colours.halo);
    ctx.font = CLUSTER_FONT;
    for (const [name, x, y] of this.clusterLabels) this.#text(ctx, name, x, y, colours.cluster, colours.halo);
  }

  #circles(ctx, scene, colours) {
    const ramp = RAMPS[scene.ramp];
    ctx.lineWidth = 0.8;
    ctx.strokeStyle = colours.ring;
    for (const k of this.order) {
      const [x, y, r] = [this.sx[k], this.sy[k], this.radius[k]];
      if (x < -r || y < -r || x > this.width + r || y > this.height + r) continue;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 6.2832);
      ctx.fillStyle = shade(ramp, scene.scale.at(scene.values[k]));
      ctx.globalAlpha = 0.86;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.stroke();
    }
  }

  #marks(ctx, scene, colours) {
    for (const [k, width] of [[scene.hovered, 1.6], [scene.selected, 2.6]]) {
      if (k < 0) continue;
      ctx.beginPath();
      ctx.arc(this.sx[k], this.sy[k], this.radius[k] + 2, 0, 6.2832);
      ctx.lineWidth = width;
      ctx.strokeStyle = k === scene.selected ? colours.select : colours.ink;
      ctx.stroke();
    }
  }

  /** Arcs in groups of one opacity, weakest first; those of a selected place stand out from the rest. */
  #groups({ ends, shown }, selected) {
    const every = Array.from({ length: shown }, (_, k) => shown - 1 - k);
    if (selected >= 0) {
      const touches = (k) => ends[2 * k] === selected || ends[2 * k + 1] === selected;
      const own = every.filter(touches);
      if (own.length) return [[0.1, every.filter((k) => !touches(k))], [0.85, own]];
    }
    return BUCKETS.map((opacity, b) => [opacity, every.slice(Math.floor((shown * b) / BUCKETS.length), Math.floor((shown * (b + 1)) / BUCKETS.length))]);
  }

  /** How far arcs of total area `ink`, in pixels, have to pale. */
  #pale(arcs) {
    const ink = arcs.reduce((sum, [opacity, list]) => sum + opacity * list.reduce((area, { w, length }) => area + w * length, 0), 0);
    return Math.min(1, (INK * this.width * this.height * this.camera.zoom) / Math.max(ink, 1));
  }

  /** Tapered arcs, broad at the origin; equal opacity is one path, so crowds do not turn into blots. */
  #arcs(ctx, flow, colour, { phase, selected }) {
    const { ends, amounts, largest } = flow;
    ctx.fillStyle = colour;
    const broadest = Math.min(5, 2.4 + this.width / 400) * this.camera.zoom ** 0.25;
    const points = [];
    const groups = this.#groups(flow, selected).map(([opacity, list]) => [opacity, list.map((k) => {
      const [o, d] = [ends[2 * k], ends[2 * k + 1]];
      return { o, d, length: Math.hypot(this.sx[d] - this.sx[o], this.sy[d] - this.sy[o]), w: 0.3 + (broadest / 2) * (amounts[k] / largest) ** 0.75 };
    }).filter(({ length }) => length > 2)]);
    const pale = this.#pale(groups);
    for (const [opacity, arcs] of groups) {
      ctx.beginPath();
      for (const { o, d, length, w } of arcs) {
        const [x0, y0, x1, y1] = [this.sx[o], this.sy[o], this.sx[d], this.sy[d]];
        const [nx, ny] = [(y0 - y1) / length, (x1 - x0) / length];
        const [cx, cy] = [(x0 + x1) / 2 - nx * length * 0.18, (y0 + y1) / 2 - ny * length * 0.18];
        ctx.moveTo(x0 + nx * w, y0 + ny * w);
        ctx.quadraticCurveTo(cx + nx * w * 0.55, cy + ny * w * 0.55, x1, y1);
        ctx.quadraticCurveTo(cx - nx * w * 0.55, cy - ny * w * 0.55, x0 - nx * w, y0 - ny * w);
        ctx.closePath();
        if (phase !== null && opacity > 0.1) {
          const t = (phase * (0.45 + 60 / (length + 60)) + ((o * 31 + d * 17) % 97) / 97) % 1;
          const u = 1 - t;
          points.push(u * u * x0 + 2 * u * t * cx + t * t * x1, u * u * y0 + 2 * u * t * cy + t * t * y1, 0.6 + w * 0.3);
        }
      }
      ctx.globalAlpha = opacity === 0.85 ? opacity : opacity * pale;
      ctx.fill();
    }
    ctx.globalAlpha = 0.35 + 0.6 * pale;
    ctx.beginPath();
    for (let k = 0; k < points.length; k += 3) {
      const r = points[k + 2];
      ctx.rect(points[k] - r, points[k + 1] - r, 2 * r, 2 * r);
    }
    ctx.fill();
    ctx.globalAlpha = 1;
  }

  /** The place under a point, the smallest circle first; −1 if none is near. */
  at(x, y) {
    let [best, nearest] = [-1, Infinity];
    for (let k = 0; k < this.n; k += 1) {
      const distance = Math.hypot(this.sx[k] - x, this.sy[k] - y);
      const reach = Math.max(this.radius[k] + 2, 7);
      if (distance < reach && distance + this.radius[k] * 0.5 < nearest) [best, nearest] = [k, distance + this.radius[k] * 0.5];
    }
    return best;
  }

  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.camera.scale(this.width, this.height);
    const [wx, wy] = [this.camera.x + (x - this.width / 2) / before, this.camera.y + (y - this.height / 2) / before];
    this.camera.zoom *= factor;
    this.camera.zoom = Math.max(1, Math.min(24, this.camera.zoom));
    const after = this.camera.scale(this.width, this.height);
    this.camera.x = wx - (x - this.width / 2) / after;
    this.camera.y = wy - (y - this.height / 2) / after;
    this.camera.clamp();
    this.onCamera();
  }

  #listen() {
    const held = new Map();
    let [moved, spread] = [0, 0];
    const point = (event) => {
      const box = this.live.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const gap = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    };
    this.live.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), ...point(event));
    }, { passive: false });
    this.live.addEventListener("dblclick", (event) => this.zoomBy(2, ...point(event)));
    this.live.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, point(event));
      if (held.size === 1) moved = 0;
      if (held.size === 2) spread = gap();
      this.live.setPointerCapture(event.pointerId);
    });
    this.live.addEventListener("pointermove", (event) => {
      const now = point(event);
      const before = held.get(event.pointerId);
      if (!before) {
        this.onHover(this, this.at(...now), ...now);
        return;
      }
      held.set(event.pointerId, now);
      if (held.size === 2) {
        const [[ax, ay], [bx, by]] = [...held.values()];
        const wide = gap();
        this.zoomBy(wide / (spread || wide), (ax + bx) / 2, (ay + by) / 2);
        spread = wide;
        moved = 99;
        return;
      }
      moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (moved < 4) return;
      const s = this.camera.scale(this.width, this.height);
      this.camera.x -= (now[0] - before[0]) / s;
      this.camera.y -= (now[1] - before[1]) / s;
      this.camera.clamp();
      this.onCamera();
    });
    const release = (event) => {
      const single = held.size === 1 && held.has(event.pointerId);
      held.delete(event.pointerId);
      if (single && moved < 4 && event.type === "pointerup") this.onSelect(this.at(...point(event)));
    };
    this.live.addEventListener("pointerup", release);
    this.live.addEventListener("pointercancel", release);
    this.live.addEventListener("pointerleave", () => this.onHover(this, -1, 0, 0));
  }
}
