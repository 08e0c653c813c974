// Charts of numbers that stand in a table beside them. The library is fetched when a chart comes into view.
import { embedded } from "wangge/core/core";

const COLOURS = ["#11608f", "#8a949e"];
const STRIPES = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: 0.8, color: "rgba(255, 255, 255, 0.75)" };

function option(chart) {
  const line = chart.kind === "line";
  const few = chart.labels.length < 6; // then each label is shown
  return {
    animation: false,
    aria: { enabled: true, decal: { show: chart.series.length > 1, decals: [{ symbol: "none" }, STRIPES] } },
    color: COLOURS,
    grid: { left: 8, right: 16, top: chart.series.length > 1 ? 34 : 14, bottom: 8, containLabel: true },
    legend: { show: chart.series.length > 1, top: 0, left: 8, itemWidth: 14, textStyle: { color: "#1b2733" } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: line ? "line" : "shadow" } },
    xAxis: { type: "category", data: chart.labels, axisLabel: { ...(few ? { interval: 0, width: 76, overflow: "break" } : { hideOverlap: true }), color: "#4d5b69" }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: "#4d5b69" }, splitLine: { lineStyle: { color: "#e4e9ed" } } },
    series: chart.series.map(({ name, values }) => ({
      name, data: values, type: chart.kind, barMaxWidth: 26, barGap: "10%",
      symbol: "circle", symbolSize: 5, lineStyle: { width: 2 }, areaStyle: line ? { opacity: 0.08 } : undefined,
    })),
  };
}

async function draw(container, chart) {
  await import("echarts");
  const drawn = globalThis.echarts.init(container, null, { renderer: "canvas" });
  drawn.setOption(option(chart));
  new ResizeObserver(() => drawn.resize()).observe(container);
  container.dataset.drawn = "1";
}

/** Draw every `[data-chart]` of the page when it is looked at. */
export function drawCharts() {
  const charts = embedded("charts", []);
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target, charts[Number(target.dataset.chart)]);
    }
  });
  for (const container of document.querySelectorAll("[data-chart]")) seen.observe(container);
}
