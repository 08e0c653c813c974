import assert from "node:assert/strict";
import test from "node:test";

import { actsOn, doneHere, filings, needingHer } from "wangge/field/outcome";

const CASE = "c1";
const duties = [{ id: CASE, version: 5 }, { id: "c2", version: 3 }];

function act(state, more = {}) {
  return { id: `a-${state}`, kind: "act", state, action: "check_pass", caseId: CASE, version: 5, fields: {}, ...more };
}

test("a duty leaves the list as soon as it is done here", () => {
  for (const state of ["queued", "filed", "photos_sent"]) assert.deepEqual([...doneHere([act(state)], duties)], [CASE]);
});

test("what is begun or refused leaves the duty where it is", () => {
  for (const state of ["draft", "parked", "conflict"]) assert.deepEqual([...doneHere([act(state)], duties)], []);
});

test("what has arrived is done until the list knows it", () => {
  assert.deepEqual([...doneHere([act("confirmed")], duties)], [CASE]);
  const anew = [{ id: CASE, version: 8 }]; // handled again, to be checked again
  assert.deepEqual([...doneHere([act("confirmed")], anew)], []);
});

test("a comment is no duty", () => {
  assert.deepEqual([...doneHere([act("queued", { action: "comment" })], duties)], []);
});

test("a draft is known by what its form kept", () => {
  const draft = act("draft", { action: null, caseId: null, fields: { caseId: CASE, action: "check_fail" } });
  assert.deepEqual(actsOn([draft, act("queued", { caseId: "c2" })], CASE), [draft]);
});

test("only acts that were refused or overtaken need her here", () => {
  const items = [act("parked"), act("conflict"), act("queued"), { id: "f", kind: "case", state: "parked" }];
  assert.deepEqual(needingHer(items).map(({ state }) => state), ["parked", "conflict"]);
});

test("filings on their way come first, each once", () => {
  const items = [
    { id: "f1", kind: "case", state: "confirmed" },
    { id: "f2", kind: "case", state: "queued" },
    { id: "f3", kind: "case", state: "draft" },
  ];
  const recent = [{ id: "f1" }, { id: "f0" }];
  assert.deepEqual(filings(items, recent), [
    { item: items[1], entry: null },
    { item: items[0], entry: recent[0] },
    { item: null, entry: recent[1] },
  ]);
});
