// Exploring: ground is drawn or picked on the map, the table is also a chart, the map can be taken along.
import { embedded, fill } from "wangge/core/core";
import { showAreas } from "wangge/maps/areas";
import { drawRing } from "wangge/maps/draw";
import { fit, openMap, outline } from "wangge/maps/map";
import { showCaseTiles } from "wangge/maps/cases";

const { zone, layer, areas, level, query, case_url: caseUrl, words } = embedded("ground-data");
const chart = embedded("chart-data");
const COLOURS = ["#3585b3", "#8594a3", "#c9a227", "#6b8f71", "#0f5c8a", "#b98b6b", "#5d7183", "#a9cfe4", "#7d6b91", "#d8c9a3"];
const MOST_BARS = 30;
const sum = (counts) => counts.reduce((all, count) => all + count, 0);
const element = (id) => document.getElementById(id);
const form = (way) => document.querySelector(`form[data-way=${way}]`);

function say(text) {
  element("draw-says").textContent = text;
}

async function openGround() {
  const map = await openMap(element("ground-map"), {});
  if (!map) return;
  showAreas(map, areas, { level });
  if (zone) {
    const ground = { type: "Feature", properties: {}, geometry: zone };
    outline(map, ground, { id: "zone" });
    fit(map, ground, { duration: 0 });
  }
  showCaseTiles(map, layer, { query, onOpen: (id) => location.assign(caseUrl + id) });
  listenDrawing(map);
  listenPicking(map);
  element("take-picture").addEventListener("click", () => takePicture(map));
}

function listenDrawing(map) {
  const button = form("polygon")?.querySelector("[data-draw]");
  button?.addEventListener("click", () => {
    say(words.begin);
    drawRing(map, {
      onCorner: (n) => say(`${words.begin} ${fill(words.corners, { n })}`),
      onClosed: (ring) => {
        form("polygon").elements.ground.value = JSON.stringify({ type: "Polygon", coordinates: [ring] });
        say(words.closed);
      },
    });
  });
}

function listenPicking(map) {
  form("circle")?.querySelector("[data-pick]").addEventListener("click", () => {
    say(words.centre);
    map.getCanvas().style.cursor = "crosshair";
    map.once("click", ({ lngLat }) => {
      map.getCanvas().style.cursor = "";
      form("circle").elements.lon.value = lngLat.lng.toFixed(6);
      form("circle").elements.lat.value = lngLat.lat.toFixed(6);
      say("");
    });
  });
}

/** What the map shows now, as a PNG file. A frame can only be read while it is being drawn. */
function takePicture(map) {
  map.once("render", () => {
    map.getCanvas().toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = "wangge-map.png";
      link.click();
      URL.revokeObjectURL(link.href);
    });
  });
  map.triggerRepaint();
}

/** The table as stacked bars; the table stays beside it. */
async function drawChart() {
  const box = element("explore-chart");
  if (!box || chart.lines.length < 2) return;
  if (chart.lines.length > MOST_BARS) element("chart-says").hidden = false;
  await import("echarts");
  box.hidden = false;
  const drawn = globalThis.echarts.init(box, null, { renderer: "svg" });
  const shown = chart.lines.map((line) => [...line, sum(line[1])]).sort((a, b) => b[2] - a[2]).slice(0, MOST_BARS);
  drawn.setOption({
    animation: false,
    color: COLOURS,
    aria: { enabled: true, decal: { show: true } },
    tooltip: { trigger: "axis" },
    legend: { type: "scroll", top: 0 },
    grid: { left: 8, right: 8, bottom: 8, top: 40, containLabel: true },
    xAxis: { type: "category", data: shown.map(([label]) => label), axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1 },
    series: chart.heads.map((name, at) => ({ name, type: "bar", stack: "all", data: shown.map(([, counts]) => counts[at]) })),
  });
  addEventListener("resize", () => drawn.resize());
}

openGround();
if (chart) drawChart();
