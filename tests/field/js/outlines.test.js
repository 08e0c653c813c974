// The same answers as app/areas/locate.py gives, from outlines on the phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { locate, metresTo, readOutlines } from "wangge/field/outlines";

const cell = (west, south, side = 0.01) => [
  [west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south],
];
const grid = (code, community, rings, mine = false) => ({
  code, name: code, mine, community: { code: community, name: community }, geometry: { type: "Polygon", coordinates: rings },
});
const HOLE = cell(113.104, 23.004, 0.002);
const outlines = readOutlines([
  grid("b2", "B", [cell(113.11, 23.0)]),
  grid("a1", "A", [cell(113.1, 23.0), HOLE], true),
  grid("a9", "A", [cell(113.101, 23.001, 0.001)]),
  { code: "none", name: "none", community: null, geometry: null },
  { code: "multi", name: "multi", community: null, geometry: { type: "MultiPolygon", coordinates: [[cell(113.2, 23.2)]] } },
]);

test("a point lies in its grid, and far from any border nothing is near", () => {
  const found = locate(outlines, 113.108, 23.0075);
  assert.equal(found.grid.code, "a1");
  assert.equal(found.community.code, "A");
  assert.deepEqual(found.neighbours, []);
  assert.ok(Math.abs(found.borderMetres - 204.8) < 1, String(found.borderMetres));
});

test("grids that begin within the error of the position are named, nearest first", () => {
  const found = locate(outlines, 113.1099, 23.005, 30);
  assert.deepEqual(found.neighbours.map(({ code, metres }) => [code, metres]), [["b2", 10]]);
  assert.deepEqual(locate(outlines, 113.1099, 23.005, 5).neighbours, []);
});

test("on a border the lower code, over a basic grid the dedicated one", () => {
  assert.equal(locate(outlines, 113.11, 23.005).grid.code, "a1");
  assert.equal(locate(outlines, 113.1015, 23.0015).grid.code, "a9");
});

test("a hole belongs to nobody; outside the nearest is named", () => {
  const found = locate(outlines, 113.105, 23.005);
  assert.equal(found.grid, null);
  assert.equal(found.nearest.code, "a1");
  assert.equal(locate(outlines, 113.201, 23.3).nearest.code, "multi");
  assert.equal(locate([], 113, 23).nearest, null);
});

test("metres to an outline are 0 inside it", () => {
  assert.equal(metresTo(outlines[0], 113.115, 23.005), 0);
  assert.ok(Math.abs(metresTo(outlines[0], 113.109, 23.005) - 102.4) < 0.5);
});
