// Leaving at once, also by pressing Shift three times: the page is replaced, so that "back" does not show it again.
"use strict";

const WITHIN_MS = 3000;
const way = document.getElementById("leave");
let presses = [];

function leave() {
  document.documentElement.hidden = true;
  location.replace(way.href);
}

way.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

addEventListener("keyup", (event) => {
  if (event.key !== "Shift") {
    presses = [];
    return;
  }
  presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
  if (presses.length === 3) leave();
});
