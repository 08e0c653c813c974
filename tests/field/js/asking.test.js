// Conditional questions, required ones, answers that call for help.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing, shown, stops } from "wangge/field/asking";

const questions = [
  { code: "state", type: "singlevaluelist", required: true, stop: { missing: { text: "t", call: "110" } } },
  { code: "smells", type: "multivaluelist", required: false, shown_when: { state: ["broken"] } },
  { code: "cars", type: "number", required: true, shown_when: { smells: ["gas", "burnt"] } },
];
const codes = (found) => found.map(({ code }) => code);

test("a question is shown when its conditions hold", () => {
  assert.deepEqual(codes(shown(questions, {})), ["state"]);
  assert.deepEqual(codes(shown(questions, { state: "broken" })), ["state", "smells"]);
  assert.deepEqual(codes(shown(questions, { state: "broken", smells: ["sewage", "gas"] })), ["state", "smells", "cars"]);
});

test("a condition on a hidden question never holds", () => {
  assert.deepEqual(codes(shown(questions, { state: "whole", smells: ["gas"] })), ["state"]);
});

test("only what is shown can be missing; 0 is an answer", () => {
  assert.deepEqual(codes(missing(questions, {})), ["state"]);
  const answers = { state: "broken", smells: ["gas"] };
  assert.deepEqual(codes(missing(questions, answers)), ["cars"]);
  assert.deepEqual(missing(questions, { ...answers, cars: 0 }), []);
});

test("a chosen option may say whom to call", () => {
  assert.deepEqual(stops(questions[0], { state: "missing" }), [{ text: "t", call: "110" }]);
  assert.deepEqual(stops(questions[0], { state: "broken" }), []);
  assert.deepEqual(stops(questions[1], {}), []);
});
