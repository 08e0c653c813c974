// The draft under the page: every change is kept on the phone at once, one after the other.
import { begun, blank } from "wangge/field/draft";
import { addPhoto, begin, blobOf, dropPhoto, enqueue, keep } from "wangge/field/queue";

const PAUSE = 300; // milliseconds of typing that are kept together

/** `onTrouble(error)` hears of what could not be kept (StorageFull, Locked …). See the returned object. */
export function keeping(onTrouble) {
  let draft = null;
  let fields = blank();
  let timer = 0;
  let sent = false; // what was sent is not changed any more; the page may still say something
  let last = Promise.resolve();

  /** One thing after the other; a failure is told, and stops nothing that follows. */
  function next(work) {
    const done = last.then(work);
    last = done.catch(onTrouble);
    return done;
  }

  async function ensure() {
    draft ??= await begin("case", fields);
    return draft;
  }

  async function write() {
    if (sent || (!draft && !begun(fields, []))) return;
    await ensure();
    draft.fields = fields;
    await keep(draft);
  }

  return {
    fields: () => fields,
    draft: () => draft,
    photos: () => draft?.photos ?? [],
    change(patch) {
      Object.assign(fields, patch);
      clearTimeout(timer);
      timer = setTimeout(() => this.flush().catch(() => {}), PAUSE);
    },
    /** Keep what was changed now. */
    flush() {
      clearTimeout(timer);
      return next(write);
    },
    /** A photo or a voice note; the first one begins the draft. */
    add: (photo, kind) => next(async () => addPhoto(await ensure(), { ...photo, kind })),
    drop: (sha256) => next(() => dropPhoto(draft, sha256)),
    blob: (sha256) => blobOf(draft, sha256),
    /** Go on with a draft, or with a new one. */
    open(found) {
      clearTimeout(timer);
      draft = found;
      sent = false;
      fields = { ...blank(), ...found?.fields };
    },
    /** Freeze the body that `make(draft)` gives and hand it to the queue; the receipt, once it is on the disk. */
    send(make) {
      clearTimeout(timer);
      return next(async () => {
        await ensure();
        draft.fields = fields;
        const receipt = await enqueue(draft, { body: make(draft) });
        sent = true;
        return receipt;
      });
    },
  };
}
