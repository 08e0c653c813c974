// Says clocks as the phone does: {words, hours, asked: [{duty, at}]} on stdin, their words and lights on stdout.
import { text } from "node:stream/consumers";

import { clockOf } from "wangge/field/clockwords";

const { words, hours, asked } = JSON.parse(await text(process.stdin));
const said = asked.map(({ duty, at }) => clockOf(duty, at, hours, words)).map(({ words: told, light, colour, sign }) => [told, light, colour, sign]);
process.stdout.write(JSON.stringify(said));
