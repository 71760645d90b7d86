// Words of languages that are written without spaces, as bleve's analyzer cjk
// makes them.

import type { Word } from "./files.ts";
import type { Run } from "./tokenize.ts";

type Change = (form: string) => string;

const ideographs = 3; // the type of a run of Han or kana

/** pairs makes overlapping pairs of characters that are written without a gap. They are their own keys. */
export function pairs(text: string, runs: Run[], lower: Change, fold: Change): Word[] {
  const all: Word[] = [];
  let before: Word | undefined; // the character before
  let alone = false; // it is in no pair yet
  const flush = () => {
    if (before && alone) all.push(before);
    before = undefined;
  };
  for (const { start, end, type } of runs) {
    const form = lower(width(lower(text.slice(start, end))));
    if (type !== ideographs) {
      flush();
      all.push({ form, key: fold(form), start, end });
      continue;
    }
    let at = start;
    for (const char of form) {
      const word: Word = { form: char, key: char, start: at, end: (at += char.length) };
      if (before && before.end !== word.start) flush();
      if (before) {
        const pair = before.form + char;
        all.push({ form: pair, key: pair, start: before.start, end: word.end });
      }
      alone = !before;
      before = word;
    }
  }
  flush();
  return all;
}

const kana =
  "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a";

// width writes full-width letters and half-width kana as they are usual; the
// marks of half-width kana become one with the letter before.
function width(form: string): string {
  let text = "";
  for (const char of form) {
    const code = char.charCodeAt(0);
    if (code > 0xff00 && code < 0xff5f) text += String.fromCharCode(code - 0xfee0);
    else if (code > 0xff64 && code < 0xffa0) {
      const mark = kana[code - 0xff65]!;
      const joined = voiced(text.slice(-1), mark);
      text = joined ? text.slice(0, -1) + joined : text + mark;
    } else text += char;
  }
  return text;
}

// voiced is a katakana letter with a mark of voice, empty where there is none.
function voiced(letter: string, mark: string): string {
  if (mark < "\u3099" || mark > "\u309a" || letter < "ウ" || letter > "ヽ") return "";
  const joined = (letter + mark).normalize();
  return joined.length === 1 ? joined : "";
}
