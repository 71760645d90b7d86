// What a word may be meant for that is in no dictionary: a neighbour in its
// shard, or the word of the vocabulary that a typing error leads away from.

import type { Shard } from "./dictionary.ts";
import type { Files, Word } from "./files.ts";
import type { Alternative, Found, Resolver } from "./resolve.ts";

const strict = 0.8;
const loose = 0.6;

/** near gives the forms of what was meant and notes the correction, unless files are missing. */
export function near(resolver: Resolver, files: Files, word: Word): Alternative[] | undefined {
  const { key } = word;
  if (/[0-9]/.test(key) || points(key).length > 64) return undefined;
  let weight = strict;
  let found = neighbour(resolver, files, key, 3, true) || meant(resolver, files, key);
  if (!found && !resolver.missing.length) {
    weight = loose;
    found = neighbour(resolver, files, key, 4, false);
  }
  if (!found) return undefined;
  resolver.plan.corrected.push([word.form, resolver.best(found)]);
  return resolver.alternatives(found, weight);
}

// neighbour is the key before or after a place that has the longer beginning
// in common with the word, if both leave at most rest code points after it.
// Of a strict neighbour the beginning is two thirds.
function neighbour(resolver: Resolver, files: Files, key: string, rest: number, isStrict: boolean): Found | undefined {
  const shard = resolver.shard(files.shardOf(key));
  if (!shard) return undefined;
  const { entries } = shard;
  let after = shard.place(key);
  let before = after - 1;
  while (before >= 0 && !entries[before]!.isAlone) before--;
  while (after < entries.length && !entries[after]!.isAlone) after++;
  let best: Found | undefined;
  let most = 0;
  for (const entry of [entries[before], entries[after]]) {
    if (!entry) continue;
    const [shared, longer] = common(key, entry.key);
    if (shared < 4 || longer - shared > rest || (isStrict && 3 * shared < 2 * longer)) continue;
    const found = { shard, entry };
    if (shared > most || (shared === most && resolver.frequency(found) > resolver.frequency(best!))) {
      most = shared;
      best = found;
    }
  }
  return best;
}

// common counts the code points that two keys begin with alike, and those of
// the longer key.
function common(a: string, b: string): [number, number] {
  const x = points(a);
  const y = points(b);
  let shared = 0;
  while (shared < x.length && x[shared] === y[shared]) shared++;
  return [shared, Math.max(x.length, y.length)];
}

// meant is the word of the vocabulary that is nearest.
function meant(resolver: Resolver, files: Files, key: string): Found | undefined {
  const { length } = points(key);
  if (length < 5) return undefined;
  const id = "mistyped " + key;
  const best = files.kept<string>(id);
  if (best === undefined) resolver.missing.push(files.keep(id, () => mistyped(files, key, length < 8 ? 1 : 2)));
  const found = best ? resolver.find(best) : undefined;
  return found && found.entry.isAlone ? found : undefined;
}

// points lets a text be read by code points; nearly all are so already.
function points(text: string): ArrayLike<string> {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text) : text;
}

const slice = 1000; // words between two pauses

/** A Candidate is a word, and how many documents have it. */
type Candidate = [string, number];

// vocabulary reads a file of it. Its words are reversed.
function vocabulary(files: Files, n: number): Promise<Candidate[]> {
  return files.keep("vocabulary " + n, async () => {
    const file = await files.reader("v" + n);
    const keys = Array.from(file.eachKey());
    const dfs = file.column(keys.length);
    file.end();
    await files.pause();
    return keys.map((key, i): Candidate => [Array.from(key).reverse().join(""), dfs[i]!]);
  });
}

// own are the words of a shard that so many documents have.
function own({ entries, terms }: Shard, least: number): Candidate[] {
  const list: Candidate[] = [];
  for (const { key, forms, isAlone } of entries) {
    const df = isAlone ? terms[forms[0]!.term]!.df : 0;
    if (df >= least) list.push([key, Math.min(df, 255)]);
  }
  return list;
}

/**
 * around are the numbers of the shards and of the files of the vocabulary that
 * have all words which one error leads away from to a key. An error leaves the
 * beginning of a word as it is, or what follows the letter after that; the
 * beginning is as long as makes the fewest files.
 */
function around(files: Files, key: string): [number[], number[]] {
  const letters = Array.from(key);
  let best: [number[], number[]] = [[], []];
  for (let n = 1; n < letters.length; n++) {
    const begin = files.shardsOf(letters.slice(0, n).join(""));
    const end = files.shardsOf(letters.slice(n + 1).reverse().join(""), files.manifest.ends);
    if (n === 1 || begin.length + end.length < best[0].length + best[1].length) best = [begin, end];
  }
  return best;
}

// mistyped is the nearest key, of those the most frequent, of those the first;
// empty beyond the limit. Words in the key's own shard, which begin alike, come
// first; the others only count where none of these is one error away.
async function mistyped(files: Files, key: string, limit: number): Promise<string> {
  const typed = points(key);
  let least = limit;
  let most = 0;
  let best = "";
  const look = async (list: Candidate[]) => {
    for (let i = 0; i < list.length; i++) {
      if (i % slice === slice - 1) await files.pause();
      const [word, df] = list[i]!;
      const d = distance(typed, points(word), least);
      if (d > least || (d === least && (df < most || (df === most && best && word >= best)))) continue;
      least = d;
      most = df;
      best = word;
    }
  };
  const candidates = async (n: number) => own(await files.shard(n), files.manifest.least);
  await look(await candidates(files.shardOf(key)));
  if (best && least < 2) return best;
  const [shards, ends] = around(files, key);
  for (const list of await Promise.all([...shards.map(candidates), ...ends.map((n) => vocabulary(files, n))])) await look(list);
  return best;
}

/**
 * distance is the restricted Damerau–Levenshtein distance of two words: letters
 * put in, left out, changed, or two in a row exchanged. Beyond the limit it is
 * limit + 1.
 */
function distance(a: ArrayLike<string>, b: ArrayLike<string>, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last: number[] = [];
  for (let j = 0; j <= b.length; j++) last.push(j);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    let least = i + 1;
    for (let j = 0; j < b.length; j++) {
      let d = Math.min(last[j]! + (a[i] === b[j] ? 0 : 1), last[j + 1]! + 1, row[j]! + 1);
      if (i && j && a[i] === b[j - 1] && a[i - 1] === b[j]) d = Math.min(d, before[j - 1]! + 1);
      row.push(d);
      least = Math.min(least, d);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = row;
  }
  return Math.min(last[b.length]!, limit + 1);
}
