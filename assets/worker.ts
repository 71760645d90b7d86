// The service worker of the copies that readers keep. It only reads: pages
// download, update and erase. It comes into being when a reader keeps the first
// copy. Published without a hash, and never in a hurry: a new worker waits
// until no tab uses the one before, and a page is taken over only when it asks.
//
// What is kept is answered from the copy even when there is a network, so that
// everything comes from one version and costs no data.

import { folder as folderOf, partOf, states, storeOf, unpack } from "./offline/pack.ts";
import type { File, State } from "./offline/pack.ts";
import { base, scope } from "./offline/scope.ts";

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
};

// The parts used last, unpacked: a search reads several files of one part.
const unpacked = new Map<string, Promise<Map<string, File>>>();
const most = 4;

function open(address: string): Promise<Map<string, File>> {
  let files = unpacked.get(address);
  if (!files) {
    files = caches.match(address, { cacheName: storeOf(base) }).then((part) => {
      if (!part) throw new Error("missing: " + address);
      return unpack(part);
    });
    files.catch(() => unpacked.delete(address));
  }
  unpacked.delete(address); // to be the last
  unpacked.set(address, files);
  if (unpacked.size > most) unpacked.delete(unpacked.keys().next().value!);
  return files;
}

/**
 * find looks for a file in the copies, that of the file's own language first.
 * An old version is asked for files whose name is by their content only: a tab
 * that still shows it may load them.
 */
async function find(kept: State[], path: string): Promise<File | undefined> {
  const versions = kept.map((state) => ({ lang: state.lang, parts: state.parts }));
  if (!path.endsWith(".html")) {
    for (const { lang, previous } of kept) if (previous) versions.push({ lang, parts: previous });
  }
  for (const { lang, parts } of versions) {
    try {
      const file = (await open(folderOf(base, lang) + parts[partOf(path, parts.length)]! + ".pack")).get(path);
      if (file) return file;
    } catch {
      // The part is damaged: the network may help.
    }
  }
  return undefined;
}

function response({ entry, data }: File): Response {
  const type = types[entry[0].slice(entry[0].lastIndexOf(".") + 1)] || "application/octet-stream";
  return new Response(data as BlobPart as BodyInit, { headers: { "Content-Type": type } });
}

async function answer(request: Request, path: string): Promise<Response> {
  const kept = await states(base);
  const isOf = ({ lang }: State) => Number(path.startsWith(lang + "/") || path.startsWith("search/" + lang));
  kept.sort((a, b) => isOf(b) - isOf(a));
  const file = await find(kept, path.replace(/(^|\/)$/, "$1index.html"));
  if (file) return response(file);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.mode === "navigate" && kept[0]) {
      // Addresses are typed without the slash at their end.
      const folder = path + "/";
      if (await find(kept, folder + "index.html")) return Response.redirect(base + folder);
      // At the root of a host other sites may lie below this one.
      const page = /^(?:(?:p|[a-z]{2,3}(?:-\w+)*)\/|$)/i.test(path) && (await find(kept, kept[0].lang + "/keep/index.html"));
      if (page) return response(page);
    }
    throw error;
  }
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || !pathname.startsWith(base)) return;
  // An update asks the site itself, and parts of files are not kept.
  if (request.cache === "reload" || request.headers.has("Range")) return;
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(base.length));
  } catch {
    return; // no address of ours
  }
  if (!path.startsWith("offline/")) event.respondWith(answer(request, path));
});

scope.addEventListener("message", (event) => {
  if (event.data === "claim") event.waitUntil(scope.clients.claim());
});
