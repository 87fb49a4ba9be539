// The levers, grouped by driver; a group that is closed says how many of its levers were moved. A change is sent with the quarter shown on the stage: from the next one on it acts.

const WORDS = {
  en: {
    title: "Policy levers", lead: "Move one: your scenario leaves the baseline at the quarter shown, with the same random draws.",
    drivers: { technology: "Technology", factors: "Factors", industry: "Industry", governments: "Governments" },
    clear: "Drop my scenario", status: "status quo", range: "Range", unit: "Unit", source: "Source", expected: "Watch", from: "from", off: "never",
    up: "should rise", down: "should fall", rises: "▲", help: "Explain", changed: (n) => `${n} changed`,
    search: "Find a lever", none: "No lever of that name", changes: "My changes", show: "Show this lever",
  },
  zh: {
    title: "政策杠杆", lead: "移动任一杠杆：你的情景从所示季度起离开基准，随机抽取相同。",
    drivers: { technology: "技术", factors: "要素", industry: "产业", governments: "政府" },
    clear: "清除我的情景", status: "现状", range: "范围", unit: "单位", source: "来源", expected: "观察", from: "自", off: "从不",
    up: "应上升", down: "应下降", rises: "▲", help: "说明", changed: (n) => `已改 ${n} 项`,
    search: "查找杠杆", none: "没有此名称的杠杆", changes: "我的改动", show: "显示此杠杆",
  },
};
const quarterName = (number) => `${Math.floor(number / 4)}Q${(number % 4) + 1}`;
const PHONE = 760; // up to this width the levers stand below the stage: a list of headings is more use there than a long way down
const OPEN = ["technology", "factors"]; // groups open on a larger screen; more would push the rest out of it
const number = (v) => (v === null ? "–" : String(Number(Number(v).toPrecision(4))));

class Levers {
  constructor(model, root) {
    Object.assign(this, { model, root, gesture: 0, timers: {}, sought: "", opened: new Set(innerWidth > PHONE ? OPEN : []) });
    root.className = "nq-levers";
    this.update = () => this.#values();
    this.rebuild = () => this.#build();
    model.on("change:changes", this.update);
    model.on("change:language", this.rebuild);
    this.#build();
  }

  close() {
    this.model.off("change:changes", this.update);
    this.model.off("change:language", this.rebuild);
  }

  #build() {
    const language = this.model.get("language");
    const words = WORDS[language];
    this.words = words;
    this.rows = new Map();
    this.groups = new Map();
    this.root.innerHTML = `<header><h2></h2><p></p><ul class="nq-changes" hidden></ul><button type="button" class="nq-clear" hidden></button>
      <input type="search" class="nq-find" autocomplete="off"></header><p class="nq-none" hidden></p>`;
    this.root.querySelector("h2").textContent = words.title;
    this.root.querySelector("p").textContent = words.lead;
    this.clear = this.root.querySelector(".nq-clear");
    this.clear.textContent = words.clear;
    this.clear.addEventListener("click", () => this.model.send({ kind: "clear" }));
    this.list = this.root.querySelector(".nq-changes");
    this.list.setAttribute("aria-label", words.changes);
    this.list.addEventListener("click", (event) => event.target.closest("button") && this.#reveal(event.target.closest("button").dataset.change));
    const find = this.root.querySelector(".nq-find");
    find.placeholder = words.search;
    find.setAttribute("aria-label", words.search);
    find.value = this.sought;
    find.addEventListener("input", () => this.#search(find.value));
    this.root.querySelector(".nq-none").textContent = words.none;
    const levers = this.model.get("levers");
    for (const driver of Object.keys(words.drivers)) {
      const list = levers.filter((lever) => lever.driver === driver);
      if (!list.length) continue;
      const group = this.root.appendChild(document.createElement("details"));
      group.dataset.driver = driver;
      group.innerHTML = `<summary><span></span><small></small><em hidden></em></summary>`;
      group.querySelector("span").textContent = words.drivers[driver];
      group.querySelector("small").textContent = list.length;
      group.addEventListener("toggle", () => { if (!this.sought) this.opened[group.open ? "add" : "delete"](driver); });
      for (const lever of list) this.#row(group, lever, language);
      this.groups.set(driver, group);
    }
    this.#search(this.sought);
    this.#values();
  }

  /** Only levers that speak of what is sought, in open groups; without a search the groups are as they were left. */
  #search(text) {
    this.sought = text.trim().toLowerCase();
    let found = 0;
    for (const { row, lever } of this.rows.values()) {
      const texts = [lever.name, ...Object.values(lever.title), ...Object.values(lever.meaning ?? {})];
      row.hidden = !texts.some((one) => one.toLowerCase().includes(this.sought));
      found += !row.hidden;
    }
    for (const [driver, group] of this.groups) {
      group.hidden = !group.querySelector(".nq-lever:not([hidden])");
      group.open = this.sought ? true : this.opened.has(driver);
    }
    this.root.querySelector(".nq-none").hidden = found > 0;
  }

  /** Open the group of a lever and go there. */
  #reveal(name) {
    this.root.querySelector(".nq-find").value = "";
    this.#search("");
    const { row, input, lever } = this.rows.get(name);
    this.groups.get(lever.driver).open = true;
    row.scrollIntoView({ block: "nearest" });
    input.focus();
  }

  #row(group, lever, language) {
    const row = group.appendChild(document.createElement("div"));
    row.className = "nq-lever";
    row.dataset.lever = lever.name;
    const id = `lever-${lever.name}`;
    row.innerHTML = `<label for="${id}"></label><output></output><button type="button" class="nq-help" aria-expanded="false">?</button><div class="nq-control"></div><div class="nq-why" hidden></div>`;
    row.querySelector("label").textContent = lever.title[language];
    let input;
    if (lever.kind === "choice") {
      input = document.createElement("select");
      for (const value of lever.values) input.append(new Option(lever.values_title[value][language], value));
    } else {
      input = Object.assign(document.createElement("input"), { type: "range", min: lever.low, max: lever.high, step: lever.step });
      if (lever.default !== null) input.style.setProperty("--tick", ((lever.default - lever.low) / (lever.high - lever.low)).toFixed(4));
    }
    input.id = id;
    const control = row.querySelector(".nq-control");
    control.append(input);
    const never = lever.nullable ? this.#never(control, lever, language) : null;
    const help = row.querySelector(".nq-help");
    help.setAttribute("aria-label", `${this.words.help}: ${lever.title[language]}`);
    help.title = this.words.help;
    help.addEventListener("click", () => {
      const why = row.querySelector(".nq-why");
      why.hidden = !why.hidden;
      help.setAttribute("aria-expanded", String(!why.hidden));
      if (!why.hidden) this.#explain(why, lever, language);
    });
    const send = (value, wait) => {
      row.querySelector("output").textContent = this.#shown(lever, value);
      clearTimeout(this.timers[lever.name]);
      this.timers[lever.name] = setTimeout(() => {
        const quarter = globalThis.nqpf?.stage?.player.quarter ?? 0;
        this.model.send({ kind: "lever", name: lever.name, value, frame: quarter, gesture: this.gesture });
      }, wait);
    };
    // One drag is one change, from the quarter where it began to the value where it rests.
    const begin = () => { this.gesture += 1; };
    input.addEventListener("pointerdown", begin);
    input.addEventListener("keydown", begin);
    input.addEventListener("input", () => {
      if (never) never.checked = false;
      if (lever.kind === "choice") send(input.value, 0);
      else send(Number(input.value), 220);
    });
    never?.addEventListener("input", () => {
      begin();
      send(never.checked ? null : Number(input.value), 0);
    });
    this.rows.set(lever.name, { row, input, never, control, lever });
  }

  // A box beside the slider for a lever that may be off for ever.
  #never(control, lever, language) {
    control.classList.add("nq-nullable");
    const label = control.appendChild(document.createElement("label"));
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    box.setAttribute("aria-label", `${lever.title[language]}: ${this.words.off}`);
    label.append(box, this.words.off);
    return box;
  }

  // A list shows its choice itself.
  #shown(lever, value) {
    if (lever.kind === "choice") return "";
    return value === null ? this.words.off : number(value);
  }

  #range(lever, language) {
    const name = (value) => lever.values_title[value][language];
    if (lever.kind === "choice") return `${lever.values.map(name).join(" · ")}; ${this.words.status} ${name(lever.default)}`;
    const status = `${this.words.status} ${this.#shown(lever, lever.default)}`;
    return `${number(lever.low)} – ${number(lever.high)}${lever.nullable ? `, ${this.words.off}` : ""}; ${status}`;
  }

  #explain(host, lever, language) {
    host.replaceChildren();
    const add = (name, text) => {
      if (!text) return;
      const line = host.appendChild(document.createElement("p"));
      if (name) line.appendChild(document.createElement("b")).textContent = `${name}: `;
      line.append(text);
    };
    const w = this.words;
    add("", lever.meaning?.[language]);
    add(w.range, this.#range(lever, language));
    add(w.unit, lever.unit);
    add(w.expected, lever.expected?.[language]);
    add(w.source, lever.source);
  }

  #values() {
    const changes = this.model.get("changes");
    this.clear.hidden = !changes.length;
    for (const [name, { row, input, never, control, lever }] of this.rows) {
      const change = changes.filter((c) => c.lever === name).at(-1);
      const value = change ? change.value : lever.default;
      // A hand on the control is not disturbed by an older answer.
      if (!control.contains(document.activeElement) || !this.timers[name]) {
        input.value = value ?? lever.high;
        if (never) never.checked = value === null;
      }
      row.classList.toggle("nq-changed", Boolean(change));
      const shown = this.#shown(lever, value);
      row.querySelector("output").textContent = change ? `${shown} ${this.words.from} ${quarterName(change.quarter)}`.trim() : shown;
    }
    for (const group of this.groups.values()) {
      const moved = group.querySelectorAll(".nq-changed").length;
      const badge = group.querySelector("em");
      badge.hidden = !moved;
      badge.textContent = this.words.changed(moved);
    }
    this.#changes(changes);
  }

  /** What the scenario is made of, in the order of time; a click goes to the lever. */
  #changes(changes) {
    const language = this.model.get("language");
    this.list.hidden = !changes.length;
    this.list.replaceChildren(...changes.filter((c) => this.rows.has(c.lever)).map(({ lever: name, value, quarter }) => {
      const { lever } = this.rows.get(name);
      const shown = lever.kind === "choice" ? lever.values_title[value][language] : this.#shown(lever, value);
      const button = Object.assign(document.createElement("button"), { type: "button", title: this.words.show });
      button.dataset.change = name;
      button.append(lever.title[language], " ", Object.assign(document.createElement("b"), { textContent: shown }), ` ${this.words.from} ${quarterName(quarter)}`);
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }
}

export function render({ model, el }) {
  const levers = new Levers(model, el.appendChild(document.createElement("div")));
  return () => levers.close();
}

export default { render };
