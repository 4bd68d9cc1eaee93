// `/` search, `g` then a number for the steps, j/k or arrows in lists, Enter opens, `?` shows all, Escape closes.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

export function keyboard() {
  let after = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return close(event);
    if (typing(event.target)) return;
    if (after === "g") {
      after = "";
      const link = document.querySelector(`.side [data-go="${CSS.escape(event.key)}"]`);
      if (link) return act(event, () => link.click());
    }
    if (event.key === "g") return void (after = "g");
    if (event.key === "/") return act(event, () => document.querySelector("#search")?.focus());
    if (event.key === "?") return act(event, () => document.querySelector("#keys")?.showModal());
    if (event.key === "j" || event.key === "k") return act(event, () => step(event.key === "j" ? 1 : -1));
    if (ARROWS[event.key] && inList(event.target) && step(ARROWS[event.key])) return event.preventDefault();
    if (event.key === "Enter" && event.target === document.body) return void open(event);
    const button = event.key.length === 1 && current()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) act(event, () => button.click());
  });
  document.querySelectorAll("[data-opens]").forEach((button) =>
    button.addEventListener("click", () => document.getElementById(button.dataset.opens)?.showModal()),
  );
}

const act = (event, deed) => {
  event.preventDefault();
  deed();
};

const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

// Arrows scroll the page too: they are taken only from who is in a list, or sees one and is nowhere.
const inList = (target) => target.closest("main [data-rows]") || (target === document.body && rows().some(inSight));
const inSight = (row) => row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight;
const rows = () => [...document.querySelectorAll("main [data-rows] > *")].filter((row) => row.querySelector("a[href]"));
const current = () => document.querySelector("main [data-rows] > .at");

// Whether there was a row to go to.
function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 && by < 0 ? all.length - 1 : at + by))];
  current()?.classList.remove("at");
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
  (next.querySelector("a[data-open]") ?? next.querySelector("a[href]")).focus({ preventScroll: true });
  return next !== all[at];
}

function open(event) {
  const link = current()?.querySelector("a[data-open], a[href]");
  if (link) act(event, () => link.click());
}

function close(event) {
  const shown = document.querySelector("details.info[open], details.more[open]");
  if (shown) {
    shown.open = false;
    shown.querySelector("summary").focus();
  } else if (event.target.id === "search") event.target.blur();
}
