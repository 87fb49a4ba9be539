// Time: play, pause, step, back, scrub, speed. It moves a number; what has been computed is only read.

const ICONS = {
  play: "M8 5.5v13l11-6.5z", pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z", back: "M17 6v12l-8.5-6zM6 6h2v12H6z",
  step: "M7 6v12l8.5-6zM16 6h2v12h-2z", first: "M19 6v12l-7-6zM11 6v12l-7-6z", last: "M5 6v12l7-6zM13 6v12l7-6z",
  reset: "M12 5V2L7.5 6 12 10V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z",
};
const SPEEDS = [1, 2, 4, 8, 16];

export const icon = (name) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

export class Player {
  /** lengths(): quarters computed of what is shown, quarters in all, whether it is finished. */
  constructor(host, { lengths, onMove, onReset, label }) {
    Object.assign(this, { host, lengths, onMove, label });
    Object.assign(this, { at: 0, playing: false, speed: 4, before: 0 });
    host.innerHTML = `
      <div class="nq-buttons">
        ${["first", "back", "play", "step", "last"].map((k) => `<button type="button" data-do="${k}">${icon(k)}</button>`).join("")}
      </div>
      <output class="nq-now"></output>
      <div class="nq-scrub"><input type="range" min="0" step="1" value="0"><div class="nq-ends"><span></span><em></em><span></span></div></div>
      <label class="nq-speed"><select>${SPEEDS.map((v) => `<option value="${v}">${v}×</option>`).join("")}</select></label>
      <form class="nq-seed"><label><span></span><input type="number" min="0" max="4294967295" step="1" required></label>
        <button type="submit">${icon("reset")}<b></b></button></form>`;
    this.range = host.querySelector("input[type=range]");
    this.seed = host.querySelector("input[type=number]");
    const select = host.querySelector("select");
    select.value = String(this.speed);
    select.addEventListener("change", () => { this.speed = Number(select.value); });
    this.range.addEventListener("input", () => this.seek(Number(this.range.value)));
    host.addEventListener("click", (event) => {
      const action = event.target.closest("[data-do]")?.dataset.do;
      if (action) this.do(action);
    });
    host.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      onReset(Number(this.seed.value));
    });
    this.keys = (event) => {
      if (event.target.closest?.("input:not([type=range]), textarea, select, [contenteditable]")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches?.("input[type=range]") && event.target !== this.range && event.key !== " ") return;
      const action = { " ": "play", ArrowLeft: "back", ArrowRight: "step", Home: "first", End: "last" }[event.key];
      if (!action || (event.key === " " && event.target.closest?.("button, summary"))) return;
      event.preventDefault();
      this.do(action);
    };
    document.addEventListener("keydown", this.keys);
  }

  close() {
    document.removeEventListener("keydown", this.keys);
  }

  do(action) {
    const last = this.lengths().computed - 1;
    if (action === "play") this.play(!this.playing);
    else this.seek({ first: 0, last, back: Math.ceil(this.at) - 1, step: Math.floor(this.at + 1e-9) + 1 }[action]);
  }

  play(on) {
    const { computed, all } = this.lengths();
    if (on && this.at >= all - 1 && computed === all) this.at = 0;
    this.playing = on;
    this.before = performance.now();
    this.onMove();
  }

  /** Show quarter `k`; stops playing. */
  seek(k) {
    this.playing = false;
    this.at = Math.max(0, Math.min(k, this.lengths().computed - 1));
    this.onMove();
  }

  /** Move on with the clock; waits for what is not computed yet. */
  tick(now) {
    if (!this.playing) return;
    const { computed, all } = this.lengths();
    // A long gap means a hidden tab, not a wish to skip.
    const seconds = Math.min((now - this.before) / 1000, 0.25);
    this.before = now;
    this.at = Math.min(this.at + seconds * this.speed, Math.max(computed - 1, 0));
    if (computed >= all && this.at >= all - 1) this.playing = false;
  }

  get quarter() {
    return Math.floor(this.at + 1e-6);
  }

  draw(words, quarters, forks, status) {
    const { computed, all } = this.lengths();
    this.range.max = String(Math.max(all - 1, 1));
    this.range.value = String(this.quarter);
    this.range.setAttribute("aria-label", words.scrub);
    this.range.setAttribute("aria-valuetext", quarters[this.quarter] ?? "");
    this.range.style.setProperty("--shown", `${(this.at / Math.max(all - 1, 1)) * 100}%`);
    this.range.style.setProperty("--computed", `${(Math.max(computed - 1, 0) / Math.max(all - 1, 1)) * 100}%`);
    const key = JSON.stringify([words.play, this.playing, quarters[this.quarter], quarters.length, status, forks]);
    if (key === this.key) return;
    this.key = key;
    for (const button of this.host.querySelectorAll("[data-do]")) {
      const name = button.dataset.do === "play" && this.playing ? "pause" : button.dataset.do;
      if (button.title !== words[name]) button.innerHTML = icon(name);
      button.title = words[name];
      button.setAttribute("aria-label", words[name]);
    }
    this.host.querySelector(".nq-now").textContent = quarters[this.quarter] ?? "";
    const [start, note, end] = this.host.querySelectorAll(".nq-ends > *");
    [start.textContent, note.textContent, end.textContent] = [quarters[0] ?? "", status, quarters.at(-1) ?? ""];
    this.host.querySelector("select").setAttribute("aria-label", words.speed);
    this.host.querySelector(".nq-speed").title = words.speed;
    this.host.querySelector(".nq-seed span").textContent = words.seed;
    this.host.querySelector(".nq-seed b").textContent = words.reset;
    this.host.querySelector(".nq-seed button").title = words.resetHint;
  }
}
