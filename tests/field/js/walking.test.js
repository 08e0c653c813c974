import assert from "node:assert/strict";
import test from "node:test";

import { walk } from "wangge/field/walking";

const START = [113.115, 23.005];
const at = (east, north) => [START[0] + east / 102_356, START[1] + north / 111_195]; // metres from the start

/** A fixed sequence of numbers in [0, 1). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function places(n, seed) {
  const next = numbers(seed);
  return Array.from({ length: n }, () => at(next() * 2000 - 1000, next() * 2000 - 1000));
}

function metres(order, all) {
  const points = [START, ...order.map((n) => all[n])];
  const flat = points.map(([lon, lat]) => [lon * 111_195 * Math.cos((START[1] * Math.PI) / 180), lat * 111_195]);
  return flat.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - flat[i][0], y - flat[i][1]), 0);
}

function* permutations(items) {
  if (items.length < 2) yield items;
  for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

test("nothing, one place, and places in a row", () => {
  assert.deepEqual(walk(START, []), { order: [], metres: 0 });
  assert.deepEqual(walk(START, [at(30, 40)]), { order: [0], metres: 50 });
  assert.deepEqual(walk(START, [at(300, 0), at(100, 0), at(200, 0)]), { order: [1, 2, 0], metres: 300 });
});

test("every place once, and the same walk every time", () => {
  const all = places(120, 7);
  const { order, metres: length } = walk(START, all);
  assert.deepEqual([...order].sort((a, b) => a - b), all.map((_, n) => n));
  assert.deepEqual(walk(START, all).order, order);
  assert.ok(Math.abs(length - metres(order, all)) <= 1);
});

test("nearest first alone is often longer; untying never makes it so", () => {
  let shorter = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const all = places(25, seed);
    const greedy = metres(nearestFirst(all), all);
    const { metres: length } = walk(START, all);
    assert.ok(length <= greedy + 1);
    if (length < greedy - 1) shorter += 1;
  }
  assert.ok(shorter > 10, `shorter in ${shorter} of 20`);
});

function nearestFirst(all) {
  const left = new Set(all.keys());
  const order = [];
  for (let here = START; left.size; here = all[order.at(-1)]) {
    const next = [...left].sort((a, b) => far(here, all[a]) - far(here, all[b]))[0];
    left.delete(next);
    order.push(next);
  }
  return order;
}

function far([ax, ay], [bx, by]) {
  return Math.hypot((ax - bx) * Math.cos((START[1] * Math.PI) / 180), ay - by);
}

test("within a few per cent of the best walk there is", () => {
  let [found, best] = [0, 0];
  for (let seed = 1; seed <= 12; seed += 1) {
    const all = places(7, seed);
    const lengths = [...permutations([...all.keys()])].map((order) => metres(order, all));
    const least = Math.min(...lengths);
    const { metres: length } = walk(START, all);
    assert.ok(length <= least * 1.25 + 1, `seed ${seed}: ${length} against ${least}`);
    found += length;
    best += least;
  }
  assert.ok(found <= best * 1.05, `${found} against ${best}`);
});

test("200 places are ordered while a thumb is still on the button", () => {
  const all = places(200, 3);
  const begun = performance.now();
  walk(START, all);
  assert.ok(performance.now() - begun < 500);
});
