// Exploring: ground is drawn or picked on the map, the table is also a chart, the map can be taken along.
import { embedded, fill } from "wangge/core/core";
import { drawRing } from "wangge/maps/draw";
import { fit, openMap, outline } from "wangge/maps/map";
import { showCaseTiles } from "wangge/maps/cases";

const { zone, layer, query, case_url: caseUrl, words } = embedded("ground-data");
const chart = embedded("chart-data");
const element = (id) => document.getElementById(id);
const form = (way) => document.querySelector(`form[data-way=${way}]`);

function say(text) {
  element("draw-says").textContent = text;
}

async function openGround() {
  const map = await openMap(element("ground-map"), {});
  if (!map) return;
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
  await import("echarts");
  box.hidden = false;
  const drawn = globalThis.echarts.init(box, null, { renderer: "svg" });
  const labels = chart.lines.map(([label]) => label);
  drawn.setOption({
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    tooltip: { trigger: "axis" },
    legend: { type: "scroll" },
    grid: { left: 8, right: 8, bottom: 8, top: 40, containLabel: true },
    xAxis: { type: "category", data: labels, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1 },
    series: chart.heads.map((name, at) => ({ name, type: "bar", stack: "all", data: chart.lines.map(([, counts]) => counts[at]) })),
  });
  addEventListener("resize", () => drawn.resize());
}

openGround();
if (chart) drawChart();
