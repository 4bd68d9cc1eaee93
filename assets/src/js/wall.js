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
  setInterval(() => still || panes.length < 2 || show(at + 1), Number(wall.dataset.turn) * 1000);
  clock(wall.querySelector("[data-clock]"));
  awake();
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
