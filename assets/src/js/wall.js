// A board on a screen that nobody touches: one pane after another; Escape leads back, arrows turn, space stops, f fills the screen.
export function wall() {
  const wall = document.querySelector("[data-wall]");
  if (!wall) return;
  const panes = [...wall.querySelectorAll("[data-pane]")];
  const dots = [...wall.querySelectorAll(".dots i")];
  let at = 0;
  let still = false;

  const show = (next) => {
    at = (next + panes.length) % panes.length || 0;
    panes.forEach((pane, place) => (pane.hidden = place !== at));
    dots.forEach((dot, place) => dot.classList.toggle("on", place === at));
    panes[at]?.querySelectorAll(".face").forEach(fit);
  };
  const keys = {
    Escape: () => location.assign(wall.dataset.wall),
    ArrowRight: () => show(at + 1),
    ArrowLeft: () => show(at - 1),
    " ": () => (still = !still),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  show(0);
  document.addEventListener("htmx:load", ({ detail }) => detail.elt.closest(".face") && fit(detail.elt.closest(".face")));
  addEventListener("resize", () => show(at));
  setInterval(() => still || panes.length < 2 || show(at + 1), Number(wall.dataset.turn) * 1000);
  clock(wall.querySelector("[data-clock]"));
  awake();
}

// A long list shows as many rows as its card has room for, and how many more there are: nobody can scroll a wall.
function fit(face) {
  const rows = [...face.querySelectorAll("tbody tr, .bars > :is(a, div)")];
  rows.forEach((row) => (row.hidden = false));
  face.querySelector(".fitted")?.remove();
  const places = [face, ...face.querySelectorAll(".scroll")];
  const full = () => places.some((place) => place.scrollHeight > place.clientHeight + 1);
  if (!face.clientHeight || !full()) return;
  const note = face.appendChild(document.createElement("p"));
  note.className = "fitted";
  for (let left = rows.length; full() && left > 1; ) {
    rows[--left].hidden = true;
    note.textContent = document.body.dataset.more.replace("0", rows.length - left);
  }
}

function clock(place) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: place.dataset.clock, hour: "2-digit", minute: "2-digit", weekday: "short", day: "numeric", month: "short",
  });
  const tick = () => (place.textContent = form.format(new Date()));
  tick();
  setInterval(tick, 5000);
}

// The screen stays on while the wall is looked at, where the browser can do that.
function awake() {
  const hold = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", hold);
  hold();
}
