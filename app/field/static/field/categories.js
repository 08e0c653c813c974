// Finding a category among two hundred: by characters, pinyin initials, code, English words or synonyms.

const MOST_FOUND = 20;
const MOST_CHIPS = 6;
const KEY = "wangge-categories";

/** Rows of the bundle (`category_data` of app/field/choices.py) as objects with a text to search in. */
export function readCategories(rows) {
  return rows.map(([code, name, english, kind, pinyin, synonyms, restricted, onSpot, emergency, questions]) => ({
    code, name, english, kind, pinyin, restricted, onSpot, emergency,
    questions: questions ?? [],
    text: [name, synonyms, english].join(" ").toLowerCase(),
  }));
}

/** The best at most 20, best first; every word of the query must fit somewhere. */
export function search(categories, query) {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return categories
    .map((category) => ({ category, rank: Math.max(...words.map((word) => rankOf(category, word))) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_FOUND)
    .map(({ category }) => category);
}

/** 0 is best; Infinity does not fit. The worst word decides. */
function rankOf({ code, name, english, pinyin, text }, word) {
  if (code.toLowerCase() === word || name === word) return 0;
  if (name.startsWith(word) || pinyin.startsWith(word)) return 1;
  if (english.toLowerCase().startsWith(word) || code.toLowerCase().startsWith(word)) return 2;
  if (text.includes(word)) return 3;
  return pinyin.includes(word) ? 4 : Infinity;
}

/** Codes used last on this phone, then the frequent ones. */
export function recent(frequent) {
  return [...new Set([...kept(), ...frequent])].slice(0, MOST_CHIPS);
}

export function remember(code) {
  try {
    localStorage.setItem(KEY, JSON.stringify([code, ...kept().filter((other) => other !== code)].slice(0, MOST_CHIPS)));
  } catch {
    // a browser that keeps nothing offers the frequent ones
  }
}

function kept() {
  try {
    const codes = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(codes) ? codes.filter((code) => typeof code === "string") : [];
  } catch {
    return [];
  }
}
