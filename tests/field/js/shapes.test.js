// Lines and areas out of corners.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cornersOf, crosses, measure, shapeOf } from "wangge/field/shapes";

const square = [[113, 23], [113.001, 23], [113.001, 23.001], [113, 23.001]];

test("a line needs two corners, an area three and is closed", () => {
  assert.equal(shapeOf("line", square.slice(0, 1)), null);
  assert.equal(shapeOf("area", square.slice(0, 2)), null);
  assert.equal(shapeOf("point", square), null);
  assert.deepEqual(shapeOf("area", square).coordinates[0].at(-1), square[0]);
});

test("a kept shape gives its corners back", () => {
  for (const kind of ["line", "area"]) assert.deepEqual(cornersOf(shapeOf(kind, square)), { kind, corners: square });
  assert.deepEqual(cornersOf(null), { kind: "point", corners: [] });
});

test("metres and square metres", () => {
  assert.ok(Math.abs(measure("line", square.slice(0, 2)) - 102.5) < 0.2);
  assert.ok(Math.abs(measure("area", square) - 11356) < 30);
});

test("a border that crosses itself is no area", () => {
  assert.equal(crosses(square), false);
  assert.equal(crosses([square[0], square[2], square[1], square[3]]), true);
  assert.equal(crosses(square.slice(0, 3)), false);
});
