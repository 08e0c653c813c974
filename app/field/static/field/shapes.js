// Lines and areas out of corners. Pure; degrees in, metres out.
import { metresPerDegree } from "wangge/field/outlines";

export const LEAST = { line: 2, area: 3 };

/** A LineString or Polygon (closed), or null while there are too few corners. */
export function shapeOf(kind, corners) {
  if (corners.length < (LEAST[kind] ?? Infinity)) return null;
  if (kind === "line") return { type: "LineString", coordinates: corners };
  return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
}

/** `{kind, corners}` of a shape of a draft. */
export function cornersOf(shape) {
  if (!shape) return { kind: "point", corners: [] };
  if (shape.type === "LineString") return { kind: "line", corners: shape.coordinates };
  return { kind: "area", corners: shape.coordinates[0].slice(0, -1) };
}

/** Metres along a line, square metres of an area. */
export function measure(kind, corners) {
  const flat = onPlane(corners);
  if (kind === "line") return sum(flat.slice(1).map(([x, y], i) => Math.hypot(x - flat[i][0], y - flat[i][1])));
  return Math.abs(sum(flat.map(([x, y], i) => cross([x, y], flat[(i + 1) % flat.length])))) / 2;
}

/** Whether the border of an area crosses itself: that is no area. */
export function crosses(corners) {
  const flat = onPlane(corners);
  const sides = flat.map((corner, i) => [corner, flat[(i + 1) % flat.length]]);
  return sides.some((side, i) => sides.slice(i + 2, i ? undefined : -1).some((other) => meet(side, other)));
}

function meet([a, b], [c, d]) {
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

function turn([ax, ay], [bx, by], [cx, cy]) {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}

function cross([ax, ay], [bx, by]) {
  return ax * by - bx * ay;
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}

function onPlane(corners) {
  if (!corners.length) return [];
  const [[lon, lat]] = corners;
  const [east, north] = metresPerDegree(lat);
  return corners.map(([x, y]) => [(x - lon) * east, (y - lat) * north]);
}
