// One case as the server made it: its small map, and the actions, which go through the phone's queue.
import { embedded } from "wangge/core/core";
import { actForms } from "wangge/field/acts";
import { coalesced } from "wangge/field/coalesced";
import { placeMap } from "wangge/field/daymap";
import { decisions, tellAnyway } from "wangge/field/decisions";
import { list, onChange } from "wangge/field/queue";
import { refresh, session } from "wangge/field/session";

const words = embedded("case-words");
const { subject, reasons } = embedded("case-acts");
const DONE = "wangge-done";
const element = (id) => document.getElementById(id);
const decide = decisions(element("decisions"), subject.id, words, { mend, settled }, 0);
const show = coalesced(async () => {
  await tellAnyway(await list());
  await decide();
});
let forms = [];

showWhatWasDone();
onChange(show);
await refresh();
await offer();
await show();
await showMap();

async function offer() {
  if (!subject.actions.length) return;
  const bundle = await (await session()).bundle();
  const around = { words: words.act, reasons, grids: bundle?.grids, geofence: bundle?.limits?.geofence_m };
  forms = await actForms(element("act-forms"), subject, around, queued);
}

async function queued() {
  await show();
  element("decisions").lastElementChild?.scrollIntoView({ block: "center" });
}

/** What the server refused goes back into its form. */
async function mend(item) {
  const form = forms.find(({ action }) => action === item.fields.action);
  if (!form) return;
  element("acts").hidden = false;
  await form.restore(item.id, { open: true });
  form.explain(item.problem);
  form.element.scrollIntoView({ block: "nearest" });
}

/** It has arrived: the page is fetched anew and says so. */
function settled() {
  sessionStorage.setItem(DONE, subject.id);
  location.replace(location.pathname);
}

function showWhatWasDone() {
  if (sessionStorage.getItem(DONE) !== subject.id) return;
  sessionStorage.removeItem(DONE);
  element("case-done").hidden = false;
}

async function showMap() {
  const place = embedded("case-place");
  if (!place) return;
  const shape = place.shape_url ? await fetch(place.shape_url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null) : null;
  await placeMap(element("case-map"), { ...place, shape }).catch(() => element("case-map").remove());
}
