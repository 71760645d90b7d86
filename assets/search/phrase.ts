// Phrases: terms that stand in a row.

import type { Reader } from "./bytes.ts";
import { fields } from "./dictionary.ts";
import type { Postings } from "./dictionary.ts";
import type { Scores, Term } from "./rank.ts";

/** Positions are where a term stands: values[starts[n]] to values[starts[n + 1]] for the n-th of its freqs. */
export interface Positions {
  starts: Uint32Array;
  values: number[];
}

/** readPositions reads those of a term from a file. */
export function readPositions(file: Reader, number: number, postings: Postings): Positions {
  const counts = file.column(file.number());
  const total = sum(counts);
  const first = sum(counts.subarray(0, number));
  const high = file.column(total);
  const low = file.take(total);
  file.end();
  if (sum(postings.freqs) !== counts[number]) throw new Error("broken-positions");
  const starts = new Uint32Array(postings.freqs.length + 1);
  const values: number[] = [];
  postings.freqs.forEach((freq, i) => {
    let at = 0;
    for (; freq > 0; freq--) {
      const place = first + values.length;
      values.push((at += high[place]! * 128 + low[place]! + 1));
    }
    starts[i + 1] = values.length;
  });
  return { starts, values };
}

function sum(list: Uint32Array): number {
  return list.reduce((all, n) => all + n, 0);
}

/** A Slot is a word of a phrase. */
interface Slot {
  term: Term;
  offset: number;
  /** the posting that is looked at */
  at: number;
}

/** phrase finds the documents where terms stand in a row; undefined may be any word. */
export function phrase(terms: (Term | undefined)[], scores: Scores, found: (doc: number, score: number) => void): void {
  const slots: Slot[] = [];
  terms.forEach((term, offset) => {
    if (term) slots.push({ term, offset, at: 0 });
  });
  for (const doc of slots[0]!.term.postings.docs) {
    if (!slots.every((slot) => advance(slot, doc))) continue;
    let sum = 0;
    let any = false;
    for (let f = 0; f < fields; f++) {
      if (!stands(slots, f)) continue;
      any = true;
      for (const { term, at } of slots) sum += scores.of(term, at, f);
    }
    if (any) found(doc, sum);
  }
}

// advance goes on to a document, and tells whether the term is there.
function advance(slot: Slot, doc: number): boolean {
  const { docs } = slot.term.postings;
  while (slot.at < docs.length && docs[slot.at]! < doc) slot.at++;
  return docs[slot.at] === doc;
}

// stands tells whether a field of the document at hand has the words in a row.
function stands(slots: Slot[], f: number): boolean {
  let begins: Set<number> | undefined;
  for (const { term, offset, at } of slots) {
    const { starts, values } = term.positions!;
    const here = new Set<number>();
    for (let i = starts[at * fields + f]!; i < starts[at * fields + f + 1]!; i++) {
      const begin = values[i]! - offset;
      if (!begins || begins.has(begin)) here.add(begin);
    }
    if (!here.size) return false;
    begins = here;
  }
  return true;
}
