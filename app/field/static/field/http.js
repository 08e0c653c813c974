// Asking the server until it answers: network failures, 429 and 5xx are waited out while the page is open.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const LONGEST_ASK = 60_000;

/** The server said no. `problem` is its problem document. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.problem = problem;
  }
}

/** Somebody who may cut a wait short ("try now", back online). */
export class Patience {
  #wake = () => {};

  constructor(onWait = () => {}) {
    this.onWait = onWait;
    addEventListener("online", () => this.hurry());
  }

  hurry() {
    this.#wake();
  }

  wait(milliseconds) {
    this.onWait(Math.ceil(milliseconds / 1000));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => this.onWait(0));
  }
}

/** The answer to a request (`path` and fetch options), after as many tries as it takes. Throws Refused. */
export async function ask(path, options = {}, patience = new Patience()) {
  for (let tries = 0; ; tries += 1) {
    const answer = await once(path, options);
    if (answer?.ok) return answer;
    if (answer && !passing(answer.status)) throw new Refused(answer.status, await problemOf(answer));
    await patience.wait(pause(tries, answer));
  }
}

async function once(path, options) {
  try {
    return await fetch(path, {
      credentials: "same-origin",
      signal: AbortSignal.timeout(LONGEST_ASK),
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": token(), ...options.headers },
    });
  } catch {
    return null; // no connection, or none that lasted
  }
}

function passing(status) {
  return status === 429 || status >= 500;
}

/** Doubling, with some chance so that phones that lost the same antenna do not return in one beat. */
function pause(tries, answer) {
  const told = Number(answer?.headers.get("Retry-After")) * 1000 || 0;
  const own = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return Math.max(told, own * (0.75 + Math.random() / 2));
}

async function problemOf(answer) {
  return answer.json().catch(() => ({ title: answer.statusText }));
}

function token() {
  return document.querySelector("meta[name=csrf-token]").content;
}

/** After signing in anew in another tab: take over that session's anti-forgery token. */
export async function renewToken() {
  const page = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
  if (!page?.ok || page.redirected) return false;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("meta[name=csrf-token]");
  if (fresh) document.querySelector("meta[name=csrf-token]").content = fresh.content;
  return Boolean(fresh);
}
