// The day's duties on a map: numbered signs that lead to each case. Loaded only when it is asked for.
import { embedded } from "wangge/core/core";
import { icon, make, said } from "wangge/field/dom";

const LONGEST_DRAW = 6000;

/** Styles first, then the map itself; rejects when any part of it is not to be had, as a map in parts is none. */
async function loaded() {
  const worker = await fetch(import.meta.resolve("maplibre-gl/worker"));
  if (!worker.ok) throw new Error(`no map: ${worker.status}`);
  await Promise.all(embedded("map-styles", []).map(style));
  const [maps, { Marker }] = await Promise.all([import("wangge/maps/map"), import("maplibre-gl")]);
  return { ...maps, Marker };
}

function style(href) {
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) return null;
  const link = make("link", { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error("no map: its styles are missing"));
    });
    document.head.append(link);
  });
}

/** `{show(duties, here), outlines(grids)}`; null where the browser draws no map. `label` names it. */
export async function dayMap(container, label) {
  const { openMap, outline, fit, dot, Marker } = await loaded();
  const map = await openMap(container, {});
  if (!map) return null;
  map.getCanvas().setAttribute("aria-label", label);
  let markers = [];
  let fitted = false;

  function show(duties, here) {
    for (const marker of markers) marker.remove();
    const placed = duties.filter(({ point }) => point);
    markers = placed.map((duty) => new Marker({ element: sign(duty), anchor: "bottom" }).setLngLat(duty.point).addTo(map));
    if (here) dot(map, [here.lon, here.lat], { id: "here", accuracy: here.accuracy });
    const points = [...placed.map(({ point }) => point), ...(here ? [[here.lon, here.lat]] : [])];
    if (points.length && !fitted) fit(map, { type: "MultiPoint", coordinates: points }, { duration: 0, padding: 48, maxZoom: 16.5 });
    fitted ||= points.length > 0;
  }

  function outlines(grids) {
    const mine = grids.filter(({ mine: own, geometry }) => own && geometry);
    const features = mine.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry }));
    if (features.length) outline(map, { type: "FeatureCollection", features }, { id: "mine", fill: true });
  }

  return { show, outlines };
}

function sign({ id, duty, place, category, number }) {
  const label = [place, said(category), number].filter(Boolean).join(" · ");
  const shown = place ? String(place) : icon(duty === "check" ? "check" : "search");
  return make("a", { class: `duty-sign ${duty}`, href: `/field/case#${id}`, "aria-label": label, title: label }, shown);
}

/** A still map of one place in the outline of its grid; rejects when it is not drawn within some seconds. */
export async function placeMap(container, place) {
  const { miniMap } = await loaded();
  const map = await miniMap(container, place);
  if (!map) return null;
  const drawn = await Promise.race([map.once("idle"), new Promise((resolve) => setTimeout(resolve, LONGEST_DRAW))]);
  if (drawn) return map;
  map.remove();
  throw new Error("no map: it was not drawn");
}
