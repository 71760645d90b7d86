// Cuts text into words as bleve's tokenizer does, by UAX #29 with the tables of
// its segmenter.

import { columns, ranges, states } from "./table.ts";

const extend = 1;
const extendHangul = columns - 2;

// digits reads numbers in digits of 5 bits, the lowest first; a digit with 32
// added is not the last. "\" is left out.
function digits(text: string): number[] {
  const numbers: number[] = [];
  let n = 0;
  let shift = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code - (code > 92 ? 49 : 48);
    n |= (digit & 31) << shift;
    if (digit > 31) shift += 5;
    else {
      numbers.push(n);
      n = shift = 0;
    }
  }
  return numbers;
}

let classes: Uint8Array | undefined;
let table: number[];

function paint(kinds: Uint8Array, packed: string): Uint8Array {
  const numbers = digits(packed);
  const n = numbers.length / 3;
  for (let i = 0, at = 0; i < n; i++) {
    const first = at + numbers[i]!;
    at = first + numbers[n + i]! + 1;
    kinds.fill(numbers[2 * n + i]!, first, at);
  }
  return kinds;
}

function load(): Uint8Array {
  table = table || digits(states);
  return classes || (classes = paint(new Uint8Array(0x110000), ranges));
}

/** learn takes the classes of rare characters, which count as letters without. */
export function learn(packed: string): void {
  paint(load(), packed);
}

function units(code: number): number {
  return code > 0xffff ? 2 : 1;
}

/** A Run is a word: where it stands, and its type (see table.ts). */
export interface Run {
  start: number;
  end: number;
  type: number;
}

/** runs are the words of a text, and what kind each is. */
export function runs(text: string): Run[] {
  const kinds = load();
  const list: Run[] = [];
  for (let start = 0; start < text.length; ) {
    const first = text.codePointAt(start)!;
    let state = 1;
    let type = 0;
    let end = start + units(first);
    for (let at = start; at < text.length && state; ) {
      const code = text.codePointAt(at)!;
      state = table[state * columns + kinds[code]! + 1]!;
      at += units(code);
      const kind = table[state * columns]!;
      if (kind) {
        type = kind;
        end = at;
      }
    }
    if (type) list.push({ start, end, type });
    else if (takesExtend(first, kinds)) {
      while (isExtend(kinds[text.charCodeAt(end)])) end++;
    }
    start = end;
  }
  return list;
}

function isExtend(kind: number | undefined): boolean {
  return kind === extend || kind === extendHangul;
}

// takesExtend tells of a character that is in no word whether the marks after
// it go with it. The segmenter forgets them after what has several bytes.
function takesExtend(code: number, kinds: Uint8Array): boolean {
  return code < 128 ? code < 10 || code > 13 : isExtend(kinds[code]) || (code >= 0x1f1e6 && code <= 0x1f1ff);
}
