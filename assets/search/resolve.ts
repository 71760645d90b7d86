// A reader's words become a plan: which terms of the index are meant. The same
// as generator/search/resolve.go, near.go and parse.go; the cases of
// generator/search/testdata/resolve.json hold for both.

import type { Entry, Form, Shard } from "./dictionary.ts";
import type { Correct } from "../correct.ts";
import type { Files, Word } from "./files.ts";
import { fold } from "./form.ts";

/** An Alternative is a way to match a group: the terms of all its forms. */
export interface Alternative {
  forms: string[];
  weight: number;
}

/** A Group is a word, or several that mean one thing. */
export interface Group {
  word: string;
  alternatives: Alternative[];
}

/** A Plan names terms by written forms that lead to them. */
export interface Plan {
  groups: Group[];
  /** forms in a row; an empty one is any word */
  phrases: string[][];
  exclude: Group[];
  /** words that lead to nothing */
  unknown: string[];
  /** words and the forms that were taken for them */
  corrected: [string, string][];
}

/** A Reading is what a query says. */
export interface Reading {
  plan: Plan;
  /** best spellings of keys that the last word may become */
  completions: string[];
}

const accented = 0.5;
const synonymic = 0.6;
const prefixed = 0.7;

const quotes = '"“”«»„';
const spaces = " \t\r\n\u00a0\u3000";

type Kind = "words" | "phrase" | "exclusion";

interface Piece {
  kind: Kind;
  text: string;
  last: boolean;
}

/** parse parts a query into words, phrases and exclusions. */
function parse(query: string): Piece[] {
  const pieces: Piece[] = [];
  let kind = "words" as Kind;
  let from = 0;
  const end = (at: number, next: Kind, begin: number) => {
    if (at > from) pieces.push({ kind, text: query.slice(from, at), last: at === query.length });
    kind = next;
    from = begin;
  };
  let start = true; // at a word's start
  for (let at = 0; at < query.length; at++) {
    const char = query[at]!;
    const space = spaces.includes(char);
    if (quotes.includes(char)) end(at, kind === "phrase" ? "words" : "phrase", at + 1);
    else if (kind === "words" && start && char === "-") end(at, "exclusion", at + 1);
    else if (kind === "exclusion" && space) end(at, "words", at);
    start = space;
  }
  end(query.length, kind, 0);
  return pieces;
}

/** letters counts code points. */
function letters(text: string): number {
  return Array.from(text).length;
}

/** elided are the parts of a word between apostrophes that can stand alone, the last first. */
export function elided(word: Word): Word[] {
  const parts = word.form.split(/['’]/);
  if (parts.length < 2) return [];
  const words = parts
    .filter((part) => letters(part) > 1)
    .map((form) => ({ form, key: fold(form), start: word.start, end: -1 }))
    .reverse();
  if (words.length && word.form.endsWith(words[0]!.form)) words[0]!.end = word.end;
  return words;
}

// shortestPrefix is one where a character is a syllable or a word.
function shortestPrefix(key: string): number {
  return /^[\u1100-\u11ff\u2e80-\ud7ff\ud840-\udbff\uf900-\ufaff\uff66-\uffdf]/.test(key) ? 1 : 3;
}

// spelled are the forms of a key that a word can mean, the one that is spelled
// as the word first. A word with accents means only the form that is spelled
// so, if there is one; a stop word means nothing.
function spelled(entry: Entry, word: Word): Form[] {
  const same = entry.forms.find((form) => form.text === word.form);
  if (same && same.term < 0) return [];
  if (same && word.form !== word.key) return [same];
  const others = entry.forms.filter((form) => form !== same && form.term >= 0);
  return same ? [same, ...others] : others;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** add appends alternatives whose terms are not there yet. */
function add(all: Alternative[], more: Alternative[]): void {
  for (const a of more) {
    if (a.forms.length && !all.some((b) => isSame(a.forms, b.forms))) all.push(a);
  }
}

function addGroup(all: Group[], word: string, alternatives: Alternative[]): void {
  if (!all.some((group) => isSame(group.alternatives, alternatives))) all.push({ word, alternatives });
}

/** Found is an entry with its shard. */
export interface Found {
  shard: Shard;
  entry: Entry;
}

/**
 * A Resolver makes a plan of what is loaded. It notes what was missing: when
 * that is loaded, another Resolver comes further.
 */
export class Resolver implements Reading {
  readonly plan: Plan = { groups: [], phrases: [], exclude: [], unknown: [], corrected: [] };
  readonly completions: string[] = [];
  readonly missing: Promise<unknown>[] = [];

  constructor(private files: Files) {}

  read(query: string, typing: boolean): void {
    for (const piece of parse(query)) {
      const list = this.files.words(piece.text).filter((word) => word.key);
      if (piece.kind === "phrase") this.phrase(list);
      else if (piece.kind === "exclusion") this.exclude(list);
      else {
        const last = list[list.length - 1];
        this.words(list, typing && piece.last && !!last && last.end === piece.text.length);
      }
    }
  }

  shard(n: number): Shard | undefined {
    const shard = this.files.keptShard(n);
    if (!shard) this.missing.push(this.files.shard(n));
    return shard;
  }

  find(key: string, first = key): Found | undefined {
    const shard = this.shard(this.files.shardOf(first));
    const entry = shard && shard.find(key);
    return shard && entry && { shard, entry };
  }

  // words resolves words in a row, the longest keys of several words first.
  private words(list: Word[], open: boolean): void {
    for (let at = 0; at < list.length; ) {
      let n = Math.min(6, list.length - at);
      for (; n > 1; n--) {
        const some = list.slice(at, at + n);
        const alternatives = this.several(some);
        if (!alternatives.length) continue;
        addGroup(this.plan.groups, some.map((word) => word.form).join(" "), alternatives);
        break;
      }
      if (n === 1) this.word(list[at]!, open && at === list.length - 1);
      at += n;
    }
  }

  // several resolves a key of several words: the words themselves, and what
  // they mean.
  private several(list: Word[]): Alternative[] {
    const found = this.find(list.map((word) => word.key).join(" "), list[0]!.key);
    if (!found) return [];
    const own = list.map((word) => this.one(word));
    const forms = own.filter((form, i) => form && own.indexOf(form) === i) as string[];
    const all: Alternative[] = [];
    if (!own.includes(undefined)) add(all, [{ forms, weight: 1 }]);
    add(all, this.synonyms(found));
    return all;
  }

  private word(word: Word, open: boolean): void {
    const { groups, unknown } = this.plan;
    const before = this.missing.length;
    let found = this.written(word, open);
    const parts = elided(word);
    for (let i = 0; i < parts.length && !found; i++) {
      found = this.written(parts[i]!, open && parts[i]!.end === word.end);
      // The stop word qu' is not what qu'écoute means.
      if (i && found && !found.length) found = undefined;
    }
    if (this.missing.length > before) return;
    found = found || this.near(word);
    if (!found) {
      if (!unknown.includes(word.form)) unknown.push(word.form);
    } else if (found.length) addGroup(groups, word.form, found);
  }

  // written finds the terms of a word as it is written, and of its synonyms;
  // when it is open, those of the words that begin so as well. A stop word is
  // known without leading to anything.
  private written(word: Word, open: boolean): Alternative[] | undefined {
    const all: Alternative[] = [];
    let known = false;
    const found = this.find(word.key);
    if (found) {
      const { shard, entry } = found;
      const forms = spelled(entry, word);
      known = entry.forms.length + entry.synonyms.length > 0;
      forms.forEach((form, i) => {
        const weight = i && forms[0]!.text === word.form ? accented : 1;
        add(all, [{ forms: [this.files.name(shard, form.term)], weight }]);
      });
      if (all.length || !entry.forms.length) add(all, this.synonyms(found));
    }
    if (open && letters(word.key) >= shortestPrefix(word.key)) {
      const begun = this.begun(word.key);
      known = known || begun.length > 0;
      for (const key of begun) {
        add(all, this.alternatives(key, prefixed));
        this.completions.push(this.best(key));
      }
    }
    return known ? all : undefined;
  }

  private synonyms({ shard, entry }: Found): Alternative[] {
    return entry.synonyms.map((terms) => {
      const names = terms.map((term) => this.files.name(shard, term));
      return { forms: names.filter((name, i) => names.indexOf(name) === i), weight: synonymic };
    });
  }

  // begun are the most frequent keys of one word that begin with a prefix.
  private begun(prefix: string): Found[] {
    const keys: Found[] = [];
    for (const n of this.files.shardsOf(prefix)) {
      const shard = this.shard(n);
      if (!shard) continue;
      for (let i = shard.place(prefix); i < shard.entries.length; i++) {
        const entry = shard.entries[i]!;
        if (!entry.key.startsWith(prefix)) break;
        if (entry.key !== prefix && entry.isAlone) keys.push({ shard, entry });
      }
    }
    const frequencies = new Map(keys.map((key) => [key, this.frequency(key)] as const));
    const order = (a: Found, b: Found) =>
      frequencies.get(b)! - frequencies.get(a)! || (a.entry.key < b.entry.key ? -1 : 1);
    return keys.sort(order).slice(0, 8);
  }

  frequency({ shard, entry }: Found): number {
    return entry.forms.reduce((most, { term }) => (term < 0 ? most : Math.max(most, shard.terms[term]!.df)), 0);
  }

  // alternatives are all forms of a key.
  alternatives({ shard, entry }: Found, weight: number): Alternative[] {
    const all: Alternative[] = [];
    for (const { term } of entry.forms) {
      if (term >= 0) add(all, [{ forms: [this.files.name(shard, term)], weight }]);
    }
    return all;
  }

  // best is the most frequent spelling of a key that is no stop word.
  best({ entry }: Found): string {
    return entry.forms.find((form) => form.term >= 0)!.text;
  }

  private exclude(list: Word[]): void {
    for (const word of list) {
      const [found] = this.located(word);
      const all = found ? this.alternatives(found, 1) : [];
      if (all.length) addGroup(this.plan.exclude, word.form, all);
    }
  }

  // located finds the key of a word, or of the part of it that has one, and
  // the word or part.
  private located(word: Word): [Found | undefined, Word] {
    const parts = [word, ...elided(word)];
    for (let i = 0; i < parts.length; i++) {
      const found = this.find(parts[i]!.key);
      if (found && found.entry.forms.length && (i < 2 || found.entry.isAlone)) return [found, parts[i]!];
    }
    return [undefined, word];
  }

  // phrase resolves words in a row. A stop word and a word that is not known
  // may be any word; at the ends of a phrase they say nothing.
  private phrase(list: Word[]): void {
    const { groups, phrases, unknown } = this.plan;
    const forms = list.map((word) => {
      const form = this.one(word);
      if (form === undefined && !unknown.includes(word.form)) unknown.push(word.form);
      return form || "";
    });
    const first = forms.findIndex((form) => form);
    if (first < 0) return;
    let last = forms.length - 1;
    while (!forms[last]) last--;
    if (first < last) phrases.push(forms.slice(first, last + 1));
    else addGroup(groups, list[first]!.form, [{ forms: [forms[first]!], weight: 1 }]);
  }

  // one finds the one term that a word means: of the form that is spelled so,
  // otherwise of the most frequent. It is empty for a stop word, undefined for
  // an unknown one.
  private one(word: Word): string | undefined {
    const [found, part] = this.located(word);
    if (!found) return undefined;
    const forms = spelled(found.entry, part);
    return forms.length ? this.files.name(found.shard, forms[0]!.term) : "";
  }

  // near is what a word may be meant for, found by another script.
  private near(word: Word): Alternative[] | undefined {
    const { files } = this;
    const more = files.kept<Correct>("correct");
    if (more) return more.near(this, files, word);
    this.missing.push(files.keep("correct", () => files.host.other("correct")));
    return undefined;
  }
}

/** resolve loads what a query needs, all at once as far as it is known, and reads it. */
export async function resolve(files: Files, query: string, typing: boolean): Promise<Resolver> {
  for (;;) {
    const resolver = new Resolver(files);
    resolver.read(query, typing);
    if (!resolver.missing.length) return resolver;
    await Promise.all(resolver.missing);
  }
}
