// One line in ember, the period before thin, dashed and grey, its last value written beside it, markers on it.
import { escape, tick } from "./palette.js";

export function trend(data, { ink, muted, ember, axis, base, short, css, text }) {
  const format = tick(data.unit, short);
  const narrow = innerWidth < 600;
  const every = Math.max(1, Math.ceil(data.labels.length / (narrow ? 4 : 8)));
  const lines = data.series.map((line, index) => {
    const before = line.role === "before";
    const color = line.color ? css(line.color) : before ? muted : ember;
    return {
      type: "line",
      name: line.name,
      data: line.points.map((point) => point.value),
      symbol: "circle",
      symbolSize: 7,
      showSymbol: data.labels.length === 1,
      z: before ? 1 : 3,
      cursor: "pointer",
      connectNulls: false,
      itemStyle: { color },
      lineStyle: before ? { color, width: 1.2, type: "dashed" } : { color, width: 2.2 },
      areaStyle: index || data.series.filter((one) => one.role !== "before").length > 1 ? undefined : { color, opacity: 0.07 },
      endLabel: before ? undefined : { show: true, formatter: () => line.last ?? "", color: ink, fontWeight: 600, fontSize: text },
      labelLayout: { moveOverlap: "shiftY" },
      markPoint: index ? undefined : markers(data, { ink, color }),
    };
  });
  return {
    ...base,
    grid: { left: 8, right: Math.max(16, 12 + 0.66 * text * Math.max(...data.series.map((line) => (line.role === "before" ? 0 : (line.last ?? "").length)))), top: 18, bottom: 4, containLabel: true },
    tooltip: { ...base.tooltip, formatter: (points) => said(data, points[0].dataIndex) },
    xAxis: { type: "category", data: data.labels, boundaryGap: false, ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, interval: (at) => at % every === 0 } },
    yAxis: { type: "value", ...axis, axisLine: { show: false }, splitNumber: 3, min: data.zero === false ? undefined : (range) => Math.min(0, range.min), minInterval: ["percent", "ratio"].includes(data.unit) ? 0 : 1, axisLabel: { ...axis.axisLabel, formatter: format } },
    series: data.open ? unfinished(lines) : lines,
  };
}

// What is not over yet is drawn dashed: it will grow, so its fall is none. These ends come last, since clicks count the series.
function unfinished(lines) {
  const last = (line) => line.data.length - 1;
  const open = (line) => line.lineStyle.type !== "dashed" && last(line) > 0 && line.data[last(line)] != null;
  const over = lines.map((line) => (open(line) ? { ...line, data: line.data.slice(0, -1), endLabel: undefined } : line));
  const ends = lines.filter(open).map((line) => ({
    ...line,
    data: line.data.map((value, at) => (at < last(line) - 1 ? null : value)),
    lineStyle: { ...line.lineStyle, width: 1.6, type: [3, 4] },
    areaStyle: undefined,
    markPoint: undefined,
  }));
  return [...over, ...ends];
}

function markers(data, { ink, color }) {
  if (!data.markers?.length) return undefined;
  return {
    symbol: "circle",
    symbolSize: 7,
    itemStyle: { color },
    label: { show: true, position: "top", color: ink, fontSize: 11, formatter: ({ name }) => name },
    data: data.markers.map((mark) => ({ name: mark.text, href: mark.href, coord: [mark.at, data.series[0].points[mark.at]?.value] })),
  };
}

export function said(data, at) {
  const lines = data.series.filter((line) => line.points[at]).map((line) => {
    const point = line.points[at];
    return `${escape(point.label ?? line.name)}　<b>${escape(point.text ?? String(point.value))}</b>`;
  });
  return [`<b>${escape(data.titles?.[at] ?? data.labels[at])}</b>`, ...lines].join("<br>");
}
