// What is kept on the phone is sealed with its owner's public key, so that writing needs no sign-in,
// and opened with the private key, which leaves the phone at sign-out and comes back at the next sign-in.
import { open, write } from "wangge/field/store";

const PAIR = { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const KEYS_PATH = "/field/keys.json";
const LONGEST_ASK = 20_000;

/** The private key is not on this phone: its owner has signed out, or has never signed in here. */
export class Locked extends Error {
  constructor() {
    super("sealed, and its owner is not signed in on this phone");
    this.name = "Locked";
  }
}

/** `bytes` (buffer or view) as `{key, iv, data}` that only `owner` can open. Throws Locked before a first sign-in. */
export async function seal(owner, bytes) {
  const { publicKey } = (await keysOf(owner)) ?? {};
  if (!publicKey) throw new Locked();
  const once = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const [key, data] = await Promise.all([
    crypto.subtle.wrapKey("raw", once, publicKey, { name: "RSA-OAEP" }),
    crypto.subtle.encrypt({ name: "AES-GCM", iv }, once, bytes),
  ]);
  return { key, iv, data };
}

/** The bytes (ArrayBuffer). Throws Locked without the private key, OperationError for somebody else's. */
export async function unseal(owner, { key, iv, data }) {
  const { privateKey } = (await keysOf(owner)) ?? {};
  if (!privateKey) throw new Locked();
  const once = await crypto.subtle.unwrapKey("raw", key, privateKey, { name: "RSA-OAEP" }, "AES-GCM", false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, once, data);
}

/** The same for what JSON can say. */
export function sealJson(owner, value) {
  return seal(owner, new TextEncoder().encode(JSON.stringify(value)));
}

export async function unsealJson(owner, sealed) {
  return JSON.parse(new TextDecoder().decode(await unseal(owner, sealed)));
}

/** Whether the owner's records can be opened on this phone now. */
export async function unlocked(owner) {
  return Boolean((await keysOf(owner))?.privateKey);
}

/** Bring the signed-in person's keys to this phone, or make them at the first sign-in. Needs the server once. */
export async function ensureKeys({ owner, csrf }) {
  if (await unlocked(owner)) return;
  const pair = (await fetchedPair()) ?? (await newPair(csrf));
  const [publicKey, privateKey] = await Promise.all([publicOf(pair), privateOf(pair)]);
  await write(["keys"], (transaction) => transaction.objectStore("keys").put({ owner, publicKey, privateKey }));
}

/** At sign-out: what is sealed stays sealed. */
export function lock(owner) {
  return write(["keys"], async (transaction) => {
    const keys = transaction.objectStore("keys");
    const known = await keys.get(owner);
    if (known) await keys.put({ ...known, privateKey: null });
  });
}

async function keysOf(owner) {
  return (await open()).get("keys", owner);
}

async function fetchedPair() {
  const answer = await fetch(KEYS_PATH, { cache: "no-store", signal: AbortSignal.timeout(LONGEST_ASK) });
  if (!answer.ok) throw new Error(`keys: ${answer.status}`);
  const said = await answer.json();
  return said.public ? said : null;
}

/** Of two phones that make a pair at the same time the first one wins; what the server answers is taken over. */
async function newPair(csrf) {
  const answer = await fetch(KEYS_PATH, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(await madePair()),
    signal: AbortSignal.timeout(LONGEST_ASK),
  });
  if (!answer.ok) throw new Error(`keys: ${answer.status}`);
  return answer.json();
}

async function madePair() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(PAIR, true, ["wrapKey", "unwrapKey"]);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["wrapKey"]);
  const data = await crypto.subtle.wrapKey("pkcs8", privateKey, wrapping, { name: "AES-GCM", iv });
  return {
    public: await crypto.subtle.exportKey("jwk", publicKey),
    wrapped: { iv: toBase64(iv), data: toBase64(data) },
    secret: toBase64(secret),
  };
}

function publicOf(pair) {
  return crypto.subtle.importKey("jwk", pair.public, PAIR, true, ["wrapKey"]);
}

async function privateOf({ wrapped, secret }) {
  const wrapping = await crypto.subtle.importKey("raw", fromBase64(secret), "AES-GCM", false, ["unwrapKey"]);
  const cipher = { name: "AES-GCM", iv: fromBase64(wrapped.iv) };
  return crypto.subtle.unwrapKey("pkcs8", fromBase64(wrapped.data), wrapping, cipher, PAIR, false, ["unwrapKey"]);
}

const CHUNK = 0x8000; // arguments that one call can take

/** Standard base64 of a buffer or view. */
export function toBase64(bytes) {
  const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  let text = "";
  for (let start = 0; start < all.length; start += CHUNK) text += String.fromCharCode(...all.subarray(start, start + CHUNK));
  return btoa(text);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
