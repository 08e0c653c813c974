// Lets node find our modules by the names of the pages' import map: node --import ./tests/field/js/imports.js
import { register } from "node:module";

const rooms = new URL("../../../app/", import.meta.url).href;
const resolver = `export function resolve(name, context, next) {
  const [, room, file] = /^wangge\\/([a-z]+)\\/([a-z0-9-]+)$/.exec(name) ?? [];
  return next(room ? "${rooms}" + room + "/static/" + room + "/" + file + ".js" : name, context);
}`;
register(`data:text/javascript,${encodeURIComponent(resolver)}`);
