// Elements made by script, and texts with places to fill.

import type { Piece, Shown } from "../index.ts";

export type Inside = Node | string;

export function node<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, ...inside: Inside[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

/** marked gives the pieces of a text, those that were found in <mark>. */
export function marked(pieces: Piece[]): Inside[] {
  return pieces.map((piece) => (piece.hit ? node("mark", "", piece.text) : piece.text));
}

/** fill puts values into a text: the first for "#", the second for "%". */
export function fill(text: string, ...values: Inside[]): Inside[] {
  return text.split(/([#%])/).map((part) => (part === "#" ? values[0]! : part === "%" ? values[1]! : part));
}

/** inLanguage marks an element whose text is in another language than the page. */
export function inLanguage<E extends HTMLElement>(element: E, lang: string): E {
  if (lang !== document.documentElement.lang) element.lang = lang;
  return element;
}

/** aboutOf gives the line above a title: what it is, and of which countries. */
export function aboutOf(shown: Shown): string {
  return shown.labels[0]! + (shown.countries.length ? " · " + shown.countries.join(", ") : "");
}
