// The engine of the search in the browser: the door of this folder. It reads
// the files that the Go package generator/search writes; their format and the
// ranking are specified there, in search.go.
//
//   const index = new SearchIndex(browserHost(base, others), "es");
//   const { plan, ranking, shown } = await index.attempt(async () => {
//     const plan = await index.resolve("refugio -cerrado", typing);
//     const ranking = await index.rank(plan, { country: ["HN"] });
//     const shown = await index.records(ranking.top(10).map((hit) => hit.doc));
//     return { plan, ranking, shown };
//   });
//
// Everything that was loaded is kept, so asking again costs nothing. A rest
// index is a SearchIndex of its own: new SearchIndex(host, manifest.rest[0].dir).

import { broken } from "./bytes.ts";
import { Files } from "./files.ts";
import type { Facet, FacetTable } from "./facets.ts";
import { slug } from "./form.ts";
import { mark } from "./highlight.ts";
import type { Piece } from "./highlight.ts";
import type { Host } from "./host.ts";
import { rank } from "./rank.ts";
import type { Counts, Filters, Hit, Ranking } from "./rank.ts";
import { resolve } from "./resolve.ts";
import type { Alternative, Group, Plan, Reading } from "./resolve.ts";

export type { Alternative, Counts, Facet, Filters, Group, Hit, Host, Piece, Plan, Ranking, Reading };

export interface Manifest {
  format: number;
  lang: string;
  hash: string;
  docs: number;
  cjk: boolean;
  totals: number[];
  boosts: number[];
  shards: string[];
  ends: string[];
  least: number;
  group: number;
  facets: string[];
  rest: { dir: string; lang: string; docs: number }[];
  /** classes of rare characters, where the index has words with them */
  ranges?: string;
}

/** Shown is what a result shows. */
export interface Shown {
  doc: number;
  title: string;
  /** relative to the site's base; whole where a portable copy lacks the page */
  address: string;
  summary: string;
  /** of title and summary */
  lang: string;
  countries: string[];
  labels: string[];
}

type Row = [string, string, string, string, string[], string[]];

const format = 4;

export class SearchIndex {
  private files: Promise<Files> | undefined;
  private current: Files | undefined; // once it is there

  constructor(
    private host: Host,
    private dir: string,
  ) {}

  private async load(path: string): Promise<Files> {
    const manifest = (await this.host.load(this.dir, path)) as Manifest;
    if (!manifest || manifest.format !== format) broken();
    const more = manifest.cjk ? await this.host.other("phrase") : undefined;
    return (this.current = new Files(this.host, this.dir, manifest, more && more.pairs));
  }

  private ready(): Promise<Files> {
    if (!this.files) {
      this.files = this.load(this.dir + "/manifest.js");
      this.files.then(
        // Every answer needs the lengths; a failure shows when they are asked for.
        (files) => files.bytes("n").catch(() => {}),
        () => (this.files = undefined),
      );
    }
    return this.files;
  }

  /** open loads the manifest, and the lengths ahead. All other methods open by themselves. */
  async open(): Promise<Manifest> {
    return (await this.ready()).manifest;
  }

  /**
   * attempt runs work. When that fails because the site was published anew, and
   * with it other files, it runs work once more on those. Documents' numbers
   * are only good within one attempt.
   */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const before = this.current;
    try {
      return await work();
    } catch (error) {
      const used = this.current || before;
      if (!used) throw error;
      const fresh = await this.load(this.dir + "/manifest.js?" + Date.now()).catch(() => used);
      if (fresh.manifest.hash === used.manifest.hash) {
        this.current = used;
        throw error;
      }
      this.files = Promise.resolve(fresh);
      return work();
    }
  }

  /** resolve gives the plan of a reader's words; typing: the last word may be unfinished. */
  async resolve(text: string, typing: boolean): Promise<Plan> {
    return (await this.read(text, typing)).plan;
  }

  /** read gives the plan, and spellings that complete a last word that is being typed, the most frequent first. */
  async read(text: string, typing: boolean): Promise<Reading> {
    return resolve(await this.ready(), text, typing);
  }

  /**
   * rank finds and orders. Without a plan all documents match; with one whose
   * words are all unknown or stop words none does. With filters, which may be empty, the ranking
   * has counts and knows dates; only then facets are loaded.
   */
  async rank(plan: Plan | null, filters?: Filters): Promise<Ranking> {
    const files = await this.ready();
    return rank(files, plan, filters || {}, filters && this.table());
  }

  /** records of documents, in the order asked for. */
  async records(docs: number[]): Promise<Shown[]> {
    const files = await this.ready();
    const { group } = files.manifest;
    return Promise.all(
      docs.map(async (doc) => {
        const row = (await files.json<Row[]>("r" + Math.floor(doc / group)))[doc % group] || broken();
        const [title, address, summary, lang, countries, labels] = row;
        return { doc, title, address: address.replace("*", slug(title)), summary, lang, countries, labels };
      }),
    );
  }

  private async table(): Promise<FacetTable> {
    const [files, page] = await Promise.all([this.ready(), this.host.other("page")]);
    return page.loadFacets(files);
  }

  async facets(): Promise<Facet[]> {
    return (await this.table()).facets;
  }

  /** mark finds the plan's terms in a shown text, as far as loaded shards know its words. */
  mark(plan: Plan, text: string): Piece[] {
    return this.current ? mark(this.current, plan, text) : [{ text, hit: false }];
  }
}
