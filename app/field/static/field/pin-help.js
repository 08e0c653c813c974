// What the pin's map shows besides the pin: the outlines of grids, the own one stronger.
import { getJson } from "wangge/core/core";
import { COLOUR, outline, whole } from "wangge/maps/map";

/** Around the map of `wangge/maps/pin`: `goTo` as it is, `outline(code)` marks one grid. */
export function mapHelp({ map, goTo }, tiles) {
  if (tiles) {
    map.addSource("grids", { type: "vector", tiles: [whole(tiles)], maxzoom: 16 });
    map.addLayer({
      id: "grids", type: "line", source: "grids", "source-layer": "areas",
      paint: { "line-color": COLOUR.line, "line-width": 1.2 },
    }, "here");
  }
  let shown = "";
  return {
    goTo,
    async outline(code) {
      if (code === shown) return;
      shown = code;
      const shape = await getJson(`/api/v1/areas/${code}/geometry`).catch(() => null);
      if (!shape || code !== shown) return;
      document.getElementById("place-approximate").hidden = !shape.properties.approximate;
      outline(map, shape, { approximate: shape.properties.approximate, fill: true });
    },
  };
}
