// A link, and a line that counts while a cell waits for the person. The sentences are Python's; numbers run here, so that
// a kernel that waits needn't send them.

const SHOWN_AFTER = 1000;

const clock = (seconds) => {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

// After "Run All Cells" the screen shows the notebook's end, far below the cell that waits.
const bringIntoSight = (el) => {
  const sight = new IntersectionObserver((seen) => {
    sight.disconnect();
    if (!seen.at(-1).isIntersecting) el.scrollIntoView({ block: "center" });
  });
  sight.observe(el);
};

function render({ model, el }) {
  const page = document.createElement("div");
  // Only what is said is announced: the numbers change each second.
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const counted = document.createElement("p");
  counted.setAttribute("role", "timer");
  counted.setAttribute("aria-live", "off");
  el.classList.add("course-status", "course-sign-in");
  el.append(page, said, counted);

  let ticking;
  const show = () => (page.innerHTML = model.get("value"));
  const follow = (live) => {
    clearInterval(ticking);
    const { text = "", waiting = false, left = null, expired = "", patience = null } = model.get("waits");
    counted.textContent = "";
    if (!waiting) {
      said.textContent = text;
      return;
    }
    const since = Date.now();
    const count = () => {
      const seconds = (Date.now() - since) / 1000;
      if (seconds * 1000 < SHOWN_AFTER) return;
      if (!counted.textContent && live) bringIntoSight(el);
      const over = left !== null && seconds >= left;
      said.textContent = over ? expired : text;
      const parts = [`${clock(seconds)} so far`];
      if (left !== null) parts.push(`the code is good for ${clock(left - seconds)}`);
      if (patience !== null) parts.push(`a scripted person signs in after ${clock(patience)}`);
      counted.textContent = over ? "" : `${parts.join("; ")}.`;
      if (over) clearInterval(ticking);
    };
    said.textContent = "";
    ticking = setInterval(count, 1000);
  };
  const followLive = () => follow(true);

  show();
  follow(false);
  model.on("change:value", show);
  model.on("change:waits", followLive);
  return () => {
    clearInterval(ticking);
    model.off("change:value", show);
    model.off("change:waits", followLive);
  };
}

export default { render };
