// Line and column charts. The data stand in the page as JSON beside the table that says the same without script.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkPointComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { columns } from "./columns.js";
import { theme } from "./palette.js";
import { trend } from "./trend.js";

echarts.use([BarChart, LineChart, GridComponent, MarkPointComponent, TooltipComponent, LabelLayout, SVGRenderer]);
const kinds = { trend, columns, flow: columns };
const drawn = new Set();

export function draw(place) {
  const data = JSON.parse(place.nextElementSibling.textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  const paint = () => chart.setOption(kinds[data.kind](data, theme(place)), true);
  paint();
  sweep();
  drawn.add({ place, chart, paint });
  place.setAttribute("aria-hidden", "true"); // the table says it
  chart.on("click", ({ seriesIndex, dataIndex, data: mark }) => {
    const href = mark?.href ?? data.series[seriesIndex]?.points[dataIndex]?.href;
    if (href) location.assign(href);
  });
  if (kinds[data.kind] === trend) openDay(chart, data);
  new ResizeObserver(() => chart.resize()).observe(place);
}

// On a line one aims at a day, not at a hair: a click anywhere above a day opens it.
function openDay(chart, data) {
  chart.getZr().on("click", (event) => {
    if (event.target?.__markHref) return;
    const point = [event.offsetX, event.offsetY];
    if (!chart.containPixel("grid", point)) return;
    const at = chart.convertFromPixel({ seriesIndex: 0 }, point)[0];
    const href = data.series[0].points[Math.max(0, Math.min(data.series[0].points.length - 1, Math.round(at)))]?.href;
    if (href) location.assign(href);
  });
}

// What a fragment has replaced is let go: a wall draws anew every minute for weeks.
function sweep() {
  for (const one of drawn) if (!one.place.isConnected) one.chart.dispose(), drawn.delete(one);
}

new MutationObserver(() => {
  sweep();
  for (const one of drawn) one.paint();
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
