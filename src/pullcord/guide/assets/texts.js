// Fills the texts from what somebody enters. Nothing is sent, and nothing is kept: it is gone with the page.
"use strict";

const TO_FILL_IN = "______________________";
const told = document.getElementById("told");
const { said, english, help } = JSON.parse(document.getElementById("blanks").textContent);
const at = (id) => document.getElementById(id);
const value = (id) => at(id)?.value.trim() ?? "";

// The same rules as core/blanks.py; a test compares what both make.
function fill(lines, values) {
  const has = (name) => values[name].length > 0;
  const put = (text, more) => text.replace(/\{([a-z_]+)\}/g, (_, name) => ({ ...values, ...more })[name] || TO_FILL_IN);
  return lines
    .filter(([, when, unless]) => (!when || has(when)) && (!unless || !has(unless)))
    .flatMap(([text]) => {
      const several = [...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name).find((name) => Array.isArray(values[name]));
      if (!several) return [put(text)];
      return (values[several].length ? values[several] : [""]).map((one) => put(text, { [several]: one }));
    })
    .join("\n");
}

const two = (number) => String(number).padStart(2, "0");

// With its zone, and in UTC: the police and the platform keep other clocks.
function moment(text) {
  const when = new Date(text);
  if (!text || Number.isNaN(when.getTime())) return "";
  const east = -when.getTimezoneOffset();
  const zone = `${east < 0 ? "-" : "+"}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${text.slice(0, 16).replace("T", " ")}${zone} = ${when.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function helpLines() {
  const part = value("country");
  const country = part.slice(0, 2);
  return (help.lines[country] ?? [])
    .filter(([, nations]) => part === country || !nations.length || nations.includes(part))
    .map(([line, , ending]) => line + help.endings[ending]);
}

function aboutTheMeeting(words) {
  const answer = (id) => ({ yes: words.yes, no: words.no })[value(id)] ?? "";
  const ways = [...at("how").querySelectorAll("input:checked")].map((box) => words.how[box.value]);
  const [name, phone, email] = [value("name"), value("phone"), value("email")];
  const ticked = (id) => (at(id).checked ? "yes" : "");
  return {
    what: words.what[value("what")],
    how: ways.join(words.comma),
    danger: answer("danger"), live: answer("live"), recognised: answer("recognised"),
    lasted: value("lasted"),
    shown: value("shown").split(",").map((one) => one.trim()).filter(Boolean),
    link_posted: answer("link_posted"), money: answer("money"), children: answer("children"),
    platform: value("platform"), number: value("number"), title: value("title"), people: value("people"),
    began: moment(value("began")), ended: moment(value("ended")), recording: value("recording"),
    is_over: ticked("is_over"), is_link_dead: ticked("is_link_dead"), police_called: ticked("police_called"),
    police_reference: value("police_reference"), platform_reference: value("platform_reference"),
    name, phone, email, contact: phone || email, blank: "",
    sender: value("sender"), signed: name || value("sender"), help: helpLines(),
  };
}

function aboutTheNotice() {
  const asked = ["body", "day", "time", "next_day", "next_time", "page", "published", "signed"];
  return { ...Object.fromEntries(asked.map((id) => [id, value(id)])), help: helpLines() };
}

function write(words, end) {
  if (at("notice")) {
    at(`notice${end}`).textContent = fill(words.notice, aboutTheNotice());
    return;
  }
  const values = aboutTheMeeting(words);
  at(`police${end}`).textContent = fill(words.police, values);
  at(`platform-text${end}`).textContent = fill(words.platform, { ...values, contact: values.email || values.phone });
  at(`message${end}`).textContent = fill(words.message, values);
}

function writeAll() {
  write(said, "");
  if (english) write(english, "-en");
}

async function copy(button) {
  const text = at(button.dataset.copies);
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    document.execCommand("copy"); // what older browsers have
  }
  button.textContent = button.dataset.done;
}

// One text alone on the paper.
function print_(button) {
  const section = at(button.dataset.prints).closest("section");
  document.body.classList.add("one");
  section.classList.add("printed");
  addEventListener("afterprint", () => {
    document.body.classList.remove("one");
    section.classList.remove("printed");
  }, { once: true });
  print();
}

for (const part of document.querySelectorAll(".scripted, .unscripted")) part.hidden = part.classList.contains("unscripted");
told.reset(); // a browser may put back what was entered before
told.addEventListener("submit", (event) => event.preventDefault());
told.addEventListener("input", writeAll);
addEventListener("pageshow", (event) => {
  if (event.persisted) told.reset();
  writeAll();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copies) copy(button);
  if (button?.dataset.prints) print_(button);
});
