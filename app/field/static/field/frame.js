// What every page of the phone does: says whose it is and what is on its way, sends, signs out, takes updates.
import { embedded, fill } from "wangge/core/core";
import { coalesced } from "wangge/field/coalesced";
import { download, exportName } from "wangge/field/download";
import { adopt, counts, exportFile, onChange as onQueue, sendNow, unsentIn } from "wangge/field/queue";
import { onChange as onSession, refresh, refreshBundle, session, signOut } from "wangge/field/session";
import { LOCK, onStatus, start, status } from "wangge/field/sync";

const words = embedded("frame-words");
const element = (id) => document.getElementById(id);
const icons = embedded("icons");
const HERE = document.documentElement.lang === "en" ? "en" : "zh";
const CHOICE = "wangge-choice";
const SIGNS = { offline: "offline", waiting: "clock", signin: "lock", attention: "alarm", sending: "send", idle: "check" };
const clock = new Intl.DateTimeFormat(HERE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone });

let leaving = false;

async function show() {
  const [me, found] = [await session(), await counts()];
  element("frame-name").textContent = me.name;
  element("frame-postings").textContent = me.postings;
  const [phase, said, n] = going(me, found, status());
  element("going").dataset.phase = phase;
  element("going").querySelector("use").setAttribute("href", `${icons}#${SIGNS[phase]}`);
  if (element("going-says").textContent !== said) element("going-says").textContent = said;
  element("going-count").textContent = n || "";
  element("going-count").hidden = !n;
  await lead(me, found);
}

/** `[phase, words, number]` of the strip below the bar. */
function going(me, { waiting: n, attention, lastSentAt }, { phase, done, all }) {
  if (attention) return ["attention", fill(words.attention, { n: attention }), n];
  if (phase === "sending") return ["sending", fill(words.sending, { n: Math.min(done + 1, all), all }), 0];
  if (me.owner && me.signedIn === false) return ["signin", fill(n ? words.signin : words.signinNone, { n }), 0];
  if (phase === "other") return ["signin", words.other, n];
  if (me.reachable === false) return ["offline", fill(n ? words.offlineWaiting : words.offline, { n }), 0];
  if (n) return ["waiting", fill(words.waiting, { n }), 0];
  return ["idle", lastSentAt ? fill(words.allSent, { time: clock.format(new Date(lastSentAt)) }) : words.allSentNever, 0];
}

/** Nobody's phone shows nothing of anybody: it leads to the sign-in, or says that it needs one. */
async function lead(me, { others }) {
  const shut = !me.owner && me.reachable !== null && !leaving;
  document.querySelector("main").classList.toggle("shut", shut);
  element("nobody").hidden = !shut;
  if (!shut) return;
  const said = element("nobody-others");
  said.hidden = !others;
  said.textContent = fill(words.sealed, { n: others });
  if (me.reachable && !me.inspector) location.replace("/");
  else if (me.reachable && !others) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
}

/** The kept pages exist once per language; the worker gives out the one that was chosen last. */
async function followLanguage() {
  const { language } = await session();
  const cache = await globalThis.caches?.open(CHOICE);
  await cache?.put("/field/language", new Response(language ?? HERE));
  const once = `wangge-language-${language}`;
  if (!language || language === HERE || sessionStorage.getItem(once)) return;
  sessionStorage.setItem(once, "1");
  location.reload();
}

async function chooseLanguage(event) {
  event.preventDefault();
  const { target: form, submitter } = event;
  const { reachable, csrf } = await refresh();
  const says = element("frame-language-says");
  says.textContent = reachable ? "" : words.language;
  says.hidden = reachable;
  if (!reachable) return;
  form.elements.csrf_token.value = csrf ?? "";
  form.elements.back.value = location.pathname;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "lang", value: submitter.value }));
  await (await globalThis.caches?.open(CHOICE))?.put("/field/language", new Response(submitter.value));
  sessionStorage.clear();
  form.submit();
}

async function askToLeave() {
  const n = unsentIn(await counts());
  if (n) offerToLeave(n);
  else await leave();
}

function offerToLeave(n) {
  element("leave-says").textContent = fill(words.unsent, { n });
  element("leave").showModal();
}

/** Who signs out on a page of the desk with something unsent is led here (leaving.js). */
async function askedElsewhere() {
  const n = location.hash === "#leave" && unsentIn(await counts());
  if (n) offerToLeave(n);
}

/** Where to go afterwards is decided here alone. */
async function leave() {
  leaving = true;
  element("leave-result").textContent = words.leaving;
  await signOut();
  const { reachable } = await session();
  location.replace(reachable ? "/sign-in" : "/field/");
}

async function exportAll() {
  download(await exportFile(), exportName());
  element("leave-result").textContent = words.exported;
}

function sendAll() {
  sendNow();
  location.assign("/field/tray");
}

/** The worker of this version, and word of a newer one; the newer one waits until nothing is being sent. */
async function install() {
  if (!("serviceWorker" in navigator)) return;
  const worker = await navigator.serviceWorker.register("/field/sw.js", { scope: "/", updateViaCache: "none" });
  const offer = () => (element("fresh").hidden = !(worker.waiting && navigator.serviceWorker.controller));
  const follow = () => worker.installing?.addEventListener("statechange", offer);
  worker.addEventListener("updatefound", follow);
  follow();
  offer();
  element("fresh-take").addEventListener("click", () => takeNew(worker));
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage("later");
}

function takeNew(worker) {
  element("fresh-take").disabled = true;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  return navigator.locks.request(LOCK, () => worker.waiting?.postMessage("take over"));
}

function tell(error) {
  const said = { StorageFull: words.storageFull, Outdated: words.outdated }[error?.name];
  if (!said) return;
  element("frame-trouble").textContent = said;
  element("frame-trouble").hidden = false;
}

addEventListener("unhandledrejection", ({ reason }) => tell(reason));
const soon = coalesced(() => show().catch(tell));
for (const listen of [onSession, onQueue, onStatus]) listen(soon);
element("frame-language").addEventListener("submit", chooseLanguage);
element("frame-leave").addEventListener("click", askToLeave);
element("leave-send").addEventListener("click", sendAll);
element("leave-export").addEventListener("click", exportAll);
element("leave-keep").addEventListener("click", leave);
element("leave-stay").addEventListener("click", () => element("leave").close());

await soon();
install().catch((error) => console.warn(error)); // an unsafe address: the app then needs a signal
start();
await askedElsewhere();
await refresh();
await followLanguage();
await adopt();
navigator.storage?.persist?.();
await refreshBundle();
