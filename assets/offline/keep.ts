// Keeping and updating a language. Parts go to the store one by one, each
// checked, and stay there when this is broken off, so that the next time goes
// on from them; one small write at the end makes them count.

import { folder, format, unpack } from "./pack.ts";
import type { Entry, File, State } from "./pack.ts";
import { address, alone, base, held, parts, read, sweep, tidy, write } from "./store.ts";

/** A Part is a part's name, its size, and its SHA-256. */
type Part = [name: string, size: number, hash: string];

/** A Manifest is offline/<language>/manifest.json. */
export interface Manifest {
  format: number;
  version: string;
  date: string;
  bytes: number;
  records: string;
  parts: Part[];
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

export async function digest(data: ArrayBuffer | Uint8Array): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", data as BufferSource));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** pack makes a part of files. */
export function pack(files: File[]): Promise<Blob> {
  const listing = JSON.stringify(files.map(({ entry }) => entry)) + "\n";
  const content = new Blob([listing, ...files.map(({ data }) => data as BlobPart)]);
  return new Response(content.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

/** whole downloads a part. */
async function whole(lang: string, [name, , hash]: Part, signal: AbortSignal, came: (bytes: number) => void): Promise<Blob> {
  const response = await fetch(address(lang, name), { cache: "no-store", signal });
  if (!response.ok) throw fault("changed");
  const reader = response.body!.getReader();
  const chunks: BlobPart[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value as BlobPart);
    came(next.value.length);
  }
  const part = new Blob(chunks);
  if ((await digest(await part.arrayBuffer())) !== hash) throw fault("changed");
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
      if (!(await digest(file.data)).startsWith(entry[2])) return undefined;
    }
    files.push(file);
  }
  return pack(files);
}

const hashSize = 4; // bytes of a record's hash in a manifest

function hashes(records: string): Set<string> {
  const text = atob(records);
  const all = new Set<string>();
  for (let i = 0; i < text.length; i += hashSize) all.add(text.slice(i, i + hashSize));
  return all;
}

/** hashOf is the hash of a record's id as withdrawn gives it. */
export async function hashOf(record: string): Promise<string> {
  const hash = await digest(new TextEncoder().encode(record));
  return String.fromCharCode(...hash.slice(0, 2 * hashSize).match(/../g)!.map((pair) => parseInt(pair, 16)));
}

/** withdrawn are the hashes of the records that a copy has and a version has not. */
export function withdrawn(state: State, made: Manifest): Set<string> {
  const gone = hashes(state.records);
  for (const hash of hashes(made.records)) gone.delete(hash);
  return gone;
}

/** missing are the parts of a version that are not there, each with the number of its place. */
async function missing(lang: string, made: Manifest): Promise<[Part, number][]> {
  const there = await parts(lang);
  const all = made.parts.map((part, i): [Part, number] => [part, i]);
  return all.filter(([[name]]) => !there.has(address(lang, name)));
}

function before(state: State | undefined, made: Manifest, i: number): string | undefined {
  return state && state.parts.length === made.parts.length ? state.parts[i] : undefined;
}

/** cost is about how many bytes an update loads. It looks at some of the parts. */
export async function cost(state: State, made: Manifest): Promise<number> {
  const all = await missing(state.lang, made);
  const some = all.slice(0, 12);
  const store = await held();
  let bytes = 0;
  for (const [part, i] of some) {
    const changed = await change(store, state.lang, part, before(state, made, i));
    bytes += changed ? changed.bytes : part[1];
  }
  return (bytes * all.length) / Math.max(1, some.length);
}

/** fill downloads what is missing of a version, three parts at a time. */
async function fill(store: Cache, lang: string, made: Manifest, state: State | undefined, signal: AbortSignal, report: Report): Promise<void> {
  const all = await missing(lang, made);
  const queue = all.values();
  const total = all.reduce((sum, [part]) => sum + part[1], 0);
  let done = 0;
  const came = (bytes: number) => report((done += bytes), total);
  const { quota, usage } = await navigator.storage.estimate();
  if (quota && total > quota - usage!) throw fault("full");
  let failed: unknown;
  async function work(): Promise<void> {
    for (const [part, i] of queue) {
      if (failed) return;
      try {
        const changed = await change(store, lang, part, before(state, made, i));
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
    const store = await held();
    try {
      for (;;) {
        try {
          await fill(store, lang, made, state, signal, report);
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
      const { version, date, bytes, records } = made;
      const names = made.parts.map(([name]) => name);
      let previous = state && (state.version === version ? state.previous : state.parts);
      if (state && withdrawn(state, made).size) previous = undefined;
      await write(store, lang, { lang, version, date, bytes, records, parts: names, previous, checked: Date.now() });
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
