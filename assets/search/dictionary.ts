// Dictionary shards, and what terms have: postings and positions.

import { Reader, broken } from "./bytes.ts";

export const fields = 4;

/** A Form is a spelling and the number of its term in the shard, -1 for a stop word. */
export interface Form {
  text: string;
  term: number;
}

export interface Entry {
  key: string;
  forms: Form[];
  /** terms of each synonym */
  synonyms: number[][];
  /** one word, and not a stop word only */
  isAlone: boolean;
}

export interface Term {
  /** the spelling that leads to it first */
  name: string;
  df: number;
  /** the number of its pack, or -1 */
  pack: number;
  /** where its postings begin in the pack */
  offset: number;
  postings: Uint8Array | undefined;
  /** bytes of its positions, in the file of the shard's number; none when equal */
  first: number;
  last: number;
}

const slice = 400; // keys between two pauses

export class Shard {
  readonly terms: Term[] = [];
  readonly entries: Entry[] = [];
  private named = 0;

  constructor(readonly number: number) {}

  /** read fills the shard from its file, in parts. */
  async read(file: Reader, pause: () => Promise<void>): Promise<this> {
    this.readTerms(file);
    await pause();
    const keys = Array.from(file.eachKey());
    const heads = file.column(keys.length);
    for (let i = 0; i < keys.length; i++) {
      if (i % slice === 0) await pause();
      this.entries.push(this.readEntry(file, keys[i]!, heads[i]!));
    }
    if (this.named !== this.terms.length) broken();
    file.end();
    return this;
  }

  private readTerms(file: Reader): void {
    const sizes = file.column(file.number());
    for (const size of sizes) {
      const term: Term = { name: "", df: 0, pack: -1, offset: 0, postings: undefined, first: 0, last: 0 };
      if (!size) [term.df, term.pack, term.offset] = [file.number(), file.number(), file.number()];
      this.terms.push(term);
    }
    let at = 0;
    const positions = file.column(sizes.length);
    this.terms.forEach((term, i) => {
      term.first = at;
      term.last = at += positions[i]!;
    });
    this.terms.forEach((term, i) => {
      if (!sizes[i]) return;
      term.postings = file.take(sizes[i]!);
      term.df = new Reader(term.postings).number();
    });
  }

  private readEntry(file: Reader, key: string, head: number): Entry {
    const entry: Entry = { key, forms: [], synonyms: [], isAlone: false };
    for (let n = head >> 2; n > 0; n--) {
      const text = file.string() || key;
      const term = this.readTerm(file);
      if (term >= 0) {
        this.terms[term]!.name = this.terms[term]!.name || text;
        entry.isAlone = !key.includes(" ");
      }
      entry.forms.push({ text, term });
    }
    for (let n = head & 2 ? file.number() : 0; n > 0; n--) {
      const list: number[] = [];
      for (let m = file.number(); m > 0; m--) {
        const term = this.readTerm(file);
        if (term < 0) broken();
        this.terms[term]!.name = this.terms[term]!.name || file.string() || broken();
        list.push(term);
      }
      entry.synonyms.push(list);
    }
    return entry;
  }

  // readTerm gives the number of a term; 1 is the next new one.
  private readTerm(file: Reader): number {
    const back = file.number();
    if (!back) return -1;
    if (back === 1 && this.named < this.terms.length) return this.named++;
    if (back === 1 || back > this.named + 1) broken();
    return this.named + 1 - back;
  }

  /** place is where a key is, or where it would be. */
  place(key: string): number {
    return lowerBound(this.entries.length, (i) => this.entries[i]!.key < key);
  }

  find(key: string): Entry | undefined {
    const entry = this.entries[this.place(key)];
    return entry && entry.key === key ? entry : undefined;
  }
}

/** lowerBound is the first of n places where isBefore is false. */
export function lowerBound(n: number, isBefore: (i: number) => boolean): number {
  let from = 0;
  while (from < n) {
    const middle = (from + n) >> 1;
    if (isBefore(middle)) from = middle + 1;
    else n = middle;
  }
  return from;
}

/** Postings are the documents with a term, in order, and how often each field has it. */
export interface Postings {
  docs: Uint32Array;
  /** fields after one another for each document */
  freqs: Uint32Array;
  /** documents with the term in each field */
  dfs: number[];
}

const escape = 240;

/** readPostings reads those of a term; pack is the file of its pack. */
export function readPostings(term: Term, pack: Uint8Array | undefined, docs: number): Postings {
  const file = new Reader(term.postings || pack!, term.postings ? 0 : term.offset);
  const n = file.number();
  const list: Postings = { docs: file.column(n), freqs: new Uint32Array(n * fields), dfs: [0, 0, 0, 0] };
  if (!n || n !== term.df) broken();
  let before = -1;
  for (let i = 0; i < n; i++) {
    before += list.docs[i]! + 1;
    // Past the last document, perhaps past what a column holds.
    if (before >= docs) broken();
    list.docs[i] = before;
  }
  const heads = file.column(n);
  heads.forEach((head, i) => {
    if (head === escape || head >= escape + 16) broken();
    for (let f = 0; f < fields; f++) {
      let freq = f === 3 && head < escape ? head + 1 : 0;
      if (head > escape && (head - escape) & (1 << f)) freq = file.number() || broken();
      list.freqs[i * fields + f] = freq;
      if (freq) list.dfs[f]!++;
    }
  });
  if (term.postings) file.end();
  return list;
}
