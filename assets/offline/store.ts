// What is kept on the device, for pages. Nothing here makes a cache but what
// follows a reader's press.

import { folder, own, stateOf, states, storeOf } from "./pack.ts";
import type { State } from "./pack.ts";

/** base is the site's path. This script lies in a folder of it. */
export const base = new URL("..", (document.currentScript as HTMLScriptElement).src).pathname;

export function address(lang: string, part: string): string {
  return folder(base, lang) + part + ".pack";
}

export function held(): Promise<Cache> {
  return caches.open(storeOf(base));
}

/** look reads a part. It makes no cache where there is none. */
export function look(path: string): Promise<Response | undefined> {
  return caches.match(path, { cacheName: storeOf(base) });
}

export async function read(lang: string): Promise<State | undefined> {
  return (await states(base)).find((state) => state.lang === lang);
}

/**
 * write makes a state that of its language, or none. Only the tab that is alone
 * writes. It does so through a cache that it has opened before it began: after
 * another tab has erased everything, that makes nothing anew.
 */
export async function write(store: Cache, lang: string, state?: State): Promise<void> {
  const all = (await states(base)).filter((other) => other.lang !== lang);
  if (state) all.push(state);
  await store.put(stateOf(base), new Response(JSON.stringify(all)));
}

/** parts are the parts of a language that are there, by address. */
export async function parts(lang: string): Promise<Set<string>> {
  if (!(await caches.has(storeOf(base)))) return new Set();
  const keys = await (await held()).keys();
  const paths = keys.map((key) => new URL(key.url).pathname);
  return new Set(paths.filter((path) => path.startsWith(folder(base, lang))));
}

/** sweep removes the parts of a language that no version of it has. */
export async function sweep(store: Cache, lang: string): Promise<void> {
  const state = await read(lang);
  const named = state ? state.parts.concat(state.previous || []).map((part) => address(lang, part)) : [];
  for (const path of await parts(lang)) {
    if (!named.includes(path)) await store.delete(path);
  }
}

/** tidy takes the store away when nothing is in it. */
export async function tidy(store: Cache): Promise<void> {
  const keys = await store.keys();
  if (!(await states(base)).length && keys.every((key) => key.url.endsWith(".json"))) await caches.delete(storeOf(base));
}

/** remove takes a language away, and with the last one everything. */
export async function remove(lang: string, control: AbortController): Promise<void> {
  await alone(control, async () => {
    const store = await held();
    await write(store, lang);
    await sweep(store, lang);
    await tidy(store);
  });
  if (!(await caches.has(storeOf(base)))) await erase();
}

/** alone does what only one tab may do at a time. The signal ends it, as does a tab that erases. */
export async function alone<T>(control: AbortController, work: () => Promise<T>): Promise<T> {
  try {
    return await navigator.locks.request(own(base), { ifAvailable: true }, (lock) => {
      if (!lock) throw new Error("busy");
      return work();
    });
  } catch (error) {
    control.abort();
    throw error;
  }
}

/** A Trace is how much of the site is on the device. */
export interface Trace {
  caches: number;
  files: number;
  workers: number;
}

export async function trace(): Promise<Trace> {
  const names = (await caches.keys()).filter((name) => name.startsWith(own(base)));
  let files = 0;
  for (const name of names) files += (await (await caches.open(name)).keys()).length;
  return { caches: names.length, files, workers: (await workers()).length };
}

async function workers(): Promise<ServiceWorkerRegistration[]> {
  const all = await navigator.serviceWorker.getRegistrations();
  return all.filter(({ scope }) => new URL(scope).pathname === base);
}

/**
 * erase removes everything, of every format, and tells what there was. A
 * download in another tab ends; what it was about to open is looked for again.
 */
export function erase(): Promise<Trace> {
  return navigator.locks.request(own(base), { steal: true }, async () => {
    const before = await trace();
    for (const wait of [200, 0]) {
      for (const worker of await workers()) await worker.unregister();
      for (const name of await caches.keys()) {
        if (name.startsWith(own(base))) await caches.delete(name);
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return before;
  });
}
