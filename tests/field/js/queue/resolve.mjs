// Import names as pages know them: "wangge/<room>/<name>" and "idb". A name with "?page=2" loads the module anew,
// with everything that it imports: another page of the same phone.
const ROOT = new URL("../../../../", import.meta.url);

export function resolve(name, context, next) {
  const page = /\?page=\d+$/.exec(name)?.[0] ?? /\?page=\d+$/.exec(context.parentURL ?? "")?.[0] ?? "";
  const [first, room, file] = name.replace(page, "").split("/");
  if (first === "wangge") return found(`app/${room}/static/${room}/${file}.js${page}`);
  if (first === "idb") return found("node_modules/idb/build/index.js");
  return next(name, context);
}

function found(path) {
  return { url: new URL(path, ROOT).href, format: "module", shortCircuit: true };
}
