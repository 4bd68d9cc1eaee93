// Bars over time; with several series they stand on one another (the states of members, week by week).
import { tick } from "./palette.js";
import { said } from "./trend.js";

export function columns(data, { axis, base, short, css, ember }) {
  const every = Math.max(1, Math.ceil(data.labels.length / (innerWidth < 600 ? 4 : 8)));
  return {
    ...base,
    grid: { left: data.bare ? 2 : 8, right: data.bare ? 2 : 12, top: 10, bottom: 2, containLabel: true },
    tooltip: { ...base.tooltip, axisPointer: { ...base.tooltip.axisPointer, type: "shadow" }, formatter: (points) => said(data, points[0].dataIndex) },
    xAxis: { type: "category", data: data.labels, ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, interval: (at) => at % every === 0 } },
    yAxis: { type: "value", show: !data.bare, ...axis, axisLine: { show: false }, splitNumber: 3, minInterval: ["percent", "ratio"].includes(data.unit) ? 0 : 1, axisLabel: { ...axis.axisLabel, formatter: tick(data.unit, short) } },
    series: data.series.map((bar) => ({
      type: "bar",
      name: bar.name,
      stack: data.stacked === false ? undefined : "all",
      cursor: "pointer",
      barCategoryGap: "25%",
      barMaxWidth: 34,
      itemStyle: { color: bar.color ? css(bar.color) : ember, borderRadius: data.series.length > 1 ? 0 : 2 },
      data: bar.points.map((point) => point.value),
    })),
  };
}
