// Charts cost most of a page's weight: their code is fetched when the first of them comes into sight.
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      import("./charts.js").then(({ draw }) => draw(target));
    }
  },
  { rootMargin: "120px" },
);

export function lazyCharts(root) {
  const places = root.matches?.("[data-chart]") ? [root] : root.querySelectorAll?.("[data-chart]") ?? [];
  for (const place of places) seen.observe(place);
}
