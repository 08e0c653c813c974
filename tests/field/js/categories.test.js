// A category is found by whatever comes to mind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCategories, recent, search } from "wangge/field/categories";

const categories = readCategories([
  ["P0101", "上水井盖", "Water-supply manhole cover", "part", "ssjg", "窨井盖", false, false, false, []],
  ["E0102", "暴露垃圾", "Exposed garbage", "event", "bllj", "", false, true, false, []],
  ["E0103", "积存垃圾渣土", "Rubble", "event", "jcljzt", "垃圾", false, true, false, []],
  ["S0302", "涉毒", null, "social", "sd", "", true, false, true, undefined],
].map(([code, name, english, ...rest]) => [code, name, english ?? "", ...rest]));
const codes = (query) => search(categories, query).map(({ code }) => code);

for (const [query, code] of [["暴露", "E0102"], ["bllj", "E0102"], ["e0102", "E0102"], ["exposed", "E0102"], ["窨井盖", "P0101"]]) {
  test(`${query} finds ${code} first`, () => assert.equal(codes(query)[0], code));
}

test("every word must fit, and the better fit comes first", () => {
  assert.deepEqual(codes("垃圾"), ["E0102", "E0103"]);
  assert.deepEqual(codes("垃圾 rubble"), ["E0103"]);
  assert.deepEqual(codes(""), []);
  assert.deepEqual(codes("nothing"), []);
});

test("what a category is comes along", () => {
  const drugs = categories.at(-1);
  assert.deepEqual([drugs.restricted, drugs.emergency, drugs.onSpot, drugs.questions], [true, true, false, []]);
});

test("six chips at most, without a browser's memory the frequent ones", () => {
  assert.deepEqual(recent(["a", "b", "a", "c", "d", "e", "f", "g"]), ["a", "b", "c", "d", "e", "f"]);
});
