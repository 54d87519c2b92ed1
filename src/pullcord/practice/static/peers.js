// The connections to the other pages: one each, pictures only, without any server in between.

const MOST_BITS_A_SECOND = 150_000;

export class Peers {
  #peers = new Map();
  #say;
  #stream;
  #onPicture;

  /** `say` sends over the socket; `onPicture(number, stream)` is told of every picture that arrives. */
  constructor({ say, stream, onPicture }) {
    this.#say = say;
    this.#stream = stream;
    this.#onPicture = onPicture;
  }

  /** Whoever came last calls those who were there. */
  call(number) {
    const peer = this.#open(number);
    this.#after(peer, async () => {
      await peer.link.setLocalDescription();
      this.#say({ kind: "offer", to: number, sdp: peer.link.localDescription.sdp });
    });
  }

  hear({ kind, from, sdp, candidate, mid }) {
    if (kind === "offer") return this.#answer(this.#open(from), sdp);
    const peer = this.#peers.get(from);
    if (!peer) return;
    if (kind === "answer") return this.#after(peer, () => peer.link.setRemoteDescription({ type: "answer", sdp }));
    this.#after(peer, () => peer.link.addIceCandidate(candidate ? { candidate, sdpMid: mid } : undefined));
  }

  /** Keep only these. */
  keep(numbers) {
    for (const number of this.#peers.keys()) if (!numbers.includes(number)) this.#close(number);
  }

  closeAll() {
    this.keep([]);
  }

  get numbers() {
    return [...this.#peers].filter(([, { link }]) => link.connectionState === "connected").map(([number]) => number);
  }

  /** Frames decoded so far, by public number. */
  async frames() {
    const counts = {};
    for (const [number, { link }] of this.#peers) {
      counts[number] = 0;
      for (const part of (await link.getStats()).values())
        if (part.type === "inbound-rtp") counts[number] += part.framesDecoded ?? 0;
    }
    return counts;
  }

  #open(number) {
    this.#close(number);
    const link = new RTCPeerConnection({ iceServers: [] });
    const peer = { number, link, chain: Promise.resolve() };
    this.#peers.set(number, peer);
    for (const track of this.#stream.getVideoTracks()) thrifty(link.addTrack(track, this.#stream));
    link.ontrack = ({ track, streams }) => this.#onPicture(number, streams[0] ?? new MediaStream([track]));
    link.onicecandidate = ({ candidate }) => {
      if (!candidate?.candidate || this.#peers.get(number) !== peer) return;
      this.#say({ kind: "candidate", to: number, candidate: candidate.candidate, mid: candidate.sdpMid ?? "0" });
    };
    return peer;
  }

  #answer(peer, sdp) {
    this.#after(peer, async () => {
      await peer.link.setRemoteDescription({ type: "offer", sdp });
      await peer.link.setLocalDescription();
      this.#say({ kind: "answer", to: peer.number, sdp: peer.link.localDescription.sdp });
    });
  }

  /** One step after the other for each peer; what comes too late for a closed connection is no error. */
  #after(peer, step) {
    peer.chain = peer.chain
      .then(() => (peer.link.signalingState === "closed" ? undefined : step()))
      .catch((error) => console.warn("practice:", error.name));
  }

  #close(number) {
    const peer = this.#peers.get(number);
    if (!peer) return;
    this.#peers.delete(number);
    peer.link.onicecandidate = peer.link.ontrack = null;
    peer.link.close();
  }
}

/** A card needs little, and a phone has many of them to decode. */
function thrifty(sender) {
  const wishes = sender.getParameters();
  if (!wishes.encodings?.length) return;
  wishes.encodings[0].maxBitrate = MOST_BITS_A_SECOND;
  sender.setParameters(wishes).catch(() => {});
}
