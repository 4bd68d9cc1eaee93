// What every page needs beside HTML: fragments (htmx), the keyboard, and charts when one comes into sight.
import htmx from "htmx.org";
import { keyboard } from "./keyboard.js";
import { search } from "./search.js";
import { lazyCharts } from "./lazy.js";
import { heat } from "./heat.js";
import { wall } from "./wall.js";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.defaultSettleDelay = 0; // otherwise new fields stand there for 20 ms before anything listens to them
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold members' words; none of it stays in the browser's storage
window.htmx = htmx;

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

wall();
keyboard();
search();
const look = (root) => {
  lazyCharts(root);
  heat(root);
};
look(document);
document.addEventListener("htmx:load", (event) => look(event.detail.elt));

// A choice made in a select or a checkbox of such a form is sent at once; without script there is a button.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-now]");
  if (form) form.requestSubmit();
});
document.querySelectorAll("form[data-now] [data-submit]").forEach((button) => (button.hidden = true));

// Back to a form that was refused: the browser still knows what was typed there.
document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  event.preventDefault();
  history.back();
});

// An open menu or ⓘ closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.info[open], details.more[open]"))
    if (!open.contains(event.target)) open.open = false;
});

// What says data-every="15" is asked for anew every 15 seconds, as long as somebody looks.
setInterval(() => {
  if (document.hidden) return;
  const now = Math.round(Date.now() / 1000);
  for (const place of document.querySelectorAll("[data-every]"))
    if (now % Number(place.dataset.every) === 0) htmx.trigger(place, "look");
}, 1000);
