// What a service worker is given, as far as the workers here use it. The
// library of types for workers and that for pages exclude each other.

interface Lasting extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

export interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

export interface Scope {
  readonly clients: { claim(): Promise<void> };
  readonly registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate" | "message", listener: (event: Lasting & { data?: unknown }) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}

export const scope = self as unknown as Scope;

/** base is the path of the site, where the worker's script lies. */
export const base = new URL("./", location.href).pathname;
