// The worker of a site that offers no copies any more, published under the name
// of the other one, which it replaces at once: it erases what was kept, takes
// itself away, and leaves everything to the network.

import { own } from "./offline/pack.ts";
import { base, scope } from "./offline/scope.ts";

async function erase(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(own(base))) await caches.delete(name);
  }
  await scope.registration.unregister();
}

scope.addEventListener("install", () => void scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(erase()));
