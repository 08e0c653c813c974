// Choosing a place: the pin stands still in the middle, the map moves under it.
import { Marker } from "maplibre-gl";
import { circle, COLOUR, openMap } from "wangge/maps/map";

/**
 * `onPlace([lon, lat], {byHand})` after each move. Returns `{map, goTo(point, accuracy), place()}`,
 * or null without WebGL (the page then goes by the device's position alone).
 * `accuracy` (metres) is drawn as a circle around where the device says it is.
 */
export async function pinMap(container, { start, zoom = 17, onPlace }) {
  const map = await openMap(container, { center: start, zoom });
  if (!map) return null;
  container.append(pin());
  map.addSource("here", { type: "geojson", data: circle(start, 0) });
  map.addLayer({ id: "here", type: "fill", source: "here", paint: { "fill-color": COLOUR.accent, "fill-opacity": 0.15 } });
  const place = () => map.getCenter().toArray();
  map.on("moveend", (event) => onPlace(place(), { byHand: Boolean(event.originalEvent) }));
  let device = null;
  return {
    map,
    place,
    goTo(point, accuracy = 0) {
      map.getSource("here").setData(circle(point, accuracy));
      device ??= new Marker({ element: deviceDot() }).setLngLat(point).addTo(map);
      device.setLngLat(point);
      map.jumpTo({ center: point, zoom: Math.max(map.getZoom(), zoom) });
    },
  };
}

function pin() {
  const element = document.createElement("div");
  element.className = "map-pin";
  element.setAttribute("aria-hidden", "true");
  return element;
}

function deviceDot() {
  const element = document.createElement("div");
  element.className = "map-device";
  return element;
}
