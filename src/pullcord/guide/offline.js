// The offline copy: the pages named above, kept when somebody asked for it, and used only where the network is not.
"use strict";

const WAIT_MS = 4000;
const whole = KEPT.map((page) => new URL(page, self.location).href);

self.addEventListener("install", (event) => {
  const keep = async () => (await caches.open(EDITION)).addAll(whole.map((page) => new Request(page, { cache: "reload" })));
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const language = EDITION.split("-")[0];
  const dropOlder = async () => {
    for (const name of await caches.keys()) if (name.startsWith(`${language}-`) && name !== EDITION) await caches.delete(name);
  };
  event.waitUntil(dropOlder().then(() => self.clients.claim()));
});

// Asks the network first, and not the browser's own cache: a number that was withdrawn must be gone.
async function answer(page) {
  const kept = async () => (await caches.open(EDITION)).match(page);
  try {
    const fresh = await fetch(page, { cache: "no-cache", signal: AbortSignal.timeout(WAIT_MS) });
    return fresh.ok ? fresh : ((await kept()) ?? fresh);
  } catch {
    return (await kept()) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const page = event.request.url.split(/[?#]/)[0].replace(/\/$/, "/index.html");
  if (event.request.method === "GET" && whole.includes(page)) event.respondWith(answer(page));
});
