// Looks after the controls of the box that this widget is a child of: see course/accessibility.py.

const CONTROLS = "input, select, textarea, button, summary, a[href]";
let count = 0;

function identify(node) {
  node.id ||= `course-description-${(count += 1)}`;
  return node.id;
}

function guard(box) {
  for (const control of box.querySelectorAll(CONTROLS)) {
    control.dataset.lmSuppressShortcuts = "true";
  }
  for (const field of box.querySelectorAll(".course-field")) {
    const control = field.querySelector(CONTROLS);
    if (!control) continue;
    const described = [...field.querySelectorAll(".course-help, .course-status")].map(identify).join(" ");
    const invalid = String(field.querySelector(".course-caution") !== null);
    if (control.getAttribute("aria-describedby") !== described) control.setAttribute("aria-describedby", described);
    if (control.getAttribute("aria-invalid") !== invalid) control.setAttribute("aria-invalid", invalid);
  }
}

function render({ el }) {
  el.style.display = "none";
  let observer;
  let timer;
  const attach = () => {
    const box = el.parentElement?.closest(".widget-box, .jupyter-widgets-output-area");
    if (!box) {
      timer = setTimeout(attach, 50); // The box adds its children's views after they are rendered.
      return;
    }
    // Views appear later and one by one.
    observer = new MutationObserver(() => guard(box));
    observer.observe(box, { childList: true, subtree: true });
    guard(box);
  };
  attach();
  return () => {
    clearTimeout(timer);
    observer?.disconnect();
  };
}

export default { render };
