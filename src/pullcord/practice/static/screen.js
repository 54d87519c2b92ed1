// What the page of a meeting shows: its door, who is in, their pictures, and why one is out.

const page = document.body;
const tiles = document.getElementById("tiles");
const asked = new URLSearchParams(location.search);

export const role = page.dataset.role;
/** Played in a hidden frame: comes in by itself. */
export const isAuto = role === "simulated" && asked.get("auto") === "1";
/** For tests: a page that does not hang up by itself. */
export const ignoresEnd = asked.get("ignore") === "1";
/** The right in this page's address. */
export const token = location.pathname.split("/").pop();
export const LOST = "The connection to the meeting was lost";
const LEFT = "You have left the meeting";

let state = "door";

export function now() {
  return state;
}

/** The page's two buttons: in, at the door or again; and out. */
export function onPress({ comeIn, leave }) {
  document.getElementById("come-in").addEventListener("submit", (press) => {
    press.preventDefault();
    comeIn();
  });
  document.getElementById("again").addEventListener("click", comeIn);
  document.getElementById("leave").addEventListener("click", () => leave(LEFT));
  if (isAuto) comeIn();
}

/** The name that was typed; empty for the one on the invitation. */
export function typedName() {
  return isAuto ? "" : document.getElementById("name").value.trim();
}

export function become(next) {
  state = next;
  page.dataset.state = next;
}

/** Nothing moves any more, and the page says why. */
export function goDark(next, text) {
  for (const video of tiles.querySelectorAll("video")) video.srcObject = null;
  document.getElementById("notice-text").textContent = text;
  document.getElementById("again").textContent = next === "refused" ? "Try again" : "Come back in";
  become(next);
  document.getElementById("notice").focus();
}

export function clear() {
  tiles.replaceChildren();
}

export function showPeople(people, you) {
  const there = people.map(({ number }) => `tile-${number}`);
  for (const old of [...tiles.children]) if (!there.includes(old.id)) old.remove();
  people.forEach((one) => label(tile(one.number, you), one, you));
  const count = people.length === 1 ? "You are the only one here" : `${people.length} people in the meeting`;
  document.getElementById("people-title").textContent = count;
}

export function showPicture(number, stream, you) {
  const video = tile(number, you).querySelector("video");
  video.srcObject = stream;
  video.play().catch(() => {});
}

function tile(number, you) {
  const there = document.getElementById(`tile-${number}`);
  if (there) return there;
  const made = document.createElement("li");
  made.id = `tile-${number}`;
  const video = document.createElement("video");
  Object.assign(video, { muted: true, autoplay: true, playsInline: true });
  const who = document.createElement("div");
  who.className = "who";
  made.append(video, who);
  if (number === you) tiles.prepend(made);
  else tiles.append(made);
  return made;
}

function label(made, { number, name, simulated }, you) {
  const who = made.querySelector(".who");
  who.textContent = number === you ? `${name} (you)` : name;
  if (!simulated) return;
  const tag = document.createElement("span");
  tag.className = "tag";
  tag.textContent = "simulated";
  who.append(tag);
}
