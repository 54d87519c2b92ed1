// Passkeys: asks this device for one, and sends what it says with the form. Without this file there is the code app.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function known(list) {
  return (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
}

function asked({ publicKey }) {
  const told = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (told.user) told.user = { ...told.user, id: toBytes(told.user.id) };
  if (told.excludeCredentials) told.excludeCredentials = known(told.excludeCredentials);
  if (told.allowCredentials) told.allowCredentials = known(told.allowCredentials);
  return { publicKey: told };
}

function answered(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const told = parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(told),
  };
}

// The question lies in the page; on the page of signing in it is fetched, so that a mere look at that page leaves no trace.
async function question(form) {
  const lies = document.getElementById("passkey-question");
  if (lies) return JSON.parse(lies.textContent);
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "error" });
  if (!answer.ok) throw new Error("no question");
  return answer.json();
}

async function ask(form) {
  const options = asked(await question(form));
  const isNew = form.dataset.passkey === "make";
  const credential = await (isNew ? navigator.credentials.create(options) : navigator.credentials.get(options));
  form.elements.credential.value = JSON.stringify(answered(credential));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  for (const one of document.querySelectorAll("[data-without-passkey]")) one.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    form.elements.credential.value = "";
    ask(form).catch(() => {
      failed.hidden = false;
    });
  });
}
