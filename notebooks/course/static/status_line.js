// A live region that stays in the page: only its content changes, so that a screen reader notices.

const MARKS = { good: "✓ ", caution: "⚠ ", plain: "" };

function render({ model, el }) {
  const region = document.createElement("div");
  region.className = "course-status";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  el.append(region);

  const update = () => {
    region.replaceChildren(
      ...model.get("messages").map(({ kind, text }) => {
        const line = document.createElement("p");
        line.className = `course-${kind}`;
        line.textContent = MARKS[kind] + text;
        return line;
      }),
    );
  };
  update();
  model.on("change:messages", update);
  return () => model.off("change:messages", update);
}

export default { render };
