// An optional raster basemap. Chinese tiles are drawn in GCJ-02: a few hundred metres off. The data are right,
// so it is the picture that moves: each tile is put together from its neighbours, shifted by the local offset.
import { addProtocol } from "maplibre-gl";

const SIZE = 256;
const SHIFTS_FROM_ZOOM = 9; // under it the offset is less than two pixels

export function addBasemap(map, { url, crs }) {
  const shifted = crs === "gcj02";
  if (shifted) addProtocol("gcj02", (request, abort) => shiftedTile(request.url, url, abort));
  map.addSource("basemap", {
    type: "raster",
    tiles: [shifted ? "gcj02://{z}/{x}/{y}" : url],
    tileSize: SIZE,
    maxzoom: 18,
  });
  const over = map.getStyle().layers.find((layer) => layer.id !== "ground")?.id;
  map.addLayer({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-opacity": 0.7, "raster-saturation": -0.5 } }, over);
}

async function shiftedTile(address, template, abort) {
  const [z, x, y] = address.slice("gcj02://".length).split("/").map(Number);
  const [dx, dy] = z < SHIFTS_FROM_ZOOM ? [0, 0] : offsetPixels(z, x, y);
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const context = canvas.getContext("2d");
  const columns = neighbours(dx);
  const rows = neighbours(dy);
  await Promise.all(
    columns.flatMap((i) =>
      rows.map(async (j) => {
        const picture = await picked(template, z, x + i, y + j, abort);
        if (picture) context.drawImage(picture, i * SIZE - dx, j * SIZE - dy, SIZE, SIZE);
      }),
    ),
  );
  return { data: canvas.transferToImageBitmap() };
}

/** The tile columns (or rows) that a window moved by `pixels` looks at, relative to its own. */
function neighbours(pixels) {
  const first = Math.floor(pixels / SIZE);
  return Number.isInteger(pixels / SIZE) ? [first] : [first, first + 1];
}

async function picked(template, z, x, y, abort) {
  const address = template.replace("{z}", z).replace("{x}", x).replace("{y}", y);
  const answer = await fetch(address, { signal: abort.signal });
  return answer.ok ? createImageBitmap(await answer.blob()) : null;
}

/** How far right and down of the true place the GCJ-02 picture shows it, in pixels, at the tile's centre. */
export function offsetPixels(z, x, y) {
  const world = SIZE * 2 ** z;
  const at = unproject((x + 0.5) * SIZE, (y + 0.5) * SIZE, world);
  const [fromX, fromY] = project(...at, world);
  const [toX, toY] = project(...toGcj02(...at), world);
  return [toX - fromX, toY - fromY];
}

function project(lon, lat, world) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world];
}

function unproject(px, py, world) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * py) / world))) * 180) / Math.PI;
  return [(px / world) * 360 - 180, lat];
}

/** WGS84 → GCJ-02, degrees. The same formula as app/spatial/datum.py. */
export function toGcj02(lon, lat) {
  const [x, y] = [lon - 105, lat - 35];
  const wave = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  north += (wave + (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3;
  north += ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  east += (wave + (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3;
  east += ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  const phi = (lat / 180) * Math.PI;
  const squared = 0.00669342162296594323;
  const magic = 1 - squared * Math.sin(phi) ** 2;
  const radius = 6378245;
  return [
    lon + (east * 180) / ((radius / Math.sqrt(magic)) * Math.cos(phi) * Math.PI),
    lat + (north * 180) / (((radius * (1 - squared)) / (magic * Math.sqrt(magic))) * Math.PI),
  ];
}
