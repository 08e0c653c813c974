// The dashboard: numbers are there with the page; map and charts follow when the browser has time for them.
import { embedded } from "wangge/core/core";
import { drawCharts } from "wangge/desk/charts";

const { map: page, styles } = embedded("dashboard");

function style(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => link.addEventListener("load", done, { once: true }));
}

function idle() {
  return new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(() => done(), { timeout: 1500 }));
}

async function drawMap() {
  await idle();
  const [{ drawSide }] = await Promise.all([import("wangge/desk/painting"), ...styles.map(style)]);
  const rowOf = (code) => (code ? document.querySelector(`#units-table tr[data-code="${CSS.escape(code)}"]`) : null);
  await drawSide(page, page.sides[0], { still: true, rowOf });
}

drawCharts();
await drawMap();
