// Acts of hers on one case: on their way, arrived, refused, or overtaken by somebody else, with what to do next.
import { fill } from "wangge/core/core";
import { ago, seconds } from "wangge/field/clockwords";
import { icon, make } from "wangge/field/dom";
import { actsOn } from "wangge/field/outcome";
import * as queue from "wangge/field/queue";

const GOING = new Set(["queued", "filed", "photos_sent"]);
const RECENTLY = 10 * 60 * 1000;
const WORDS_OF = ["reason", "note", "text", "off_site_reason"];

/**
 * A function that shows in `container` what became of her acts on a case; what arrived more than `recently` ms
 * ago is history. `words`: {act, clock}. `on.mend(item)` when she wants to mend a refused one,
 * `on.settled(item)` when one has arrived.
 */
export function decisions(container, caseId, words, on, recently = RECENTLY) {
  const since = new Date(Date.now() - recently).toISOString();
  const going = new Set();

  return async () => {
    const items = actsOn(await queue.list(), caseId);
    const shown = items.filter(({ state, changedAt }) => state !== "draft" && (state !== "confirmed" || changedAt > since));
    container.replaceChildren(...shown.map((item) => note(item, words, on)));
    for (const item of shown) {
      if (item.state === "confirmed" && going.delete(item.id)) on.settled(item);
      else if (GOING.has(item.state)) going.add(item.id);
    }
  };
}

/** A comment only adds: where the case has changed, it goes on under the present version without asking. */
export async function tellAnyway(items) {
  const late = items.filter(({ state, fields, problem }) => state === "conflict" && fields?.action === "comment" && problem?.case);
  for (const item of late) await onPresent(item.id, item.problem.case.version);
}

async function onPresent(id, version) {
  const draft = await queue.mend(id);
  draft.fields.version = version;
  await queue.enqueue(draft, { body: draft.fields.body, caseId: draft.fields.caseId, version });
}

function note(item, words, on) {
  if (item.state === "conflict") return conflict(item, words);
  if (item.state === "parked") return parked(item, words, on);
  const { act } = words;
  const done = item.state === "confirmed";
  const text = fill(done ? act.done : act.kept, { receipt: item.receipt });
  const lines = [
    make("p", {}, make("strong", {}, act.action[item.fields.action]), ` · ${text}`),
    !done && make("p", { class: "small" }, act.keptNext),
  ];
  const marks = { class: "note ok", "data-act": item.id, "data-state": item.state, role: "status" };
  return make("div", marks, icon(done ? "check" : "clock"), make("div", {}, ...lines));
}

/** Refused: the server's words, and back into the form. */
function parked(item, { act }, on) {
  const { problem } = item;
  const why = Object.values(problem?.errors ?? {}).flat().join(" ") || problem?.detail || problem?.title || "";
  const mend = make("button", { class: "button", type: "button" }, icon("return"), act.mend);
  mend.addEventListener("click", () => on.mend(item));
  const name = make("p", {}, make("strong", {}, act.action[item.fields.action]));
  const said = make("p", {}, fill(act.parked, { why }));
  return panel(item, "late", [name, said, prepared(item, act), buttons(mend, discard(item, act))]);
}

/** Somebody was faster: what changed, how it is now, what she had prepared; she decides. */
function conflict(item, { act, clock }) {
  const present = item.problem?.case;
  const lines = (item.problem?.changed ?? []).map(({ actor, action, at }) =>
    make("p", {}, fill(act.changedAt, { who: actor, what: act.event[action] ?? action, when: ago(seconds(at), Date.now() / 1000, clock) })));
  const possible = present?.actions?.some(({ action }) => action === item.fields.action);
  const parts = [make("p", {}, make("strong", {}, act.changed)), ...lines];
  if (present) parts.push(make("p", {}, fill(act.nowIs, { status: act.status[present.status] ?? present.status })));
  else parts.push(make("p", {}, item.problem?.detail ?? ""));
  parts.push(prepared(item, act));
  if (!possible) parts.push(make("p", {}, fill(act.notPossible, { action: act.action[item.fields.action] })));
  parts.push(buttons(possible ? again(item, present, act) : asComment(item, present, act), discard(item, act)));
  return panel(item, "near", parts);
}

function panel(item, look, parts) {
  const marks = { class: `note ${look}`, "data-act": item.id, "data-state": item.state, role: "alert" };
  return make("div", marks, icon("alarm"), make("div", { class: "decision" }, ...parts));
}

function prepared(item, act) {
  const words = wordsOf(item);
  const photos = item.photosAll ? fill(act.photosKept, { n: item.photosAll }) : "";
  if (!words && !photos) return null;
  return make("blockquote", { class: "prepared" },
    make("p", { class: "small quiet" }, act.prepared),
    words && make("p", { class: "said" }, words),
    photos && make("p", {}, icon("image"), photos));
}

function wordsOf({ fields }) {
  return WORDS_OF.map((name) => fields.said?.[name]).filter(Boolean).join("\n");
}

function buttons(...all) {
  return make("div", { class: "buttons" }, ...all);
}

/** The same act, under the version that is there now. */
function again(item, present, act) {
  const button = make("button", { class: "button primary", type: "button" }, icon("check"), act.again);
  button.addEventListener("click", once(button, () => onPresent(item.id, present.version)));
  return button;
}

/** What she wrote is worth keeping even where the act itself has become impossible. */
function asComment(item, present, act) {
  const text = wordsOf(item);
  if (!text) return null;
  const button = make("button", { class: "button", type: "button" }, icon("comment"), act.asComment);
  button.addEventListener("click", once(button, async () => {
    const title = `${act.action.comment} · ${item.fields.title}`;
    const draft = await queue.begin("act", { ...item.fields, action: "comment", title, said: { text } });
    const version = present?.version ?? item.version;
    draft.fields.body = { id: draft.id, action: "comment", text };
    await queue.enqueue(draft, { body: draft.fields.body, caseId: item.fields.caseId, version });
    await queue.discard(item.id);
  }));
  return button;
}

/** Two taps: what she prepared exists nowhere else. */
function discard(item, act) {
  const button = make("button", { class: "button", type: "button" }, icon("close"), act.discard);
  let asked = false;
  button.addEventListener("click", async () => {
    if (asked) return queue.discard(item.id);
    asked = true;
    button.replaceChildren(icon("close"), act.reallyDiscard);
  });
  return button;
}

function once(button, work) {
  return async () => {
    if (button.disabled) return;
    button.disabled = true;
    await work().finally(() => (button.disabled = false));
  };
}
