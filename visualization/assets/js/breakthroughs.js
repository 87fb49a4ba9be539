// The list of breakthroughs so far: one line that opens into quarters, cities, sectors and partners.

/** City, sector and `with Suzhou, Wuhan` of a breakthrough; partners in the firm's own city are named where there are no others. */
export function told({ city, sector, partners }, { facts, language, words }) {
  const { places, sectors } = facts;
  const others = [...new Set(partners)].filter((place) => place !== city).map((place) => places.name[language][place]);
  const partly = others.length ? `${words.with} ${others.join(language === "zh" ? "、" : ", ")}` : words.ownCity;
  return { city: places.name[language][city], sector: sectors.name[language][sector], partners: partly };
}

/** Rows of a list, the latest first; a click goes to the quarter. */
export function fillRows(host, list, { facts, language, words, quarters, fresh }) {
  host.replaceChildren(...list.toReversed().map((one) => {
    const { city, sector, partners } = told(one, { facts, language, words });
    const row = Object.assign(document.createElement("button"), { type: "button", className: "nq-event" });
    Object.assign(row.dataset, { at: one.quarter, city: one.city });
    const part = (tag, text) => row.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
    part("time", quarters[one.quarter] ?? "");
    part("span", `${city} · ${sector}`);
    part("small", partners);
    row.classList.toggle("nq-fresh", one.quarter === fresh);
    row.title = words.goThere;
    return row;
  }));
}

export class BreakthroughList {
  /** onGo(quarter, city): a row was clicked. */
  constructor(host, { facts, onGo }) {
    Object.assign(this, { host, facts });
    host.innerHTML = `<details><summary><i aria-hidden="true"></i><b></b><span></span></summary><div class="nq-events"></div></details>`;
    this.details = host.querySelector("details");
    this.rows = host.querySelector(".nq-events");
    this.details.addEventListener("toggle", () => this.redraw?.());
    host.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) onGo(Number(row.dataset.at), Number(row.dataset.city));
    });
  }

  /** run: the one shown; other: the baseline beside a scenario, or null. */
  draw({ run, other, quarter, quarters, language, words }) {
    const list = run.breakthroughs(quarter);
    const before = other?.breakthroughs(quarter).length;
    const key = [run.id, quarter, list.length, before, language].join();
    if (key === this.key) return;
    this.key = key;
    const latest = list.at(-1);
    const { city, sector } = latest ? told(latest, { facts: this.facts, language, words }) : {};
    this.host.querySelector("b").textContent = words.soFar(list.length) + (other ? ` (${words.baseline} ${before})` : "");
    this.host.querySelector("summary span").textContent = latest ? `${quarters[latest.quarter]} ${city} · ${sector}` : words.noBreakthrough;
    this.host.classList.toggle("nq-now-open", latest?.quarter === quarter);
    this.redraw = () => this.details.open && fillRows(this.rows, list, { facts: this.facts, language, words, quarters, fresh: quarter });
    this.redraw();
  }
}
