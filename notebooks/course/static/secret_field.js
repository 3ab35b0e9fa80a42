// The view of course/secret_field.py. What is typed is in no model: it goes to the kernel as a message of its own.

const WAITING = "Waiting for the kernel …";
let count = 0;

function render({ model, el }) {
  const field = document.createElement("div");
  // As ipywidgets' own text fields, so that their style applies.
  field.className = "jupyter-widgets widget-inline-hbox widget-text";
  const label = document.createElement("label");
  label.className = "widget-label";
  label.textContent = model.get("description");
  const input = document.createElement("input");
  input.type = "password";
  input.id = label.htmlFor = `course-secret-${(count += 1)}`;
  input.spellcheck = false;
  // A password manager would keep the secret, or fill in another one.
  input.autocomplete = "new-password";
  Object.assign(input.dataset, { "1pIgnore": "true", bwignore: "true", formType: "other", lpignore: "true" });
  field.append(label, input);
  el.append(field);

  // Once it has been left, or Enter was pressed: the first character of a secret is no secret yet.
  input.addEventListener("change", () => {
    const secret = input.value;
    input.value = "";
    if (!secret) return;
    input.placeholder = WAITING;
    model.send({ secret });
  });
  // JupyterLab would take keys for its own shortcuts.
  input.addEventListener("keydown", (event) => event.stopPropagation());

  const name = () => (label.textContent = model.get("description"));
  const read = () => (input.placeholder = "");
  model.on("change:description", name);
  model.on("change:read", read);
  return () => {
    input.value = "";
    model.off("change:description", name);
    model.off("change:read", read);
  };
}

export default { render };
