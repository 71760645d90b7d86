// Keeping and updating a language. Parts go to the store one by one, each
// checked, and stay there when this is broken off, so that the next time goes
// on from them; one small write at the end makes them count.

import { folder, format, unpack } from "./pack.ts";
import type { Entry, File, State } from "./pack.ts";
import { address, alone, base, held, parts, read, sweep, tidy, write } from "./store.ts";

/** A Part is a row of a table. */
type Part = [name: string, size: number];

/** rows is how many parts a table has. */
export const rows = 32;

/** A Manifest is offline/<language>/manifest.json. */
export interface Manifest {
  format: number;
  version: string;
  date: string;
  bytes: number;
  records: string; // the name of their file
  tables: string[];
}

/** fault names what a reader is told: none, full, stopped or broken. "changed" is dealt with here. */
function fault(name: string): Error {
  return new Error(name);
}

/** Report is told how many of how many bytes have come. */
export type Report = (done: number, total: number) => void;

export async function manifest(lang: string, signal?: AbortSignal): Promise<Manifest> {
  const response = await fetch(folder(base, lang) + "manifest.json", { cache: "no-store", signal });
  if (response.status === 404) throw fault("none");
  const made = (await response.json()) as Manifest; // a page put in its place is none
  if (made.format !== format) throw fault("none");
  return made;
}

async function digest(data: BlobPart): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob([data]).arrayBuffer()));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** named downloads a file of JSON whose name is by its content. */
async function named<T>(lang: string, name: string, signal: AbortSignal): Promise<T> {
  const text = await (await fetch(folder(base, lang) + name + ".json", { signal })).text();
  if (!(await digest(text)).startsWith(name)) throw fault("changed");
  return JSON.parse(text) as T;
}

/** pack makes a part of files. */
export function pack(files: File[]): Promise<Blob> {
  const listing = JSON.stringify(files.map(({ entry }) => entry)) + "\n";
  const content = new Blob([listing, ...files.map(({ data }) => data as BlobPart)]);
  return new Response(content.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

/** whole downloads a part. */
async function whole(lang: string, [name]: Part, signal: AbortSignal, came: (bytes: number) => void): Promise<Blob> {
  const response = await fetch(address(lang, name), { cache: "no-store", signal });
  if (!response.ok) throw fault("changed");
  const reader = response.body!.getReader();
  const chunks: BlobPart[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value as BlobPart);
    came(next.value.length);
  }
  const part = new Blob(chunks);
  if (!(await digest(part)).startsWith(name)) throw fault("changed");
  return part;
}

/** A Change is what makes a new part of an old one. */
interface Change {
  entries: Entry[];
  old: Map<string, File>;
  bytes: number; // to be downloaded, about
}

function kept({ old }: Change, [path, , hash]: Entry): File | undefined {
  const file = old.get(path);
  return file && file.entry[2] === hash ? file : undefined;
}

/** change finds out what is new in a part, unless downloading it whole costs less. */
async function change(store: Cache, lang: string, [name, size]: Part, old: string | undefined): Promise<Change | undefined> {
  const part = old && (await store.match(address(lang, old)));
  if (!part) return undefined;
  try {
    const listing = await fetch(folder(base, lang) + name + ".json");
    const made: Change = { entries: (await listing.json()) as Entry[], old: await unpack(part), bytes: 0 };
    const ratio = (1.5 * size) / made.entries.reduce((sum, entry) => sum + entry[1], 1);
    for (const entry of made.entries) {
      // A file alone is packed worse than in a part, and brings headers with it.
      if (!kept(made, entry)) made.bytes += 600 + ratio * entry[1];
    }
    return made.bytes < size ? made : undefined;
  } catch {
    return undefined; // the part that is there is damaged, or there is no listing
  }
}

/** merged makes a part of the old one and of files from their own addresses, unless one of these is of another version. */
async function merged(made: Change, signal: AbortSignal): Promise<Blob | undefined> {
  const files: File[] = [];
  for (const entry of made.entries) {
    let file = kept(made, entry);
    if (!file) {
      const response = await fetch(base + entry[0], { cache: "reload", signal });
      file = { entry, data: new Uint8Array(await response.arrayBuffer()) };
      if (!(await digest(file.data as BlobPart)).startsWith(entry[2])) return undefined;
    }
    files.push(file);
  }
  return pack(files);
}

/** hashOf is the hash of a record's id as it stands among the records. */
export async function hashOf(record: string): Promise<string> {
  return (await digest(record)).slice(0, 8);
}

function hashes(records: string): Set<string> {
  return new Set(records.match(/.{8}/g));
}

/** recordsOf are the hashes of a version's records. They are downloaded unless those that are kept are the same. */
export async function recordsOf(lang: string, made: Manifest, state: State | undefined, signal: AbortSignal): Promise<string> {
  return state && state.records === made.records ? state.hashes : named(lang, made.records, signal);
}

/** withdrawn are the hashes of the records that a copy has and a version has not. */
export function withdrawn(state: State, records: string): Set<string> {
  const gone = hashes(state.hashes);
  for (const hash of hashes(records)) gone.delete(hash);
  return gone;
}

/**
 * partsOf are the parts of a version, with the size 0 where a part is there.
 * Only tables that are not known, or tell of a part that has gone, are
 * downloaded.
 */
async function partsOf(lang: string, made: Manifest, state: State | undefined, signal: AbortSignal): Promise<Part[]> {
  const there = await parts(lang);
  const isThere = (name: string) => there.has(address(lang, name));
  const tables = made.tables.map(async (table, i) => {
    const known = state && state.tables[i] === table ? state.parts.slice(rows * i, rows * (i + 1)) : [""];
    return known.every(isThere) ? known.map((name): Part => [name, 0]) : named<Part[]>(lang, table, signal);
  });
  const all = ([] as Part[]).concat(...(await Promise.all(tables)));
  return all.map(([name, size]) => [name, isThere(name) ? 0 : size]);
}

function before(state: State | undefined, all: Part[], i: number): string | undefined {
  return state && state.parts.length === all.length ? state.parts[i] : undefined;
}

/** cost is about how many bytes an update loads. It looks at some of the parts. */
export async function cost(state: State, made: Manifest, signal: AbortSignal): Promise<number> {
  const all = await partsOf(state.lang, made, state, signal);
  const missing = [...all.entries()].filter(([, [, size]]) => size);
  const some = missing.slice(0, 12);
  const store = await held();
  let bytes = 0;
  for (const [i, part] of some) {
    const changed = await change(store, state.lang, part, before(state, all, i));
    bytes += changed ? changed.bytes : part[1];
  }
  return (bytes * missing.length) / Math.max(1, some.length);
}

/** fill downloads what is missing of a version, three parts at a time. */
async function fill(store: Cache, lang: string, all: Part[], state: State | undefined, signal: AbortSignal, report: Report): Promise<void> {
  const queue = all.entries();
  const total = all.reduce((sum, [, size]) => sum + size, 0);
  let done = 0;
  const came = (bytes: number) => report((done += bytes), total);
  const { quota, usage } = await navigator.storage.estimate();
  if (quota && total > quota - usage!) throw fault("full");
  let failed: unknown;
  async function work(): Promise<void> {
    for (const [i, part] of queue) {
      if (failed) return;
      if (!part[1]) continue;
      try {
        const changed = await change(store, lang, part, before(state, all, i));
        let blob = changed && (await merged(changed, signal));
        if (blob) came(part[1]);
        else blob = await whole(lang, part, signal, came);
        if (signal.aborted) throw fault("stopped");
        await store.put(address(lang, part[0]), new Response(blob));
      } catch (error) {
        failed = failed || error;
      }
    }
  }
  came(0);
  await Promise.all([work(), work(), work()]);
  if (failed) throw failed;
}

/** install registers the worker, which answers nothing before there is a state. */
async function install(): Promise<ServiceWorker> {
  await navigator.serviceWorker.register(base + "worker.js", { scope: base, updateViaCache: "none" });
  return (await navigator.serviceWorker.ready).active!;
}

/**
 * keep downloads a language, or what changed since, and makes that the current
 * version. A deploy in between begins it again with the new version. Where
 * records were withdrawn, nothing of the version before stays.
 */
export async function keep(lang: string, control: AbortController, report: Report): Promise<void> {
  const { signal } = control;
  await alone(control, async () => {
    const state = await read(lang);
    let made = await manifest(lang, signal);
    let all: Part[];
    let records: string;
    const store = await held();
    try {
      for (;;) {
        try {
          records = await recordsOf(lang, made, state, signal);
          all = await partsOf(lang, made, state, signal);
          await fill(store, lang, all, state, signal, report);
          break;
        } catch (error) {
          if ((error as Error).message !== "changed") throw error;
          const now = await manifest(lang, signal);
          if (now.version === made.version) throw fault("broken");
          made = now;
        }
      }
      const worker = await install();
      if (signal.aborted) throw fault("stopped");
      let previous = state && (state.version === made.version ? state.previous : state.parts);
      if (state && withdrawn(state, records).size) previous = undefined;
      await write(store, lang, { ...made, lang, hashes: records, parts: all.map(([name]) => name), previous, checked: Date.now() });
      worker.postMessage("claim");
      if (navigator.storage.persist) await navigator.storage.persist();
      await sweep(store, lang);
    } catch (error) {
      const { name, message } = error as Error;
      const isFull = name === "QuotaExceededError" || message === "full";
      if (isFull) await sweep(store, lang);
      if (!signal.aborted) await tidy(store);
      throw isFull ? fault("full") : error;
    }
  });
}
