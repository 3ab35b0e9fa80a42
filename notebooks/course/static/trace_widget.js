// The view of course/trace_widget.py. Everything is set as text, never as HTML: a server can answer anything.

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function fields(section) {
  const list = element("dl", "course-fields");
  for (const [name, value] of section.fields) {
    list.append(element("dt", "", name), element("dd", "", value));
  }
  return [element("p", "course-title", section.title), list];
}

function exchange(data) {
  const details = element("details");
  const summary = element("summary");
  // Without this, JupyterLab takes the keys typed here as its own shortcuts.
  summary.dataset.lmSuppressShortcuts = "true";
  summary.append(
    element("span", "course-method", data.method),
    " ",
    element("span", "course-address", data.address),
    " → ",
    element("span", data.good ? "course-good" : "course-caution", data.outcome),
    element("span", "course-quiet", ` ${data.milliseconds} ms`),
  );
  details.append(summary);
  if (data.purpose) details.append(element("p", "course-quiet", data.purpose));
  if (data.error) details.append(element("p", "course-caution", data.error));
  details.append(...data.sections.flatMap(fields));
  if (data.body) details.append(element("p", "course-title", "Answer"), element("pre", "", data.body));
  const item = element("li");
  item.append(details);
  return item;
}

function render({ model, el }) {
  const root = element("div", "course-widget course-wire-trace");
  root.append(element("p", "course-title", `Wire trace: ${model.get("heading")}`));
  const list = element("ol");
  list.append(...model.get("exchanges").map(exchange));
  if (list.children.length) root.append(list);
  el.append(root);
}

export default { render };
