// A page that keeps itself fresh. Everything on it works without this file.
"use strict";

const parts = "[data-live]";
let source = null;

function writeTimes(top) {
  const page = document.documentElement.lang;
  const language = navigator.languages.find((one) => one.split("-")[0] === page) ?? page;
  for (const time of top.querySelectorAll("time[data-utc], time[data-short]")) {
    const at = new Date(time.dateTime);
    if (at.getTimezoneOffset() === 0) continue;
    const hour = at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const day = at.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    time.textContent = time.hasAttribute("data-short") ? hour : `${day}, ${hour} (${time.dataset.utc})`;
  }
}

// A part in which somebody writes, or has opened something, is left as it is.
function isInUse(part) {
  return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
}

function put(fresh) {
  writeTimes(fresh);
  for (const part of document.querySelectorAll(parts)) {
    const next = fresh.getElementById(part.id);
    if (next && !isInUse(part) && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

async function look() {
  let answer;
  try {
    answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  } catch {
    return null; // offline, or signed out: the page stays as it is
  }
  if (!answer.ok) return null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  put(fresh);
  return fresh.querySelector("[data-stream]");
}

function listen(stream) {
  source = new EventSource(stream.dataset.stream);
  source.addEventListener("open", look); // what changed while this page was on its way
  source.addEventListener("change", look);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(renew, 5000);
  });
}

// The right to listen is short: a fresh page brings a fresh one.
async function renew() {
  const stream = await look();
  if (stream) listen(stream);
  else setTimeout(renew, 15000);
}

writeTimes(document);
const stream = document.querySelector("[data-stream]");
if (stream) listen(stream);
addEventListener("pagehide", () => source?.close());
