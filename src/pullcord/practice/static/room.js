// The page of a practice meeting: comes in on a press, shows who is there, and hangs up when the host ends it.

import { draw } from "./card.js";
import { Peers } from "./peers.js";
import * as screen from "./screen.js";

const SECONDS_TO_TRY_AGAIN = 2;

let socket = null;
let peers = null;
let picture = null;
let people = [];
let you = null;
let isFirstList = true;

window.practice = Object.freeze({
  get state() { return screen.now(); },
  get number() { return you; },
  get people() { return people.map(({ name }) => name); },
  get peers() { return peers ? peers.numbers : []; },
  frames: () => (peers ? peers.frames() : Promise.resolve({})),
});

screen.onPress({
  comeIn,
  leave(text) {
    say({ kind: "leave" });
    out("lost", text);
  },
});

function comeIn() {
  if (socket) return;
  clear();
  const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/practice/ws/${screen.token}`);
  const name = screen.typedName();
  socket = opened;
  isFirstList = true;
  opened.onopen = () => say(name ? { kind: "join", name } : { kind: "join" });
  opened.onmessage = ({ data }) => { if (socket === opened) hear(JSON.parse(data)); };
  opened.onclose = () => { if (socket === opened) lose(); };
}

function say(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function hear(message) {
  if (message.kind === "people") return gather(message);
  if (message.kind === "ended" && !screen.ignoresEnd) return out("ended", message.text);
  if (message.kind === "refused") return out("refused", message.text);
  if (message.kind === "kicked") return out("kicked", message.text);
  peers?.hear(message);
}

function lose() {
  socket = null;
  if (screen.ignoresEnd && screen.now() === "in") return;
  out("lost", screen.LOST);
  if (screen.isAuto) setTimeout(comeIn, SECONDS_TO_TRY_AGAIN * 1000);
}

function gather({ you: mine, people: list }) {
  you = mine;
  people = list;
  const me = list.find(({ number }) => number === you);
  if (isFirstList) begin(me);
  const others = list.filter((one) => one.number !== you && isSeen(one));
  peers.keep(others.map(({ number }) => number));
  if (isFirstList) others.forEach(({ number }) => peers.call(number));
  isFirstList = false;
  screen.showPeople(people, you);
}

/** The simulated need not look at each other; nobody sees it, and it spares the machine most of the work. */
function isSeen(one) {
  return screen.role !== "simulated" || !one.simulated;
}

function begin(me) {
  picture = draw({ name: me.name, number: you, role: screen.role });
  const onPicture = (number, stream) => screen.showPicture(number, stream, you);
  peers = new Peers({ say, stream: picture.stream, onPicture });
  screen.become("in");
  onPicture(you, picture.stream);
}

function out(next, text) {
  const left = socket;
  socket = null;
  peers?.closeAll();
  picture?.stop();
  left?.close();
  screen.goDark(next, text);
}

function clear() {
  peers?.closeAll();
  picture?.stop();
  peers = picture = null;
  screen.clear();
}
