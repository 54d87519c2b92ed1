// A participant's side of a room on a Janus server: comes in, shows one stream, and watches everyone else.

const KEEP_ALIVE_SECONDS = 20;

export class JanusRoom {
  ended_at = null;
  hangup_at = null;
  #server;
  #room;
  #ask;
  #line = null;
  #show = null;
  #watch = null;
  #queue = Promise.resolve();
  #early = [];
  /** Frames decoded of each, when last asked. */
  #seen = {};
  #feeds = new Map();
  #people = new Map();
  #private;
  #on;

  /**
   * `server`: ws://…; `room`: its id. `onPeople()` and `onPicture(id, stream)` as they come; `onOver()` once, when Janus
   * says that the room is gone; `onLost()` when the line broke. `isWatched(id)`: whose pictures are wanted.
   * `ignoresEnd`: hangs up nothing by itself.
   */
  constructor({ server, room, ...on }) {
    this.#server = server;
    this.#room = room;
    const nothing = () => {};
    this.#on = { onPeople: nothing, onPicture: nothing, onOver: nothing, onLost: nothing, isWatched: () => true, ...on };
  }

  /** By id, the names of the others. */
  get people() {
    return new Map(this.#people);
  }

  /** The states of the two connections. */
  get states() {
    return { showing: this.#show?.connectionState, watching: this.#watch?.link.connectionState };
  }

  /** Ask to be let in. The refusal as Janus words it, or null. */
  async join({ id, name, token }) {
    this.#line ??= await open(this.#server, () => this.#lose());
    this.#ask = await this.#line.attach((told) => this.#hear(told));
    const { error, private_id, publishers } = read(
      await this.#ask({ request: "join", room: this.#room, ptype: "publisher", token, display: name, id }),
    );
    if (error) return error;
    this.#private = private_id;
    this.#come(publishers);
    return null;
  }

  /** Show this stream to the others. */
  async publish(stream) {
    const link = (this.#show = new RTCPeerConnection({ iceServers: [] }));
    for (const track of stream.getTracks()) link.addTrack(track, stream);
    const answer = await this.#ask({ request: "publish" }, await described(link, await link.createOffer()));
    await link.setRemoteDescription(answer.jsep);
    for (const told of this.#early.splice(0)) await reach(link, told);
  }

  /** Frames decoded so far of each other person's pictures, by id. Who has left keeps the count: it can only grow. */
  async frames() {
    const counts = {};
    for (const part of (await this.#watch?.link.getStats())?.values() ?? []) {
      if (part.type !== "inbound-rtp" || part.kind !== "video" || !this.#feeds.has(part.mid)) continue;
      const id = this.#feeds.get(part.mid);
      counts[id] = (counts[id] ?? 0) + (part.framesDecoded ?? 0);
    }
    for (const [id, count] of Object.entries(counts)) this.#seen[id] = Math.max(count, this.#seen[id] ?? 0);
    return { ...this.#seen };
  }

  /** Hang up, and say no more. */
  close() {
    this.#hangUp();
    const line = this.#line;
    this.#line = null;
    line?.close();
  }

  #hangUp() {
    this.#show?.close();
    this.#watch?.link.close();
  }

  #hear(told) {
    if (told.janus === "trickle") return this.#reachShow(told);
    const data = read(told);
    if (told.janus === "hangup") this.hangup_at ??= clock();
    if (data.joining) this.#know(data.joining);
    if (data.publishers) this.#come(data.publishers);
    if (data.videoroom === "destroyed" || data.leaving === "ok") return this.#end();
    const gone = data.leaving ?? data.kicked;
    if (gone && this.#people.delete(gone)) this.#on.onPeople();
  }

  /** Ways to reach Janus may come before its answer. */
  #reachShow(told) {
    if (this.#show?.remoteDescription) reach(this.#show, told);
    else this.#early.push(told);
  }

  #end() {
    if (this.ended_at) return;
    this.ended_at = clock();
    if (!this.#on.ignoresEnd) this.#hangUp();
    this.#on.onOver();
  }

  #lose() {
    if (!this.#line) return;
    this.#line = null;
    if (!this.#on.ignoresEnd) this.#hangUp();
    this.#on.onLost();
  }

  #come(publishers) {
    publishers.forEach((one) => this.#know(one));
    const streams = publishers.filter(({ id }) => this.#on.isWatched(id)).map(({ id }) => ({ feed: id }));
    if (streams.length) this.#after(() => this.#subscribe(streams));
    this.#on.onPeople();
  }

  #know({ id, display }) {
    this.#people.set(id, display ?? "");
    this.#on.onPeople();
  }

  async #subscribe(streams) {
    if (this.#watch) return this.#watched(await this.#watch.ask({ request: "subscribe", streams }));
    const link = new RTCPeerConnection({ iceServers: [] });
    link.ontrack = ({ track, streams: [stream], transceiver }) => {
      const show = () => this.#on.onPicture(this.#feeds.get(transceiver.mid), stream ?? new MediaStream([track]));
      if (track.kind === "video") show();
    };
    const ask = await this.#line.attach((told) => this.#after(() => this.#watched(told)));
    const who = { private_id: this.#private, streams };
    const told = await ask({ request: "join", room: this.#room, ptype: "subscriber", ...who });
    if (!told.jsep) return; // whoever it was has left meanwhile
    this.#watch = { link, ask };
    await this.#watched(told);
  }

  /** Janus says what comes now, by which section; with a description, it wants an answer. */
  async #watched(told) {
    if (told.janus === "trickle") return reach(this.#watch.link, told);
    for (const { mid, feed_id, type } of read(told).streams ?? [])
      if (type === "video" && feed_id) this.#feeds.set(mid, feed_id);
    if (!told.jsep) return;
    const { link, ask } = this.#watch;
    await link.setRemoteDescription(told.jsep);
    await ask({ request: "start" }, await described(link, await link.createAnswer()));
  }

  /** One step after the other; what comes too late for a closed connection is no error. */
  #after(step) {
    this.#queue = this.#queue
      .then(() => (this.#line ? step() : undefined))
      .catch((error) => console.warn("janus:", error.name));
  }
}

function clock() {
  return performance.timeOrigin + performance.now();
}

/** A way to reach Janus, which it tells one by one. One that comes too late for a closed connection is no error. */
function reach(link, { candidate }) {
  return link.addIceCandidate(candidate.completed ? undefined : candidate).catch(() => {});
}

function read(told) {
  return told.plugindata?.data ?? {};
}

/** A session on a Janus server; `onLost` when the line closes. Rejects where none can be opened. */
async function open(server, onLost) {
  const socket = new WebSocket(server, "janus-protocol");
  const waiting = new Map(), handles = new Map();
  let number = 0, session = {};
  await new Promise((opened, failed) => Object.assign(socket, { onopen: opened, onerror: failed }));
  socket.onmessage = ({ data }) => {
    const told = JSON.parse(data), answer = waiting.get(told.transaction);
    if (answer && told.janus !== "ack") {
      waiting.delete(told.transaction);
      answer(told);
    } else if (!answer) handles.get(told.sender)?.(told);
  };
  const ask = (body) => new Promise((answer) => {
    const transaction = String(++number);
    waiting.set(transaction, answer);
    socket.send(JSON.stringify({ ...session, ...body, transaction }));
  });
  session = { session_id: (await ask({ janus: "create" })).data.id };
  const alive = setInterval(() => ask({ janus: "keepalive" }), KEEP_ALIVE_SECONDS * 1000);
  socket.onclose = () => {
    clearInterval(alive);
    onLost();
  };
  return {
    close: () => socket.close(),
    async attach(heard) {
      const handle_id = (await ask({ janus: "attach", plugin: "janus.plugin.videoroom" })).data.id;
      handles.set(handle_id, heard);
      return (body, jsep) => ask({ janus: "message", handle_id, body, ...(jsep && { jsep }) });
    },
  };
}

/** Our side of the connection, with every way to reach it. */
async function described(link, description) {
  await link.setLocalDescription(description);
  while (link.iceGatheringState !== "complete")
    await new Promise((gathered) => link.addEventListener("icegatheringstatechange", gathered, { once: true }));
  const { type, sdp } = link.localDescription;
  return { type, sdp };
}
