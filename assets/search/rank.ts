// The documents that match a plan, in bleve's order, by the formula in
// generator/search/search.go.

import { broken } from "./bytes.ts";
import { Columns, fields } from "./dictionary.ts";
import type { Postings } from "./dictionary.ts";
import type { FacetTable } from "./facets.ts";
import type { Files } from "./files.ts";
import type { Positions } from "./phrase.ts";
import type { Group, Plan } from "./resolve.ts";

/** Filters are the chosen codes by facet. */
export type Filters = { [facet: string]: string[] };

/** Counts are the documents of both tiers, by facet and code. */
export type Counts = { [facet: string]: { [code: string]: number } };

export interface Hit {
  doc: number;
  score: number;
  /** 1: all groups match; 2: some */
  tier: 1 | 2;
}

const k1 = 1.2;
const b = 0.75;

// weigh is what the formula adds to √freq for a field of so many terms.
function weigh(length: number, average: number): number {
  const norm = Math.fround(1 / Math.sqrt(length));
  return k1 * (1 - b + b / (norm * norm) / average);
}

/** weighBodies weighs the body of each document. */
function weighBodies(files: Files, average: number): Promise<Float64Array> {
  return files.keep("bodies", async () => {
    const { docs } = files.manifest;
    const file = await files.reader("n");
    const high = file.column(docs);
    let length = 0;
    const weights = Float64Array.from(file.take(docs), (low, doc) => {
      const d = high[doc]! * 128 + low;
      length += d % 2 ? -(d + 1) / 2 : d / 2;
      return length < 0 ? broken() : weigh(length, average);
    });
    file.end();
    return weights;
  });
}

/** A Term is a term that is loaded for a plan. */
export interface Term {
  postings: Postings;
  /** k1 · idf² · boost in each field */
  weights: number[];
  positions: Positions | undefined;
}

function pack(files: Files, n: number): Promise<Columns> {
  return files.keep("pack " + n, async () => {
    const file = await files.reader("k" + n);
    const columns = new Columns(file, file.number());
    file.end();
    return columns;
  });
}

async function loadTerm(files: Files, name: string, placed: boolean): Promise<Term> {
  const { shard, term } = files.places.get(name) || broken();
  const { docs, boosts } = files.manifest;
  const number = shard.terms.indexOf(term);
  const [fileNumber, numberThere] = shard.standing(number);
  const placing = placed && Promise.all([files.reader("p" + fileNumber), files.host.other("phrase")]);
  const postings = await files.keep("postings " + shard.number + " " + number, async () =>
    (term.pack < 0 ? shard.columns : await pack(files, term.pack)).postings(term, docs),
  );
  const weights = postings.dfs.map((own, f) => {
    const df = f === 1 ? postings.docs.length : own;
    const idf = Math.log(1 + (docs - df + 0.5) / (df + 0.5));
    return k1 * boosts[f]! * idf * idf;
  });
  let positions: Positions | undefined;
  if (placing) {
    const [file, more] = await placing;
    positions = more.readPositions(file, numberThere, postings);
  }
  return { postings, weights, positions };
}

/** Scores are those of all documents. */
export class Scores {
  readonly values: Float64Array;
  private part: Float64Array; // of the alternative at hand
  private have: Uint16Array; // its terms that a document has

  constructor(
    private docs: number,
    private terms: Map<string, Term>,
    private averages: number[],
    private bodies: Float64Array,
  ) {
    this.values = new Float64Array(docs);
    this.part = new Float64Array(docs);
    this.have = new Uint16Array(docs);
  }

  /** of is the score of the n-th posting of a term in a field. */
  of({ postings, weights }: Term, n: number, f: number): number {
    const at = n * fields + f;
    const root = Math.sqrt(postings.freqs[at]!);
    return root && (weights[f]! * root) / (root + (f < 3 ? weigh(postings.lengths[at]!, this.averages[f]!) : this.bodies[postings.docs[n]!]!));
  }

  /** add adds a group's, and tells which documents match it. */
  add({ alternatives }: Group): Uint8Array {
    const { values, part, have } = this;
    const matches = new Uint8Array(this.docs);
    for (const { forms, weight } of alternatives) {
      const together = forms.map((form) => this.terms.get(form)!);
      for (const term of together) {
        term.postings.docs.forEach((doc, n) => {
          have[doc]!++;
          for (let f = 0; f < fields; f++) part[doc]! += weight * this.of(term, n, f);
        });
      }
      for (const { postings } of together) {
        for (const doc of postings.docs) {
          if (have[doc] === together.length) {
            values[doc]! += part[doc]!;
            matches[doc] = 1;
          }
          have[doc] = part[doc] = 0;
        }
      }
    }
    return matches;
  }
}

/** A Ranking holds all documents that match a plan and filters. */
export class Ranking {
  /** documents in tier 1 */
  total = 0;
  /** documents in tier 2 */
  more = 0;

  /** counts are of each code, where the other facets' filters apply; none without facets */
  constructor(
    private tiers: Uint8Array,
    private scores: Float64Array,
    readonly counts: Counts,
    private dates: Int32Array | undefined,
  ) {
    for (const tier of tiers) {
      if (tier === 1) this.total++;
      else if (tier) this.more++;
    }
  }

  /** top gives the first hits: tier 1, then tier 2, each by score or by date (newest first). */
  top(limit: number, by: "score" | "date" = "score"): Hit[] {
    const values = by === "date" && this.dates ? this.dates : this.scores;
    const first = this.best(1, limit, values);
    return first.concat(this.best(2, limit - first.length, values));
  }

  // best keeps a short sorted list while it goes through all documents once.
  private best(tier: 1 | 2, limit: number, values: ArrayLike<number>): Hit[] {
    const list: number[] = [];
    for (let doc = 0; doc < this.tiers.length && limit > 0; doc++) {
      if (this.tiers[doc] !== tier) continue;
      let at = list.length;
      if (at === limit && values[list[at - 1]!]! >= values[doc]!) continue;
      while (at && values[list[at - 1]!]! < values[doc]!) at--;
      list.splice(at, 0, doc);
      if (list.length > limit) list.pop();
    }
    return list.map((doc) => ({ doc, score: this.scores[doc]!, tier }));
  }
}

/** loadTerms loads the terms of a plan, those of phrases with positions. */
async function loadTerms(files: Files, { groups, phrases, exclude }: Plan): Promise<Map<string, Term>> {
  const placed = new Set<string>();
  for (const forms of phrases) for (const form of forms) if (form) placed.add(form);
  const names = new Set(placed);
  for (const { alternatives } of groups.concat(exclude)) {
    for (const { forms } of alternatives) forms.forEach((form) => names.add(form));
  }
  const terms = new Map<string, Term>();
  await Promise.all(Array.from(names, async (name) => terms.set(name, await loadTerm(files, name, placed.has(name)))));
  return terms;
}

const all: Plan = { groups: [], phrases: [], exclude: [], unknown: [], corrected: [] };

/** rank finds the documents of a plan, all without one; with facets it filters and counts. */
export async function rank(files: Files, plan: Plan | null, filters: Filters, facets: Promise<FacetTable> | undefined): Promise<Ranking> {
  const { groups, phrases, exclude, unknown } = plan || all;
  const { docs, totals } = files.manifest;
  const averages = totals.map((total) => Math.ceil(total / docs));
  const [terms, bodies, table] = await Promise.all([loadTerms(files, plan || all), weighBodies(files, averages[3]!), facets]);
  await files.pause();
  const scores = new Scores(docs, terms, averages, bodies);
  const { values } = scores;
  const matched = new Uint16Array(docs); // groups
  const wanting = new Uint16Array(docs).fill(phrases.length); // phrases
  for (const group of groups) {
    scores.add(group).forEach((matches, doc) => (matched[doc]! += matches));
    await files.pause();
  }
  values.forEach((_, doc) => (values[doc]! *= matched[doc]! / (groups.length || 1)));
  if (phrases.length) {
    const { phrase } = await files.host.other("phrase");
    for (const forms of phrases) {
      phrase(forms.map((form) => terms.get(form)), scores, (doc, score) => {
        values[doc]! += score;
        wanting[doc]!--;
      });
    }
  }
  await files.pause();
  for (const group of exclude) scores.add(group).forEach((matches, doc) => (wanting[doc]! += matches));
  // Where all words are unknown or stop words, nothing is found.
  const lost = plan && !groups.length && !phrases.length && (unknown.length || !exclude.length);
  const tiers = new Uint8Array(docs).map((_, doc) => {
    if (lost || wanting[doc]) return 0;
    if (matched[doc] === groups.length) return 1;
    return matched[doc] ? 2 : 0;
  });
  return new Ranking(tiers, values, table ? table.filter(filters, tiers) : {}, table && table.dates);
}
