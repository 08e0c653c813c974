// Which grid a place lies in, from the outlines kept on the phone. Pure: GeoJSON in, units and metres out.
// The server decides where a case belongs; this says it where there is no server.

export const BORDER_METRES = 30; // as app/areas/locate.py: from here on a border is worth naming
const TOUCHING = 0.05; // metres: on the border itself

/** The grids of the bundle that have land, ready to be asked. */
export function readOutlines(grids) {
  return (grids ?? []).filter((grid) => grid.geometry).map((grid) => {
    const polygons = polygonsOf(grid.geometry);
    const box = boxOf(polygons);
    return { grid, polygons, box, size: (box[2] - box[0]) * (box[3] - box[1]) };
  });
}

/**
 * Where a place lies: `{grid, community, borderMetres, neighbours, nearest}`. `neighbours`: other grids whose
 * land begins within `within` metres, each with `metres`, nearest first. Outside all outlines `grid` is null
 * and `nearest` is the nearest grid with `metres`, or null when no outline is kept.
 */
export function locate(outlines, lon, lat, within = BORDER_METRES) {
  const around = outlines
    .filter(({ box }) => metresToBox(box, lon, lat) <= within)
    .map((outline) => ({ outline, ...measured(outline, lon, lat) }));
  const own = around.filter(({ metres }) => metres === 0).sort(byPreference)[0];
  if (!own) return { grid: null, community: null, borderMetres: null, neighbours: [], nearest: nearest(outlines, lon, lat) };
  const others = around.filter((each) => each !== own && each.metres <= within).sort(byDistance);
  const { grid } = own.outline;
  return {
    grid,
    community: grid.community ?? null,
    borderMetres: own.border,
    neighbours: others.map(({ outline, metres }) => ({ ...outline.grid, metres: Math.round(metres) })),
    nearest: null,
  };
}

/** Metres from a place to the land of an outline; 0 inside. */
export function metresTo(outline, lon, lat) {
  return measured(outline, lon, lat).metres;
}

/** Metres of a degree of longitude and of latitude on WGS 84. */
export function metresPerDegree(lat) {
  const phi = (lat * Math.PI) / 180;
  return [
    Math.max(1, 111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi)),
    111132.954 - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi),
  ];
}

/** On a border the lower code; where one outline lies over another, the smaller (a dedicated grid). */
function byPreference(a, b) {
  const touching = a.border <= TOUCHING || b.border <= TOUCHING;
  return (touching ? 0 : a.outline.size - b.outline.size) || byCode(a, b);
}

function byDistance(a, b) {
  return a.metres - b.metres || byCode(a, b);
}

function byCode(a, b) {
  return a.outline.grid.code < b.outline.grid.code ? -1 : 1;
}

function nearest(outlines, lon, lat) {
  let best = null;
  for (const outline of outlines) {
    if (best && metresToBox(outline.box, lon, lat) >= best.metres) continue;
    const metres = metresTo(outline, lon, lat);
    if (!best || metres < best.metres) best = { ...outline.grid, metres };
  }
  return best && { ...best, metres: Math.round(best.metres) };
}

function measured({ polygons }, lon, lat) {
  const border = metresToBorder(polygons, lon, lat);
  return { border, metres: border <= TOUCHING || inside(polygons, lon, lat) ? 0 : border };
}

function metresToBorder(polygons, lon, lat) {
  const [east, north] = metresPerDegree(lat);
  let least = Infinity;
  for (const ring of polygons.flat()) {
    for (let i = 1; i < ring.length; i += 1) {
      const [ax, ay] = [(ring[i - 1][0] - lon) * east, (ring[i - 1][1] - lat) * north];
      const [bx, by] = [(ring[i][0] - lon) * east, (ring[i][1] - lat) * north];
      least = Math.min(least, toSegment(ax, ay, bx, by));
    }
  }
  return least;
}

/** From the origin to a segment. */
function toSegment(ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  const along = squared ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / squared)) : 0;
  return Math.hypot(ax + along * dx, ay + along * dy);
}

/** Even-odd over all rings: holes are outside. */
function inside(polygons, x, y) {
  let odd = false;
  for (const ring of polygons.flat()) {
    for (let i = 1; i < ring.length; i += 1) {
      const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) odd = !odd;
    }
  }
  return odd;
}

function metresToBox([west, south, east, north], lon, lat) {
  const [perLon, perLat] = metresPerDegree(lat);
  const dx = Math.max(west - lon, 0, lon - east) * perLon;
  const dy = Math.max(south - lat, 0, lat - north) * perLat;
  return Math.hypot(dx, dy);
}

function polygonsOf({ type, coordinates }) {
  if (type === "Polygon") return [coordinates];
  return type === "MultiPolygon" ? coordinates : [];
}

function boxOf(polygons) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygons.flat(2)) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}
