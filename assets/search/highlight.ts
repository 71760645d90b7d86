// Words of a shown text that a plan is about.

import type { Files, Word } from "./files.ts";
import { elided } from "./resolve.ts";
import type { Plan } from "./resolve.ts";

/** A Piece is a part of a text; all pieces in a row are the text. */
export interface Piece {
  text: string;
  hit: boolean;
}

// nameOf is the name of a word's term, empty for stop words. Of a word that is
// in no loaded shard it is the word itself: a synonym may have led to it.
function nameOf(files: Files, { form, key }: Word): string {
  const shard = files.keptShard(files.shardOf(key));
  const entry = shard && shard.find(key);
  if (!shard || !entry) return form;
  const meant = entry.forms.find(({ text }) => text === form) || entry.forms[0];
  return meant && meant.term >= 0 ? shard.terms[meant.term]!.name : "";
}

/**
 * mark finds the plan's terms in a text, as far as loaded shards know its
 * words. Terms that belong together count where the text has all of them.
 */
export function mark(files: Files, plan: Plan, text: string): Piece[] {
  const words = files.words(text).map((word) => ({ word, names: [word, ...elided(word)].map((part) => nameOf(files, part)) }));
  const here = new Set<string>();
  for (const { names } of words) names.forEach((name) => here.add(name));
  const wanted = new Set<string>();
  const want = (forms: string[]) => {
    const meant = forms.filter((form) => form);
    if (meant.every((form) => here.has(form))) meant.forEach((form) => wanted.add(form));
  };
  for (const { alternatives } of plan.groups) alternatives.forEach(({ forms }) => want(forms));
  plan.phrases.forEach(want);
  const pieces: Piece[] = [];
  let at = 0;
  const add = (end: number, hit: boolean) => {
    if (end <= at) return;
    const last = pieces[pieces.length - 1];
    if (last && last.hit === hit) last.text += text.slice(at, end);
    else pieces.push({ text: text.slice(at, end), hit });
    at = end;
  };
  for (const { word, names } of words) {
    if (!names.some((name) => wanted.has(name))) continue;
    add(word.start, false);
    add(word.end, true);
  }
  add(text.length, false);
  return pieces;
}
