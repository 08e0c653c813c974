// A street in one go: the category stays, and each photo from the camera begins the next case where she stands.
import { fill } from "wangge/core/core";
import { metresBetween } from "wangge/field/position";
import { get, onChange } from "wangge/field/queue";

const element = (id) => document.getElementById(id);

/**
 * `on()`, `start()`, `here(fix, pin)` as she walks, `note(draft, {place, complete})` for each case that was kept,
 * `finish()`.
 */
export function streetWalk(words) {
  const kept = [];
  let walking = false;

  function start() {
    walking = true;
    kept.splice(0);
    element("walk").hidden = false;
    element("walk-finish").hidden = false;
    element("walk-start").hidden = true;
    render();
    element("walk").scrollIntoView({ block: "start" });
  }

  function note(draft, { place, complete }) {
    kept.unshift({ id: draft.id, receipt: draft.receipt, place, complete, number: null, at: new Date() });
    render();
  }

  function render() {
    element("walk-says").textContent = says();
    element("walk-kept").replaceChildren(...kept.map(line));
  }

  function says() {
    if (!walking) return fill(words.walkDone, { n: kept.length });
    return kept.length ? fill(words.walked, { n: kept.length }) : words.walkHow;
  }

  function line({ id, receipt, place, complete, number, at }) {
    const item = document.createElement("li");
    const name = document.createElement(complete ? "b" : "a");
    if (!complete) name.href = `/field/file#${id}`;
    name.textContent = complete ? (number ?? fill(words.receipt, { receipt })) : words.walkUnfinished;
    const where = document.createElement("span");
    where.className = "quiet small";
    where.textContent = `${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })} · ${place}`;
    item.append(name, " ", where);
    return item;
  }

  async function follow() {
    if (!kept.length) return;
    for (const each of kept) each.number ??= (await get(each.id))?.number ?? null;
    render();
  }

  onChange(follow);
  return {
    on: () => walking,
    start,
    note,
    /** How far she has come from the place of the present case. */
    here(fix, pin) {
      const told = walking && fix && pin;
      element("walk-here").textContent = told ? fill(words.walkHere, { n: metresBetween(fix, pin), m: fix.accuracy }) : "";
    },
    finish() {
      walking = false;
      element("walk-start").hidden = false;
      element("walk-finish").hidden = true;
      element("walk-here").textContent = "";
      render();
    },
  };
}
