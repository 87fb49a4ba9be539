// Which areas the series follow: the nation, regions, the place selected. Their chips are the charts' legend.

export const NATION = "CN";
const PLACE = "place";
const MOST = 4; // besides the nation: more lines than that nobody tells apart
const LINE_COLOURS = {
  light: { nation: "#1b6f8f", others: ["#d9480f", "#7b3fb5", "#2b8a3e", "#b07d00"] },
  dark: { nation: "#5cc8d6", others: ["#ff8a4c", "#c3a6ff", "#6fdc8c", "#f2c94c"] },
};

export class Areas {
  /** chosen: ids from a link, of which the known ones are taken. onChange() after every choice. */
  constructor(host, { facts, chosen, onChange }) {
    Object.assign(this, { host, facts, onChange, active: -1 });
    this.byId = new Map(facts.regions.map((region, row) => [region.id, { ...region, row }]));
    this.chosen = [];
    for (const id of Array.isArray(chosen) ? chosen : []) if ((id === NATION || id === PLACE || this.byId.has(id)) && this.#roomFor(id)) this.chosen.push(id);
    if (!this.chosen.length) this.chosen = [NATION];
    this.slots = new Map();
    host.innerHTML = `<div class="nq-chosen" role="group"></div>
      <div class="nq-picker" hidden><input type="search" role="combobox" autocomplete="off" aria-expanded="true" aria-controls="nq-regions" aria-autocomplete="list">
        <div class="nq-options" id="nq-regions" role="listbox" aria-multiselectable="true"></div></div>`;
    this.chips = host.querySelector(".nq-chosen");
    this.picker = host.querySelector(".nq-picker");
    this.search = host.querySelector("input");
    this.options = host.querySelector(".nq-options");
    this.#listen();
  }

  #roomFor(id) {
    return !this.chosen.includes(id) && (id === NATION || this.chosen.filter((other) => other !== NATION).length < MOST);
  }

  close() {
    document.removeEventListener("pointerdown", this.outside);
  }

  /** The nation alone has measures of its own. */
  get onlyNation() {
    return this.drawn.length === 1 && this.drawn[0] === NATION;
  }

  /** A place has every measure of a city, as the nation has. */
  get onlyPlaces() {
    return this.drawn.every((id) => id === NATION || id === PLACE);
  }

  /** Areas there is something to draw of. */
  get drawn() {
    const there = this.chosen.filter((id) => id !== PLACE || this.place >= 0);
    return there.length ? there : [NATION];
  }

  /** Lines to draw: name, colour, and where a value is found in a run. */
  lines(dark) {
    const { nation, others } = LINE_COLOURS[dark ? "dark" : "light"];
    for (const id of this.slots.keys()) if (!this.chosen.includes(id)) this.slots.delete(id);
    return this.drawn.map((id) => {
      const name = this.#name(id);
      if (id === NATION) return { id, name, colour: nation, value: (run, measure, k) => run.nationValue(measure, k) };
      if (!this.slots.has(id)) this.slots.set(id, others.findIndex((_, slot) => ![...this.slots.values()].includes(slot)));
      const colour = others[this.slots.get(id)];
      const { place } = this;
      if (id === PLACE) return { id, name, colour, value: (run, measure, k) => run.cityValue(measure, place, k) };
      const { row } = this.byId.get(id);
      return { id, name, colour, value: (run, measure, k) => run.regionValue(measure, row, k) };
    });
  }

  #name(id) {
    if (id === NATION) return this.words.nation;
    return id === PLACE ? this.facts.places.name[this.language][this.place] : this.byId.get(id).name[this.language];
  }

  /** Chips and list anew, for a place selected, a language or a theme. */
  draw({ place, language, words, dark }) {
    const key = [place, language, dark, this.chosen].join();
    if (key === this.key) return;
    Object.assign(this, { key, place, language, words });
    const lines = new Map(this.lines(dark).map((line) => [line.id, line]));
    const offered = [NATION, ...this.chosen.filter((id) => id !== NATION && id !== PLACE), ...(place >= 0 ? [PLACE] : [])];
    const focused = document.activeElement?.dataset?.area;
    this.chips.setAttribute("aria-label", words.seriesOf);
    this.chips.replaceChildren(...offered.map((id) => {
      const line = lines.get(id);
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "nq-area" });
      chip.dataset.area = id;
      chip.setAttribute("aria-pressed", String(Boolean(line)));
      chip.style.setProperty("--chip", line?.colour ?? "var(--soft)");
      chip.append(document.createElement("i"), this.#name(id));
      const removable = this.byId.has(id);
      if (removable) {
        chip.append(Object.assign(document.createElement("em"), { textContent: "×" }));
        chip.setAttribute("aria-label", words.removeArea(this.#name(id)));
      }
      chip.title = removable ? words.removeArea(this.#name(id)) : words.toggleArea(this.#name(id));
      chip.disabled = !line && !this.#roomFor(id);
      return chip;
    }));
    const add = Object.assign(document.createElement("button"), { type: "button", className: "nq-area nq-add", textContent: words.addRegion, title: words.addRegionHint });
    add.dataset.area = "+";
    add.setAttribute("aria-haspopup", "listbox");
    add.setAttribute("aria-expanded", String(!this.picker.hidden));
    this.chips.append(add);
    if (focused) [...this.chips.children].find((chip) => chip.dataset.area === focused)?.focus();
    this.search.placeholder = words.searchRegion;
    this.search.setAttribute("aria-label", words.searchRegion);
    this.#list();
  }

  #list() {
    const sought = this.search.value.trim().toLowerCase();
    const found = this.facts.regions.filter(({ id, name }) => !sought || [id, name.en, name.zh].some((text) => text.toLowerCase().includes(sought)));
    this.options.replaceChildren();
    let level = "";
    for (const region of found) {
      if (region.level !== level) {
        level = region.level;
        this.options.append(Object.assign(document.createElement("div"), { className: "nq-level", textContent: this.words[level], role: "presentation" }));
      }
      const option = Object.assign(document.createElement("div"), { id: `nq-region-${region.id}`, className: "nq-option", textContent: region.name[this.language] });
      option.dataset.region = region.id;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(this.chosen.includes(region.id)));
      option.setAttribute("aria-disabled", String(!this.chosen.includes(region.id) && !this.#roomFor(region.id)));
      this.options.append(option);
    }
    if (!found.length) this.options.append(Object.assign(document.createElement("div"), { className: "nq-level", textContent: this.words.noRegion }));
    this.#mark(Math.min(this.active, found.length - 1));
  }

  #mark(active) {
    this.active = active;
    const all = this.options.querySelectorAll("[data-region]");
    all.forEach((option, k) => option.classList.toggle("nq-active", k === active));
    if (all[active]) this.search.setAttribute("aria-activedescendant", all[active].id);
    else this.search.removeAttribute("aria-activedescendant");
    if (!this.picker.hidden) all[active]?.scrollIntoView({ block: "nearest" });
  }

  /** Follow an area, or no longer; without any the nation is followed. */
  toggle(id) {
    if (this.chosen.includes(id)) this.chosen = this.chosen.filter((other) => other !== id);
    else if (this.#roomFor(id)) this.chosen = id === NATION ? [NATION, ...this.chosen] : [...this.chosen, id];
    if (!this.chosen.length) this.chosen = [NATION];
    this.onChange();
  }

  #open(on) {
    this.picker.hidden = !on;
    this.active = -1;
    this.search.value = "";
    const add = this.chips.querySelector(".nq-add");
    add.setAttribute("aria-expanded", String(on));
    this.#list();
    if (on) this.search.focus();
    else add.focus();
  }

  #listen() {
    this.chips.addEventListener("click", (event) => {
      const id = event.target.closest("[data-area]")?.dataset.area;
      if (id === "+") this.#open(this.picker.hidden);
      else if (id) this.toggle(id);
    });
    this.options.addEventListener("click", (event) => {
      const id = event.target.closest("[data-region]")?.dataset.region;
      if (id) this.toggle(id);
    });
    this.search.addEventListener("input", () => { this.active = this.search.value ? 0 : -1; this.#list(); });
    this.search.addEventListener("keydown", (event) => {
      const all = this.options.querySelectorAll("[data-region]");
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move && all.length) this.#mark((Math.max(this.active, move > 0 ? -1 : 0) + move + all.length) % all.length);
      else if (event.key === "Enter") { if (all[this.active]) this.toggle(all[this.active].dataset.region); }
      else if (event.key === "Escape") this.#open(false);
      else return;
      event.preventDefault();
    });
    this.outside = (event) => { if (!this.picker.hidden && !this.host.contains(event.target)) { this.picker.hidden = true; this.chips.querySelector(".nq-add")?.setAttribute("aria-expanded", "false"); } };
    document.addEventListener("pointerdown", this.outside);
  }
}
