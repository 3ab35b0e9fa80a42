// The view of course/inspector.py. Everything is set as text, never as HTML: a claim can hold anything.

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const difference = Math.round(seconds - Date.now() / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(difference) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.trunc(difference / size), unit);
}

function shape() {
  const line = element("p", "course-shape");
  const parts = [["header", "eyJ…"], ["payload", "eyJ…"], ["signature", "…"]];
  parts.forEach(([kind, text], index) => {
    if (index) line.append(".");
    line.append(element("span", `course-colour-${kind}`, text));
  });
  line.append(element("span", "course-quiet", "  header . payload . signature"));
  return line;
}

function claims(rows) {
  const list = element("dl", "course-claims");
  for (const row of rows) {
    const claim = element("div", "course-claim");
    const value = element("dd", "course-value", row.value);
    if (row.seconds !== null) {
      const time = element("span", "course-relative");
      time.dataset.seconds = row.seconds;
      value.append(" (", time, ")");
    }
    claim.append(element("dt", "", row.name), value, element("dd", "course-meaning", row.meaning));
    list.append(claim);
  }
  return list;
}

function part(data) {
  const section = element("section", `course-part course-part-${data.kind}`);
  section.append(element("h3", `course-colour-${data.kind}`, data.title));
  if (data.rows) section.append(claims(data.rows));
  if (data.sentence) {
    const mark = data.verified ? "✓ " : "⚠ ";
    section.append(element("p", data.verified ? "course-good" : "course-caution", mark + data.sentence));
  }
  if (data.detail) section.append(element("p", "course-quiet", data.detail));
  return section;
}

function problem(view) {
  const section = element("section", "course-part");
  section.append(element("p", "course-caution", "⚠ " + view.problem));
  const rows = view.facts.map(([name, value]) => ({ name, value, meaning: "", seconds: null }));
  if (rows.length) section.append(claims(rows));
  return section;
}

function render({ model, el }) {
  const view = model.get("view");
  const root = element("div", "course-widget course-inspector");
  if (view.problem) {
    root.append(problem(view));
  } else {
    root.append(shape(), ...view.parts.map(part), ...view.notes.map((note) => element("p", "course-note", note)));
  }
  el.append(root);

  const tick = () => {
    for (const time of root.querySelectorAll("[data-seconds]")) {
      time.textContent = relative(Number(time.dataset.seconds));
    }
  };
  tick();
  const timer = setInterval(tick, 15000);
  return () => clearInterval(timer);
}

export default { render };
