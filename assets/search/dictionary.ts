// Dictionary shards, and the postings of terms.

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
  /** where its postings begin in the columns of the pack, or of the shard */
  offset: number;
  /** a form leads to it: it has positions */
  placed: boolean;
}

const slice = 400; // keys between two pauses

export class Shard {
  readonly terms: Term[] = [];
  readonly entries: Entry[] = [];
  private named = 0;
  /** the postings of the terms that have them here */
  columns!: Columns;
  // The file with the positions of the first term, the terms of other shards
  // before it there, and the terms with which the next files begin.
  private first!: number;
  private before!: number;
  private cuts!: Uint32Array;

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
    let all = 0;
    for (const df of file.column(file.number())) {
      const term: Term = { name: "", df, pack: -1, offset: all, placed: false };
      if (!df) [term.df, term.pack, term.offset] = [file.number(), file.number(), file.number()];
      this.terms.push(term);
      all += df;
    }
    this.first = file.number();
    this.before = file.number();
    this.cuts = file.column(file.number());
    this.columns = new Columns(file, all);
  }

  private readEntry(file: Reader, key: string, head: number): Entry {
    const entry: Entry = { key, forms: [], synonyms: [], isAlone: false };
    for (let n = head >> 2; n > 0; n--) {
      const text = readSpelling(file, key);
      const term = this.readTerm(file);
      if (term >= 0) {
        this.terms[term]!.name = this.terms[term]!.name || text;
        this.terms[term]!.placed = true;
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

  /** standing is the file with the positions of a term, and the term's number there. */
  standing(term: number): [number, number] {
    const { first, before, cuts } = this;
    const at = lowerBound(cuts.length, (i) => cuts[i]! <= term);
    return [first + at, at ? term - cuts[at - 1]! : before + term];
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

// readSpelling reads how a form of a key is spelled: as the key, with marks put
// into it, or otherwise.
function readSpelling(file: Reader, key: string): string {
  let n = file.number();
  if (n % 2) return file.string(n >> 1) || broken();
  if (!n) return key;
  const letters = Array.from(key);
  let text = "";
  for (; n; n -= 2) {
    const next = letters.splice(0, file.number());
    text += next.join("") + String.fromCharCode(0x300 + file.number());
  }
  return (text + letters.join("")).normalize();
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
  /** terms of the fields that have the term; of the body 0 */
  lengths: Uint32Array;
  /** documents with the term in each field */
  dfs: number[];
}

const escape = 240;

/** Columns are postings of terms in a row. */
export class Columns {
  private high: Uint32Array;
  private heads: Uint32Array;
  private freqs: Uint32Array;
  private lengths: Uint32Array;
  private low: Uint8Array;

  constructor(file: Reader, n: number) {
    this.high = file.column(n);
    this.heads = file.column(n);
    this.freqs = file.column(this.told(n, 15));
    this.lengths = file.column(this.told(n, 7));
    this.low = file.take(n);
  }

  // told counts what columns have of the first postings, for some of the fields.
  private told(n: number, some: number): number {
    let count = 0;
    for (let i = 0; i < n; i++) {
      const head = this.heads[i]!;
      if (head === escape || head >= escape + 16) broken();
      for (let mask = head > escape ? (head - escape) & some : 0; mask; mask >>= 1) count += mask & 1;
    }
    return count;
  }

  /** postings gives those of a term. */
  postings({ offset, df }: Term, docs: number): Postings {
    if (!df || offset + df > this.low.length) broken();
    const list: Postings = { docs: new Uint32Array(df), freqs: new Uint32Array(df * fields), lengths: new Uint32Array(df * fields), dfs: [0, 0, 0, 0] };
    let doc = -1;
    let at = this.told(offset, 15);
    let lengthAt = this.told(offset, 7);
    for (let i = 0; i < df; i++) {
      doc += this.high[offset + i]! * 128 + this.low[offset + i]! + 1;
      // Past the last document, perhaps past what a column holds.
      if (doc >= docs) broken();
      list.docs[i] = doc;
      const head = this.heads[offset + i]!;
      for (let f = 0; f < fields; f++) {
        let freq = f === 3 && head < escape ? head + 1 : 0;
        if (head > escape && (head - escape) & (1 << f)) {
          freq = this.freqs[at++]! || broken();
          if (f < 3) list.lengths[i * fields + f] = this.lengths[lengthAt++]! || broken();
        }
        list.freqs[i * fields + f] = freq;
        if (freq) list.dfs[f]!++;
      }
    }
    return list;
  }
}
