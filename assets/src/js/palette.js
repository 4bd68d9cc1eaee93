// The colours and figures of the page, as the style sheet and the language have them.
export function theme(place) {
  const style = getComputedStyle(place);
  const css = (name) => (name.startsWith("--") ? style.getPropertyValue(name).trim() : name);
  const [ink, muted, line, ember, card] = ["ink", "muted", "line", "ember", "card"].map((name) => css(`--wl-${name}`));
  const language = document.documentElement.lang;
  const text = place.closest(".wall") ? parseFloat(style.fontSize) * 0.8 : 12; // a wall is read from across the room
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: muted, fontSize: text },
    splitLine: { lineStyle: { color: line } },
  };
  const base = {
    animation: false,
    textStyle: { fontFamily: style.fontFamily, color: muted },
    tooltip: {
      trigger: "axis",
      confine: true,
      className: "tip",
      backgroundColor: card,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12.5 },
      axisPointer: { lineStyle: { color: muted, type: "solid", width: 1 }, shadowStyle: { color: line, opacity: 0.35 } },
    },
  };
  return { css, ink, muted, line, ember, axis, base, text, short: short(language) };
}

// On axes 万 stands from 10,000 on; English shortens from 10,000 too.
function short(language) {
  const chinese = language.startsWith("zh");
  return (value) => {
    if (Math.abs(value) < 10000) return value.toLocaleString(language);
    const [by, unit] = chinese ? [1e4, " 万"] : value < 1e6 ? [1e3, "k"] : [1e6, "M"];
    return (value / by).toLocaleString(language, { maximumFractionDigits: 1 }) + unit;
  };
}

function seconds(value) {
  const [hours, minutes, few] = document.documentElement.lang.startsWith("zh") ? ["小时", "分", "秒"] : ["h", "min", "s"];
  return value >= 3600 ? `${Math.round(value / 360) / 10} ${hours}` : value >= 60 ? `${Math.round(value / 60)} ${minutes}` : `${value} ${few}`;
}

export const tick = (unit, format) => (value) => {
  if (unit === "percent") return `${Math.round(value * 10) / 10}%`;
  if (unit === "seconds") return seconds(value);
  return format(value);
};

export const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
