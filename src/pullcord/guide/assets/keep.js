// A copy on this device, only if somebody asks for it; and taking it away again.
"use strict";

const part = document.getElementById("keep");
const said = document.getElementById("kept");
const language = document.documentElement.lang;
const scope = new URL("./", location.href).href;

const ours = async () => (await navigator.serviceWorker.getRegistrations()).filter((one) => one.scope === scope);

async function tell() {
  const kept = (await ours()).some((one) => one.active) && (await caches.keys()).some((name) => name.startsWith(`${language}-`));
  said.textContent = kept ? said.dataset.kept : said.dataset.none;
}

async function keep() {
  const worker = (await navigator.serviceWorker.register("offline.js")).installing;
  if (worker) {
    await new Promise((done, failed) => {
      worker.addEventListener("statechange", () => {
        if (worker.state === "activated") done();
        if (worker.state === "redundant") failed(new Error("not kept"));
      });
    });
  }
}

async function drop() {
  for (const one of await ours()) await one.unregister();
  for (const name of await caches.keys()) if (name.startsWith(`${language}-`)) await caches.delete(name);
}

function pressed(act) {
  return async () => {
    try {
      await act();
      await tell();
    } catch {
      said.textContent = said.dataset.failed;
    }
  };
}

if ("serviceWorker" in navigator && location.protocol !== "file:") {
  part.hidden = false;
  document.getElementById("keep-it").addEventListener("click", pressed(keep));
  document.getElementById("drop-it").addEventListener("click", pressed(drop));
  tell();
}
