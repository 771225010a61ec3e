// Header, legend, buttons and keys of a page; where it begins.

function toggleButton(text, swatch, pressed, act) {
  const button = document.createElement("button");
  const mark = document.createElement("i");
  mark.style.background = swatch;
  button.append(mark, text);
  button.setAttribute("aria-pressed", pressed);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    act(on);
  });
  return button;
}

function fillLegend(page) {
  const { recordings } = page.meta;
  for (const plot of page.plots)
    (plot.columns ?? []).forEach((column, index) => {
      const label = recordings.length > 1 ? `${column.label} (${recordings[column.recording].label})` : column.label;
      element("series").append(toggleButton(label, COLORS[column.color], true, (on) => plot.setSeries(index + 1, { show: on })));
    });
  for (const lane of page.lanes) {
    const button = toggleButton(`${lane.name} ${lane.count.toLocaleString("en")}`, lane.color, lane.visible, (on) => {
      lane.visible = on;
      page.resize();
      page.redraw();
    });
    button.title = lane.description;
    button.dataset.kind = lane.name;
    element("kinds").append(button);
  }
}

function chip(text, bad) {
  const made = document.createElement("span");
  made.className = bad ? "chip bad" : "chip";
  made.textContent = text;
  return made;
}

function fillHeader(meta) {
  const labels = meta.recordings.map((recording) => recording.label).join(" and ");
  element("title").textContent = `${meta.sample} - ${labels}`;
  for (const recording of meta.recordings) {
    const facts = document.createElement("div");
    const several = meta.recordings.length > 1;
    for (const text of [...(several ? [`${recording.label}:`] : []), ...recording.facts.map((fact) => fact.join(" "))]) {
      const fact = document.createElement("span");
      fact.textContent = text;
      facts.append(fact);
    }
    element("facts").append(facts);
    const line = element("defects");
    const before = meta.recordings.length > 1 ? `${recording.label}: ` : "";
    if (recording.defects.length === 0) line.append(chip(`${before}no defects`, false));
    for (const defect of recording.defects) line.append(chip(`${before}${defect.count} × ${defect.description}`, true));
  }
  if (!meta.alignment) return;
  element("alignment").hidden = false;
  element("alignment").textContent = [meta.alignment.summary, meta.alignment.parting?.text ?? "they do not part"].join("; ");
}

function listen(page) {
  element("reset").addEventListener("click", () => page.show(...page.range));
  element("export").addEventListener("click", () => page.save());
  element("theme").addEventListener("click", () => {
    document.documentElement.classList.toggle("dark");
    page.redraw();
  });
  addEventListener("resize", () => page.resize());
  const keys = {
    0: () => page.show(...page.range),
    "+": () => page.zoom(0.75, (page.shown[0] + page.shown[1]) / 2),
    "-": () => page.zoom(1 / 0.75, (page.shown[0] + page.shown[1]) / 2),
    ArrowLeft: () => page.pan(-0.2),
    ArrowRight: () => page.pan(0.2),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
}

async function main() {
  document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
  const meta = JSON.parse(element("meta").textContent);
  fillHeader(meta);
  const data = element("data");
  readColumns(meta, await unpack(data.textContent));
  data.remove();
  const page = new Page(meta);
  page.build();
  fillLegend(page);
  listen(page);
  document.documentElement.dataset.ready = Math.round(performance.now());
}

main().catch((error) => {
  element("plots").textContent = `The events cannot be shown: ${error.message}`;
  console.error(error);
});
