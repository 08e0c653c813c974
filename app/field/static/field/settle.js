// What was put right at once: a photo of how it looks now goes after the filing and closes the case.
import { addPhoto, begin, dropPhoto, enqueue } from "wangge/field/queue";
import { photoStrip } from "wangge/field/strip";

const element = (id) => document.getElementById(id);

/** `offer(filing)` shows it for a filing that was kept; `onTrouble(error)` hears of what could not be kept. */
export function settleSection(words, onTrouble) {
  const form = element("settle");
  const note = element("settle-note");
  const strip = photoStrip(form.querySelector("[data-strip]"), words, photosChanged);
  let filing = null;
  let act = null;
  let last = Promise.resolve();

  function offer(kept) {
    filing = kept;
    act = null;
    const photographed = kept.photos.some(({ kind }) => kind === "before");
    form.hidden = false;
    element("settle-form").hidden = !photographed;
    say(photographed ? "" : words.needBefore);
  }

  /** The first photo begins the act, so that it is not lost either. */
  function photosChanged(_photos, { added, dropped }) {
    last = last.then(async () => {
      act ??= await begin("act", { title: filing.fields.title, action: "close_on_spot", case: filing.id });
      if (added) await addPhoto(act, { ...added, kind: "after" });
      else await dropPhoto(act, dropped.sha256);
    }).catch(onTrouble);
  }

  async function send() {
    error("");
    await strip.ready();
    await last;
    if (!act?.photos.length) return error(words.needAfter);
    const photos = act.photos.map(({ sha256 }) => sha256);
    const body = { id: act.id, action: "close_on_spot", note: note.value, photos };
    await enqueue(act, { body, after: filing.id });
    strip.clear();
    element("settle-form").hidden = true;
    say(words.settled);
  }

  function say(text) {
    element("settle-says").textContent = text;
    element("settle-says").hidden = !text;
  }

  function error(text) {
    element("settle-error").textContent = text;
    element("settle-error").hidden = !text;
  }

  function clear() {
    strip.clear();
    form.reset();
    form.hidden = true;
    error("");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send().catch(onTrouble);
  });
  return { offer, clear };
}
