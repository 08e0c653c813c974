// A phone without a browser: its database, its locks, and a server that the test writes.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

const locks = new Map();

/** Web Locks: one holder at a time, the others wait. */
const web = {
  async request(name, work) {
    const before = locks.get(name) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(work);
    locks.set(name, mine);
    return mine;
  },
};
Object.defineProperty(globalThis, "navigator", { value: { locks: web }, configurable: true });

/** The sender's own timer never rings: tests say when to send, and an earlier test's page stays quiet. */
const soon = globalThis.setTimeout;
globalThis.setTimeout = (work, wait, ...given) => (wait < 1000 ? soon(work, wait, ...given) : { unref() {} });

/** Everything that a server of cases does for the queue; `faults` are asked before each request. */
export class Server {
  /** `keys`: of the people who have signed in somewhere before. Making a pair takes a while. */
  constructor(keys = new Map()) {
    this.cases = new Map();
    this.acts = new Map();
    this.log = [];
    this.faults = [];
    this.reachable = true;
    this.keys = keys;
    this.csrf = 1;
    this.signIn("ines");
  }

  signIn(name) {
    this.user = name;
    this.csrf += 1;
  }

  signOut() {
    this.user = null;
  }

  /** The first request that `matches` (method and path) is answered by `fault`, `times` times. */
  fail(matches, fault, times = 1) {
    this.faults.push({ matches, fault, times });
  }

  async fetch(path, { method = "GET", headers = {}, body } = {}) {
    if (!this.reachable) throw new TypeError("Failed to fetch");
    const asked = `${method} ${path}`;
    const fault = this.faults.find((each) => each.times > 0 && each.matches.test(asked));
    if (fault) fault.times -= 1;
    if (fault && fault.fault !== "cut") return answer(fault.fault);
    const made = await this.answered(method, path, headers, body);
    if (fault) throw new TypeError("Failed to fetch"); // it arrived, its answer did not
    return made;
  }

  async answered(method, path, headers, body) {
    if (path === "/field/session.json") return answer({ body: this.said() });
    if (path === "/sign-out") return this.signOut(), answer({ body: {} });
    this.log.push(`${method} ${path}`);
    if (!this.user) return problem(401, "Sign in");
    if (method !== "GET" && headers["X-CSRFToken"] !== String(this.csrf)) return problem(400, "CSRF");
    if (path === "/field/keys.json") return this.keysOf(method, body);
    if ((headers["Wangge-Owner"] ?? this.user) !== this.user) return problem(409, "other", { type: "/problems/other-person" });
    return this.cased(method, path, headers, body);
  }

  said() {
    const at = new Date().toISOString();
    if (!this.user) return { signed_in: false, language: "zh", at };
    return { signed_in: true, inspector: true, owner: this.user, name: this.user, postings: "", session: `s${this.csrf}`,
      csrf: String(this.csrf), language: "zh", at };
  }

  keysOf(method, body) {
    const known = this.keys.get(this.user);
    if (method === "GET") return answer({ body: known ?? { public: null } });
    if (!known) this.keys.set(this.user, JSON.parse(body));
    return answer({ status: known ? 200 : 201, body: this.keys.get(this.user) });
  }

  async cased(method, path, headers, body) {
    const [, id, part, sha256] = /^\/api\/v1\/cases\/([^/?]+)\/?(photos|actions)?\/?([0-9a-f]*)/.exec(path);
    const known = this.cases.get(id);
    if (method === "PUT" && !part) return this.filed(id, body);
    if (!known) return problem(404, "nothing here");
    if (method === "PUT") return this.photographed(known, sha256, body);
    return method === "POST" ? this.acted(known, headers, body) : answer({ body: known });
  }

  filed(id, body) {
    const known = this.cases.get(id);
    if (known && known.body !== body) return problem(409, "another filing has this id");
    if (!known) this.cases.set(id, { id, number: `N-${this.cases.size + 1}`, version: 1, status: "filed", photos: [], body });
    return answer({ status: known ? 200 : 201, body: this.cases.get(id) });
  }

  async photographed(known, sha256, body) {
    const bytes = new Uint8Array(await body.arrayBuffer());
    if (!known.photos.some((photo) => photo.sha256 === sha256)) known.photos.push({ sha256, bytes: [...bytes] });
    return answer({ status: 201, body: { sha256 } });
  }

  acted(known, headers, body) {
    const said = JSON.parse(body);
    if (this.acts.has(said.id)) return answer({ body: known });
    if (headers["If-Match"] !== `"${known.version}"`) {
      return problem(412, "changed", { case: known, changed: [{ actor: "Mara", action: "case.accept" }] });
    }
    this.acts.set(said.id, said);
    known.version += 1;
    return answer({ body: known });
  }
}

function answer({ status = 200, body = {}, headers = {}, text = null }) {
  return {
    status, ok: status < 300, type: "basic", statusText: String(status),
    headers: new Headers({ "Content-Type": "application/json", ...headers }),
    json: async () => (text === null ? structuredClone(body) : JSON.parse(text)),
  };
}

export function problem(status, detail, more = {}) {
  return answer({ status, body: { type: "about:blank", title: detail, status, detail, ...more },
    headers: { "Content-Type": "application/problem+json" } });
}

/** How a fault of `fail` says a refusal. */
export function refusal(status, detail = "no", more = {}) {
  return { status, body: { type: "about:blank", title: detail, status, detail, ...more },
    headers: { "Content-Type": "application/problem+json" } };
}

let pages = 0;

/** The app's modules as one page loads them; `server` answers all pages. Another call is another page. */
export async function page(server) {
  globalThis.fetch = (path, options) => server.fetch(path, options);
  pages += 1;
  const load = (name) => import(`wangge/field/${name}?page=${pages}`);
  const [store, seal, session, queue, sync] = await Promise.all(["store", "seal", "session", "queue", "sync"].map(load));
  return { store, seal, session, queue, sync };
}

/** From now on this is another phone, on which nothing is kept. */
export function anotherPhone() {
  locks.clear();
  globalThis.indexedDB = new IDBFactory();
}

/** The pages of this phone are killed in the middle of whatever they do; they hold no lock any more. */
export function kill() {
  locks.clear();
}

export function photo(...bytes) {
  return new Blob([new Uint8Array(bytes)], { type: "image/jpeg" });
}

const known = new Map();

/** Ines' page on a phone of her own, signed in, with a server that works. */
export async function signedIn() {
  anotherPhone();
  const server = new Server(known);
  const app = await page(server);
  await app.session.refresh();
  return { server, app, ...app };
}

/** A draft with photos, ready to be queued; its body is never the same twice. */
export async function drafted({ queue }, { photos = 2, fields = {} } = {}) {
  const draft = await queue.begin("case", fields);
  for (let n = 0; n < photos; n += 1) {
    await queue.addPhoto(draft, { blob: photo(n, ...new TextEncoder().encode(draft.id)), sha256: hash(draft.id, n), kind: "before" });
  }
  return draft;
}

export function hash(id, n) {
  return `${id.replaceAll("-", "")}${String(n).padStart(32, "0")}`;
}

/** File a draft and let the sender run until it rests. */
export async function filed(app, draft = null) {
  const made = draft ?? (await drafted(app));
  await app.queue.enqueue(made, { body: { category: "E0102", said: made.id } });
  await app.sync.send();
  return made;
}

export async function statesOf({ queue }) {
  return (await queue.list()).map(({ state }) => state);
}
