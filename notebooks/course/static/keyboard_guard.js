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

// What looks like a secret, as course/redaction.py has it.
const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const WORDS = [/[A-Za-z0-9_~.+/=-]{32,}/g, /[A-Za-z0-9_+/=-]{32,}/g, /[A-Za-z0-9_~.+=-]{32,}/g];
const PARTS = /[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g;

function isSecret(word) {
  if (GUID.test(word) || ![/[a-z]/, /[A-Z]/, /[0-9]/].every((kind) => kind.test(word))) return false;
  if (word.includes("~") && !word.includes("/")) return true;
  return !/[./_-]/.test(word) || word.match(PARTS).length >= 0.3 * word.length;
}

function holdsSecret(text) {
  return text.includes("-----BEGIN") || WORDS.some((words) => (text.match(words) ?? []).some(isSecret));
}

// Takes secrets out of visible text fields before ipywidgets put them into the widget's model, which JupyterLab may save.
function watch(box, model, signal) {
  const typing = new Set(); // fields with a secret that is typed key by key, until the person leaves them
  const emptied = new WeakSet(); // our own events, which tell ipywidgets that the field is empty
  const take = (event) => {
    const input = event.target;
    if (input.type !== "text" || emptied.has(event)) return;
    const key = event.inputType === "insertText" && event.data?.length <= 2; // and no text that was pasted or filled in
    if (!(key && typing.has(input)) && !holdsSecret(input.value)) return;
    event.stopImmediatePropagation();
    if (key) typing.add(input);
    input.value = "";
    const empty = new Event("input", { bubbles: true });
    emptied.add(empty);
    input.dispatchEvent(empty);
    model.send({ taken_out: input.labels[0]?.textContent });
  };
  box.addEventListener("input", take, { capture: true, signal });
  box.addEventListener("focusout", (event) => typing.delete(event.target), { capture: true, signal });
}

function render({ model, el }) {
  el.style.display = "none";
  const ended = new AbortController();
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
    watch(box, model, ended.signal);
  };
  attach();
  return () => {
    clearTimeout(timer);
    observer?.disconnect();
    ended.abort();
  };
}

export default { render };
