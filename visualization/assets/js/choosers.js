// Lists of measures under their topics.

/** Fill a <select> with measures, a heading for each topic; `chosen` is the name selected. */
export function fillMeasures(select, { topics, measures, chosen, language }) {
  const groups = topics.map(({ name, title }) => {
    const group = Object.assign(document.createElement("optgroup"), { label: title[language] });
    for (const measure of measures.filter(({ topic }) => topic === name)) {
      const option = new Option(measure.title[language], measure.name, false, measure.name === chosen);
      option.title = measure.meaning;
      group.append(option);
    }
    return group;
  });
  select.replaceChildren(...groups.filter((group) => group.children.length));
}

/** Buttons of [attribute, value, text, colour, hint], of which some are pressed. */
export function fillButtons(host, list, pressed) {
  host.replaceChildren(...list.map(([attribute, value, text, colour, hint]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.dataset[attribute] = value;
    button.setAttribute("aria-pressed", String(pressed(value)));
    if (colour) button.style.setProperty("--chip", colour);
    if (hint) button.title = hint;
    return button;
  }));
}
