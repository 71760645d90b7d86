// What the engine needs of its surroundings. In a page files come as classic
// scripts, which load from a server and from a folder alike; each calls the
// global function acervoSearch with its id and its content.

import type { Correct } from "../correct.ts";
import type { Phrase } from "../phrase.ts";
import type { Page } from "../search-page.ts";

/** Others are what the search's other scripts have, which only some queries need, or the search page. */
interface Others {
  correct: Correct;
  phrase: Phrase;
  page: Page;
}

export interface Host {
  /**
   * load fetches the file at path (below the search folder) and gives what it
   * passes to acervoSearch under id: a text, or the manifest. It rejects when
   * the file can't be had.
   */
  load(id: string, path: string): Promise<unknown>;
  /** other loads another script, once. */
  other<Name extends keyof Others>(name: Name): Promise<Others[Name]>;
  /** inflate unpacks zlib data, and rejects what is none. */
  inflate(data: Uint8Array): Promise<Uint8Array>;
  /** pause ends the current task, where there is a page to be kept alive. */
  pause?(): Promise<void>;
}

declare global {
  interface Window {
    acervoSearch?: (id: string, content: unknown) => void;
  }
}

async function inflate(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * browserHost loads below base, the address of the search folder with "/" at
 * its end. The search's other scripts are at the addresses others.
 */
export function browserHost(base: string, others: { [Name in keyof Others]: string | undefined }): Host {
  const given = new Map<string, unknown>();
  const loaded: { [id: string]: Promise<unknown> | undefined } = {};
  window.acervoSearch = (id, content) => given.set(id, content);

  function script(id: string, address: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.onload = element.onerror = () => {
        element.remove();
        // A script that loads may hold something else, such as a page that a
        // captive portal put in its place.
        if (given.has(id)) resolve(given.get(id));
        else reject(new Error("missing:" + address));
        given.delete(id);
      };
      element.src = address;
      document.head.append(element);
    });
  }

  return {
    load: (id, path) => script(id, base + path),
    other<Name extends keyof Others>(name: Name) {
      const promise = loaded[name] || (loaded[name] = script(name, others[name]!));
      promise.catch(() => (loaded[name] = undefined));
      return promise as Promise<Others[Name]>;
    },
    inflate,
    pause: () =>
      new Promise((resolve) => {
        // A message comes at once, but a timer that a timer led to has to wait 4 ms.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(port1.close());
        port2.postMessage(0);
      }),
  };
}
