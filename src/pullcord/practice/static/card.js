// The only pictures of a practice meeting: a person's card, drawn here. No camera, no microphone, no screen.

const WIDE = 320, HIGH = 240, PICTURES_A_SECOND = 6;

/** A moving picture of this person. `stop` ends the drawing. */
export function draw({ name, number, role }) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = HIGH;
  const paint = role === "intruder" ? intrusion : card;
  const pen = canvas.getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let step = 0;
  const next = () => paint(pen, { name, number, at: step++ / PICTURES_A_SECOND, still });
  next();
  const timer = setInterval(next, 1000 / PICTURES_A_SECOND);
  const stream = canvas.captureStream(PICTURES_A_SECOND);
  return { stream, stop() { clearInterval(timer); stream.getTracks().forEach((track) => track.stop()); } };
}

function card(pen, { name, number, at, still }) {
  const hue = (Number(number) * 47 + 190) % 360;
  pen.fillStyle = `hsl(${hue} 32% 22%)`;
  pen.fillRect(0, 0, WIDE, HIGH);
  const x = WIDE / 2 + (still ? 0 : 14 * Math.sin(at / 2));
  const y = HIGH / 2 - 26 + (still ? 0 : 6 * Math.cos(at / 3));
  // Even for those who asked for no motion the colour changes a little, so that frames flow and can be counted.
  pen.fillStyle = `hsl(${hue} 48% ${38 + (still ? at % 2 : 3 * Math.sin(at / 2))}%)`;
  pen.beginPath();
  pen.arc(x, y, 60, 0, 2 * Math.PI);
  pen.fill();
  write(pen, initial(name), x, y + 3, 62, "#fff");
}

function intrusion(pen, { at, still }) {
  pen.fillStyle = "#ffd24a";
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.fillStyle = "#2b2410";
  const shift = still ? at % 2 : (at * 8) % 60;
  for (let x = -HIGH - 60; x < WIDE + 60; x += 60) {
    pen.beginPath();
    pen.moveTo(x + shift, 0);
    pen.lineTo(x + shift + 28, 0);
    pen.lineTo(x + shift + 28 + HIGH, HIGH);
    pen.lineTo(x + shift + HIGH, HIGH);
    pen.fill();
  }
  pen.fillStyle = "#2b2410";
  pen.fillRect(0, 46, WIDE, 116);
  write(pen, "PRACTICE", WIDE / 2, 80, 34, "#ffd24a");
  write(pen, "INTRUSION", WIDE / 2, 118, 34, "#ffd24a");
  write(pen, "a harmless drawing, for practice", WIDE / 2, 148, 16, "#fff");
}

function write(pen, text, x, y, size, colour) {
  pen.font = `700 ${size}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = colour;
  pen.fillText(text, x, y, WIDE - 24);
}

function initial(name) {
  return (Array.from(name)[0] ?? "?").toUpperCase();
}
