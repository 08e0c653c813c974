// After "send": the receipt at once, then what becomes of the filing while the page is open.
import { fill } from "wangge/core/core";
import { get, onChange } from "wangge/field/queue";
import { settleSection } from "wangge/field/settle";

const element = (id) => document.getElementById(id);

/** `show(draft, {place, onSpot})` for a filing that was just kept; `hide()` before the next one. */
export function keptScreen(words, onTrouble) {
  const settle = settleSection(words, onTrouble);
  let shown = null;

  function show(draft, { place, onSpot }) {
    shown = { id: draft.id, receipt: draft.receipt };
    element("sent-number").textContent = draft.receipt;
    element("sent-place").textContent = place;
    element("sent").hidden = false;
    element("sent-open").hidden = true;
    settle.clear();
    if (onSpot) settle.offer(draft);
    follow();
    scrollTo(0, 0);
    element("sent-title").focus();
  }

  /** The state of the filing, in words; a number as soon as there is one. */
  async function follow() {
    const item = shown && (await get(shown.id));
    if (!item || item.id !== shown?.id) return;
    const filed = Boolean(item.number);
    element("sent").dataset.state = item.state;
    element("sent-label").textContent = filed ? words.filed : words.kept;
    element("sent-number").textContent = item.number ?? fill(words.receipt, { receipt: shown.receipt });
    element("sent-photos").textContent = state(item);
    element("sent-open").hidden = !filed;
    element("sent-open").href = `/field/cases/${item.id}`;
    const held = item.state === "parked" || item.state === "conflict";
    element("sent-problem").hidden = !held;
    if (held) await problem(item);
  }

  function state({ state: at, number, receipt, photos }) {
    const [all, n] = [photos.length, photos.filter(({ sent }) => sent).length];
    if (at === "confirmed") return all ? fill(words.arrived, { n: all }) : words.noPhotos;
    if (at === "parked" || at === "conflict") return "";
    return number ? fill(words.photosUnderWay, { n, all, receipt }) : words.willSend;
  }

  async function problem({ id, number, problem: said }) {
    const why = Object.values(said?.errors ?? {}).flat().join(" ") || said?.detail || said?.title || "";
    element("sent-problem-says").textContent = fill(words.refused, { why });
    const link = element("sent-mend");
    link.href = number ? "/field/tray" : `/field/file#${id}`;
  }

  onChange(() => follow().catch(onTrouble));
  return {
    show,
    hide() {
      shown = null;
      settle.clear();
      element("sent").hidden = true;
    },
    /** A photo of how it looks now that was taken and not sent: the act goes on. */
    again: async (id) => show(await get(id), { place: "", onSpot: true }),
  };
}
