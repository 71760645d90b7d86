// The files of one version of an index. What was loaded is kept.

import { Reader } from "./bytes.ts";
import { Shard, lowerBound } from "./dictionary.ts";
import type { Term } from "./dictionary.ts";
import { fold, lower } from "./form.ts";
import type { Phrase } from "../phrase.ts";
import type { Host } from "./host.ts";
import type { Manifest } from "./index.ts";
import { learn, runs } from "./tokenize.ts";

/** A Word is a word of a text: how it is written, and its key in the dictionary. */
export interface Word {
  form: string;
  key: string;
  start: number;
  end: number;
}

/** A Place is where a term is. */
export interface Place {
  shard: Shard;
  term: Term;
}

export class Files {
  /** where the terms are that plans name */
  readonly places = new Map<string, Place>();
  private promises = new Map<string, Promise<unknown>>();
  private values = new Map<string, unknown>();

  constructor(
    readonly host: Host,
    readonly dir: string,
    readonly manifest: Manifest,
    private pairs: Phrase["pairs"] | undefined, // where the manifest says cjk
  ) {
    if (manifest.ranges) learn(manifest.ranges);
  }

  /** keep gives what make made once. A failure is not kept. */
  keep<T>(id: string, make: () => Promise<T>): Promise<T> {
    let promise = this.promises.get(id) as Promise<T> | undefined;
    if (!promise) {
      promise = make();
      this.promises.set(id, promise);
      promise.then(
        (value) => this.values.set(id, value),
        () => this.promises.delete(id),
      );
    }
    return promise;
  }

  /** kept is what was made already. */
  kept<T>(id: string): T | undefined {
    return this.values.get(id) as T | undefined;
  }

  /** bytes loads a file. */
  bytes(name: string): Promise<Uint8Array> {
    return this.keep(name, async () => {
      const id = this.dir + "/" + this.manifest.hash + "/" + name;
      const text = atob(String(await this.host.load(id, id + ".js")));
      const data = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) data[i] = text.charCodeAt(i);
      return this.host.inflate(data);
    });
  }

  async reader(name: string): Promise<Reader> {
    return new Reader(await this.bytes(name));
  }

  json<T>(name: string): Promise<T> {
    return this.keep("json " + name, async () => JSON.parse((await this.reader(name)).all()) as T);
  }

  shard(n: number): Promise<Shard> {
    return this.keep("shard " + n, async () => {
      const file = await this.reader("d" + n);
      await this.pause(); // others may come at once
      return new Shard(n).read(file, () => this.pause());
    });
  }

  keptShard(n: number): Shard | undefined {
    return this.kept("shard " + n);
  }

  /** shardOf is the number of the shard that has a key, if any has. */
  shardOf(key: string, firsts = this.manifest.shards): number {
    return Math.max(0, lowerBound(firsts.length, (i) => firsts[i]! <= key) - 1);
  }

  /** shardsOf are the numbers of the shards that may have keys with a beginning. */
  shardsOf(begin: string, firsts = this.manifest.shards): number[] {
    const list = [this.shardOf(begin, firsts)];
    for (let n = list[0]! + 1; n < firsts.length && firsts[n]!.startsWith(begin); n++) list.push(n);
    return list;
  }

  /** name is the name of a shard's term. It notes where the term is. */
  name(shard: Shard, number: number): string {
    const term = shard.terms[number]!;
    const place = this.places.get(term.name);
    // A term that another shard has for synonyms only has no positions there.
    if (!place || !place.term.placed) this.places.set(term.name, { shard, term });
    return term.name;
  }

  /** words cuts a text into words of this index. */
  words(text: string): Word[] {
    const list = runs(text);
    if (this.pairs) return this.pairs(text, list, lower, fold);
    return list.map(({ start, end }) => {
      const form = lower(text.slice(start, end));
      return { form, key: fold(form), start, end };
    });
  }

  /** pause lets the page live while much is computed. */
  async pause(): Promise<void> {
    if (this.host.pause) await this.host.pause();
  }
}
