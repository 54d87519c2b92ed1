// The page of a practice meeting on a Janus server: comes in on a press, and is told its way in only then.

import { draw } from "./card.js";
import { JanusRoom } from "./janus.js";
import * as screen from "./screen.js";

const CLOSED = "This meeting is closed. Nobody can come in.";
const ENDED = "The host has ended this meeting for everyone";

let meeting = null;
let picture = null;
let you = null;
let myName = "";
let simulated = [];
let isComing = false;

window.practice = Object.freeze({
  get state() { return screen.now(); },
  get number() { return you; },
  get people() { return people().map(({ name }) => name); },
  get peers() { return meeting?.states.watching === "connected" ? others().map(({ number }) => number) : []; },
  async frames() {
    const counts = (await meeting?.frames()) ?? {};
    return Object.fromEntries(Object.entries(counts).map(([id, frames]) => [numberOf(id), frames]));
  },
});

screen.onPress({ comeIn, leave: (text) => out("lost", text) });

async function comeIn() {
  if (isComing || screen.now() === "in") return;
  isComing = true;
  try {
    await tryToComeIn();
  } catch {
    out("lost", screen.LOST);
  }
  isComing = false;
}

async function tryToComeIn() {
  clear();
  const answer = await fetch(`/practice/r/${screen.token}/way`, { method: "POST" });
  if (!answer.ok) throw new Error("no way");
  const way = await answer.json();
  ({ number: you, simulated } = way);
  myName = screen.typedName() || way.name;
  meeting = new JanusRoom({
    server: way.server,
    room: way.room,
    ignoresEnd: screen.ignoresEnd,
    // The simulated need not look at each other; nobody sees it, and it spares the machine most of the work.
    isWatched: (id) => screen.role !== "simulated" || !simulated.includes(numberOf(id)),
    onPeople: () => { if (screen.now() === "in") screen.showPeople(people(), you); },
    onPicture: (id, stream) => screen.showPicture(numberOf(id), stream, you),
    onOver: () => { if (!screen.ignoresEnd) out("ended", ENDED); },
    onLost: () => { if (!screen.ignoresEnd) out("lost", screen.LOST); },
  });
  const refusal = await meeting.join({ id: newId(), name: myName, token: way.invitation });
  if (refusal) return out("refused", CLOSED);
  picture = draw({ name: myName, number: you, role: screen.role });
  await meeting.publish(picture.stream);
  screen.become("in");
  screen.showPeople(people(), you);
  screen.showPicture(you, picture.stream, you);
}

/** What the others see of us: our public number, and something that is new each time we come in. */
function newId() {
  return `${you}.${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16)).join("")}`;
}

function numberOf(id) {
  return String(id).split(".")[0];
}

function others() {
  const found = [...(meeting?.people ?? [])].map(([id, name]) => ({ number: numberOf(id), name }));
  return found.map((one) => ({ ...one, simulated: simulated.includes(one.number) }));
}

function people() {
  return you === null ? [] : [{ number: you, name: myName, simulated: simulated.includes(you) }, ...others()];
}

function out(next, text) {
  meeting?.close();
  picture?.stop();
  screen.goDark(next, text);
}

function clear() {
  meeting?.close();
  picture?.stop();
  meeting = picture = null;
  screen.clear();
}
