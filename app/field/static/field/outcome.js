// What became of acts that were done on this phone, told from the items of its queue. Pure.

const DUTIES = new Set(["verify_pass", "verify_fail", "check_pass", "check_fail", "close_on_spot"]);
const GOING = new Set(["queued", "filed", "photos_sent"]);
const HELD = new Set(["parked", "conflict"]);

/**
 * The cases whose duty has been done here: it is on its way, or it has arrived and `duties` were fetched before
 * (their version is still the one that she acted on). What is refused is not among them: the duty returns.
 */
export function doneHere(items, duties) {
  const versions = new Map(duties.map(({ id, version }) => [id, version]));
  const done = items.filter((item) => {
    if (item.kind !== "act" || !DUTIES.has(item.action ?? item.fields?.action)) return false;
    return GOING.has(item.state) || (item.state === "confirmed" && versions.get(caseOf(item)) <= item.version);
  });
  return new Set(done.map(caseOf));
}

/** Acts that wait for a decision of hers, oldest first. */
export function needingHer(items) {
  return items.filter(({ kind, state }) => kind === "act" && HELD.has(state));
}

/** The acts on one case, oldest first. */
export function actsOn(items, caseId) {
  return items.filter((item) => item.kind === "act" && caseOf(item) === caseId);
}

/**
 * My latest filings: what is still on its way or just arrived (items), then what the server said of the
 * others (entries of the bundle). A case that both know comes once, with what the server said and its item.
 */
export function filings(items, recent) {
  const known = new Map(recent.map((entry) => [entry.id, entry]));
  const mine = items.filter(({ kind, state }) => kind === "case" && state !== "draft").reverse();
  const alone = mine.filter(({ id }) => !known.has(id)).map((item) => ({ item, entry: null }));
  const byId = new Map(mine.map((item) => [item.id, item]));
  return [...alone, ...recent.map((entry) => ({ entry, item: byId.get(entry.id) ?? null }))];
}

/** Of which case an act is, also before it was queued. */
export function caseOf({ caseId, fields }) {
  return caseId ?? fields?.caseId ?? null;
}
