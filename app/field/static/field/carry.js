// The queue as a file, for when this phone cannot send: sealed as it lies here, so only its owner can open it.
// One line of JSON per record, so that a file of many photos is never in memory twice.
import { fromBase64, toBase64, unsealJson } from "wangge/field/seal";
import { session } from "wangge/field/session";
import { open, write } from "wangge/field/store";

const FORMAT = "wangge-queue";

/** The file is not one of ours, is damaged (`reason` "damaged"), or belongs to somebody else ("other"). */
export class NotMine extends Error {
  constructor(reason) {
    super(reason);
    this.name = "NotMine";
    this.reason = reason;
  }
}

/** Everything of mine that has not arrived, as a Blob. The phone keeps its own copy. */
export async function exportFile() {
  const { owner } = await session();
  const db = await open();
  const records = (await db.getAllFromIndex("drafts", "owner", owner)).filter((each) => each.state !== "confirmed");
  const parts = [line({ format: FORMAT, version: 1, owner, at: new Date().toISOString(), drafts: records.length })];
  for (const record of records) {
    parts.push(line({ draft: packed(record) }));
    for (const photo of await db.getAll("photos", IDBKeyRange.bound([record.id], [record.id, []]))) {
      parts.push(new Blob([line({ photo: packed(photo) })]));
    }
  }
  return new Blob(parts, { type: "application/x-ndjson" });
}

/** Take in a file of mine: `{taken, known}`. What is here already stays as it is. Throws NotMine, StorageFull. */
export async function importFile(file) {
  const { owner } = await session();
  const [head, ...lines] = (await file.text()).trimEnd().split("\n");
  const { format, owner: theirs, drafts } = parsed(head);
  if (format !== FORMAT) throw new NotMine("damaged");
  if (theirs !== owner) throw new NotMine("other");
  const items = grouped(lines);
  if (items.length !== drafts) throw new NotMine("damaged");
  const done = { taken: 0, known: 0 };
  for (const item of items) done[(await takenIn(owner, item)) ? "taken" : "known"] += 1;
  return done;
}

function grouped(lines) {
  const items = [];
  for (const { draft, photo } of lines.map(parsed)) {
    if (draft) items.push({ record: unpacked(draft), photos: [] });
    else if (photo && items.length) items.at(-1).photos.push(unpacked(photo));
    else throw new NotMine("damaged");
  }
  return items;
}

async function takenIn(owner, { record, photos }) {
  const opened = await unsealJson(owner, record.sealed).catch(() => null);
  const whole = opened?.photos.every(({ sha256, sent }) => sent || photos.some((photo) => photo.sha256 === sha256));
  if (!whole || record.owner !== owner) throw new NotMine("damaged");
  return write(["drafts", "photos"], async (transaction) => {
    if (await transaction.objectStore("drafts").get(record.id)) return false;
    await transaction.objectStore("drafts").add(record);
    for (const photo of photos) await transaction.objectStore("photos").put(photo);
    return true;
  });
}

function line(value) {
  return `${JSON.stringify(value)}\n`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotMine("damaged");
  }
}

function packed({ sealed: { key, iv, data }, ...rest }) {
  return { ...rest, sealed: { key: toBase64(key), iv: toBase64(iv), data: toBase64(data) } };
}

function unpacked({ sealed: { key, iv, data }, ...rest }) {
  return { ...rest, sealed: { key: fromBase64(key), iv: fromBase64(iv), data: fromBase64(data) } };
}
