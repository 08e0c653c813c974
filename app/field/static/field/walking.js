// A short walk through the places of the day: nearest first, then crossings are untied. Pure.
// Straight lines: on this phone there is no map of the ways.

const BETTER = 1e-6; // metres: less is not worth turning round for
const MOST_ROUNDS = 60;
const METRES_PER_DEGREE = 111_195;

/**
 * The order in which to visit `places` ([lon, lat] each) from `start`: `{order, metres}`, `order` being
 * indexes and `metres` the length of the whole walk. The same places always give the same walk.
 */
export function walk(start, places) {
  const points = flat(start, places);
  const order = untied(nearestFirst(points), points);
  return { order: order.slice(1).map((n) => n - 1), metres: Math.round(lengthOf(order, points)) };
}

/** In metres around the start; the start is point 0 and stays first. */
function flat([lon, lat], places) {
  const shrink = Math.cos((lat * Math.PI) / 180);
  return [[lon, lat], ...places].map(([x, y]) => [
    (x - lon) * METRES_PER_DEGREE * shrink,
    (y - lat) * METRES_PER_DEGREE,
  ]);
}

function nearestFirst(points) {
  const left = new Set(points.keys());
  const order = [];
  for (let here = 0; here !== -1; ) {
    left.delete(here);
    order.push(here);
    let next = -1;
    for (const there of left) if (next === -1 || apart(points, here, there) < apart(points, here, next)) next = there;
    here = next;
  }
  return order;
}

/** Turn stretches round while that makes the walk shorter (2-opt on a path whose end is open). */
function untied(order, points) {
  for (let round = 0, better = true; better && round < MOST_ROUNDS; round += 1) {
    better = false;
    for (let i = 1; i < order.length - 1; i += 1) {
      for (let j = i + 1; j < order.length; j += 1) {
        if (gain(order, points, i, j) <= BETTER) continue;
        order.splice(i, j - i + 1, ...order.slice(i, j + 1).reverse());
        better = true;
      }
    }
  }
  return order;
}

function gain(order, points, i, j) {
  const [before, first, last, after] = [order[i - 1], order[i], order[j], order[j + 1]];
  const now = apart(points, before, first) + (after === undefined ? 0 : apart(points, last, after));
  const turned = apart(points, before, last) + (after === undefined ? 0 : apart(points, first, after));
  return now - turned;
}

function lengthOf(order, points) {
  return order.slice(1).reduce((sum, n, at) => sum + apart(points, order[at], n), 0);
}

function apart(points, a, b) {
  return Math.hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]);
}
