// What the worker and the pages share: how a copy is kept on the device. What
// is in a part is told in the package generator/offline.
//
// Copies are in one cache, whose name begins with the site's base path, since
// other sites may share the origin, and with the number of this format. A cache
// of another format is never touched but to be erased.
//
//   acervo:/base/:2:store
//     /base/offline/es/<name>.pack  a part, under its own address
//     /base/offline/state.json      a State for each language that is kept

/** format is that of the manifest, of the parts and of the caches. */
export const format = 2;

/** An Entry is a file of a part: its path below the base, its size, 16 digits of its SHA-256, its record's id. */
export type Entry = [path: string, size: number, hash: string, record: string];

/** A File is an entry with its bytes. */
export interface File {
  entry: Entry;
  data: Uint8Array;
}

/** A State says what is kept of a language. Writing it makes a version the current one. */
export interface State {
  lang: string; // its segment of addresses
  version: string;
  date: string;
  bytes: number;
  records: string; // see the manifest
  tables: string[]; // likewise; "" where a part is no longer as it tells
  hashes: string; // what the file of the records has
  parts: string[]; // their names
  previous?: string[]; // those of the version before, for tabs that still show it
  next?: [date: string, bytes: number, mark: string]; // a newer version, about what it costs, and what tells it from others
  checked: number; // when the site was asked last, in milliseconds
}

/** own begins the names of all caches of the site at base. */
export function own(base: string): string {
  return "acervo:" + base + ":";
}

export function storeOf(base: string): string {
  return own(base) + format + ":store";
}

export function stateOf(base: string): string {
  return base + "offline/state.json";
}

/** folder is the address below which everything of a language is published and kept. */
export function folder(base: string, lang: string): string {
  return base + "offline/" + lang + "/";
}

/** states reads what is kept. It makes no cache where there is none. */
export async function states(base: string): Promise<State[]> {
  const kept = await caches.match(stateOf(base), { cacheName: storeOf(base) });
  return kept ? ((await kept.json()) as State[]) : [];
}

/** partOf is the number of the part that has a path, of count parts. */
export function partOf(path: string, count: number): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  let pages = 1;
  while (2 * pages < count) pages *= 2;
  return path.startsWith("search/") ? pages + (hash % (count - pages)) : hash % pages;
}

/** unpack gives the files of a part by path. It rejects what is damaged. */
export async function unpack(part: Response): Promise<Map<string, File>> {
  const stream = part.body!.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = bytes.indexOf(10) + 1;
  const files = new Map<string, File>();
  for (const entry of JSON.parse(new TextDecoder().decode(bytes.subarray(0, at))) as Entry[]) {
    files.set(entry[0], { entry, data: bytes.subarray(at, (at += entry[1])) });
  }
  return files;
}
