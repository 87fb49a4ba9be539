// What arrives: heads say how far each run is, frames are asked for, lost messages are asked for again.

import { Run } from "./history.js";

const PATIENCE = 2500; // ms until a request counts as lost
const SILENCE = 3000; // ms without news from a run under way until the server is asked

export class Feed {
  /** on: {restart(head, first), changed(), frames(run)} — what the stage does about news. */
  constructor(model, layout, on) {
    Object.assign(this, { model, layout, on, a: null, b: null, asked: new Map(), heardAt: performance.now() });
    this.onHead = () => this.head();
    this.onMessage = (content, buffers) => content.kind === "frames" && this.#chunk(content, buffers);
    model.on("change:head", this.onHead);
    model.on("msg:custom", this.onMessage);
    this.timer = setInterval(() => this.#watch(), 1000);
  }

  close() {
    clearInterval(this.timer);
    this.model.off("change:head", this.onHead);
    this.model.off("msg:custom", this.onMessage);
  }

  /** Follow the head: other runs replace the ones here; a fork takes over the frames it shares. */
  head() {
    const head = this.model.get("head");
    this.heardAt = performance.now();
    if (!head.a) {
      this.on.changed();
      return;
    }
    if (this.a?.id !== head.a.id) {
      const first = this.a === null;
      this.a = new Run(this.layout, head.a.id);
      this.on.restart(head, first);
    }
    if (!head.b) this.b = null;
    else if (this.b?.id !== head.b.id) {
      const next = new Run(this.layout, head.b.id);
      const parent = [this.a, this.b].find((run) => run?.id === head.b.parent);
      if (parent) next.frames = parent.frames.slice(0, head.b.shared);
      this.b = next;
    }
    this.#ask();
    this.on.changed();
  }

  /** The runs that have something to show. */
  get shown() {
    const [a, b] = [this.a, this.b].map((run) => (run?.frames.length ? run : null));
    return { a, b: a && b };
  }

  /** Quarters there are of what is shown, and quarters in all. */
  get lengths() {
    const { a, b } = this.shown;
    return { computed: Math.min(a?.frames.length ?? 0, b?.frames.length ?? Infinity), all: this.model.get("head").a?.all ?? 1 };
  }

  #ask() {
    const head = this.model.get("head");
    for (const key of ["a", "b"]) {
      const run = this[key];
      if (!run || !head[key] || this.asked.has(run.id) || run.frames.length >= head[key].computed) continue;
      this.asked.set(run.id, performance.now());
      this.model.send({ kind: "need", run: run.id, from: run.frames.length });
    }
  }

  #chunk(content, buffers) {
    this.heardAt = performance.now();
    this.asked.delete(content.run);
    const run = [this.a, this.b].find((r) => r?.id === content.run);
    if (!run) return;
    run.append(content.from, buffers[0]);
    this.on.frames(run);
    this.#ask();
  }

  #watch() {
    const now = performance.now();
    for (const [run, since] of this.asked) if (now - since > PATIENCE) this.asked.delete(run);
    this.#ask();
    const { state } = this.model.get("head");
    if (state !== "done" && state !== "failed" && now - this.heardAt > SILENCE) this.model.send({ kind: "poll" });
  }
}
