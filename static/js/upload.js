// The upload form with JavaScript: choose, check, send file by file (six at a time), name what was refused.
// Each photo carries its own location: the one in the field when it was added, or the first one given after that.
// Without this file the form posts everything at once. Places in the page: templates/gallery/upload/_upload_form.html.

const PARALLEL = 6;
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000;
const ANY_ID = "00000000-0000-0000-0000-000000000000";

const form = document.getElementById("upload-form");
const dropZone = document.getElementById("drop-zone");
const inputs = dropZone.querySelectorAll('input[type="file"]');
const details = document.getElementById("upload-details");
const sendButton = document.getElementById("upload-send");
const limits = {
  files: Number(form.dataset.maxFiles),
  fileBytes: Number(form.dataset.maxFileBytes),
  totalBytes: Number(form.dataset.maxTotalBytes),
};
const SIGNED_OUT = gettext("You are signed out. Sign in in another tab and come back: the selected photos stay here, and those already received are safe.");

const photoUrl = (imageId) => form.dataset.photoUrl.replace(ANY_ID, imageId);
let entries = []; // one for each chosen file: {file, row, state, sentBytes, released: may be sent, place: location or "", settled: its place is}
let senders = new Set();
let sessionId = newId();
let looking = Promise.resolve(); // at the added photos, one after another: thumbnails and labels
let sending = false;
let stopped = ""; // why nothing more is sent: the form is wrong, or nobody is signed in

// --- Choosing -------------------------------------------------------------------------------------------------------
async function addFiles(files) {
  if (!sending && entries.every((entry) => isOver(entry))) startAfresh();
  const added = [];
  for (const file of [...files].sort((one, other) => one.lastModified - other.lastModified)) {
    const entry = { file, row: makeRow(file), state: "", sentBytes: 0, place: "" };
    const going = entries.filter(({ state }) => state !== "refused");
    const bytes = going.reduce((sum, { file: { size } }) => sum + size, 0);
    const fault = await findFault(file, { files: going.length, bytes }, limits);
    entries.push(entry);
    show(entry, fault ? "refused" : "ready", fault || gettext("Ready to send"));
    place(entry, typedPlace());
    if (!fault) added.push(entry);
  }
  offerPlace();
  showTotals();
  looking = looking.then(async () => followLabel(await lookAtPhotos(added, form.dataset.labelUrl)));
}

function followLabel(code) {
  if (!code) return;
  form.elements.storage_location.value = code;
  document.dispatchEvent(new Event("upload-place:filled"));
  showTotals();
}

function removeEntry(entry) {
  entries = entries.filter((other) => other !== entry);
  removeRow(entry.row, inputs[0]);
  offerPlace();
  showTotals();
}

function movePhotos(entry, button) {
  moveTo(entries, entry, button);
  offerPlace();
}

function startAfresh() {
  entries = [];
  sessionId = newId();
  details.open = true;
  document.getElementById("upload-files").replaceChildren();
  document.getElementById("upload-receipt").replaceChildren();
}

// --- Locations ------------------------------------------------------------------------------------------------------
const typedPlace = () => form.elements.storage_location.value.trim();
const placed = () => entries.filter(({ state, released }) => state === "ready" && !released);

// A new location in the field applies to the photos without one, and to those that are added from now on.
function followPlace() {
  for (const entry of placed().filter((candidate) => !candidate.place && !candidate.settled)) place(entry, typedPlace());
  keepChoice(form.elements);
  offerPlace();
}

// Was it mistyped, or are the next photos from elsewhere? A person decides; selected photos keep their locations.
function offerPlace() {
  const others = placed().filter((entry) => entry.place && !entry.settled && entry.place !== typedPlace());
  const button = document.getElementById("upload-replace");
  button.hidden = others.length === 0 || !typedPlace();
  const words = ngettext(
    "Also use %(place)s for the selected photo with another location", "Also use %(place)s for the %(number)s selected photos with other locations", others.length,
  );
  button.querySelector("span").textContent = interpolate(words, { place: typedPlace(), number: others.length }, true);
}

function replacePlaces() {
  for (const entry of placed().filter(({ settled }) => !settled)) place(entry, typedPlace());
  offerPlace();
  sendButton.focus();
}

// --- Sending --------------------------------------------------------------------------------------------------------
// Photos added while others are sent wait for the button too: their location may still change.
function release() {
  followPlace();
  const going = entries.filter(({ state }) => ["ready", "failed"].includes(state));
  for (const entry of going) {
    show(entry, "ready", gettext("Ready to send"));
    entry.released = true;
  }
  offerPlace();
  showTotals();
  document.dispatchEvent(new CustomEvent("upload:released", { detail: going.map(({ place: code }) => code) })); // walk.js
}

async function sendAll() {
  sending = true;
  stopped = "";
  showTotals();
  try {
    await passOverKnown();
    startSenders();
    while (senders.size) await Promise.race(senders);
  } finally {
    sending = false;
    for (const entry of entries) entry.released &&= entry.state !== "ready";
    showTotals();
    offerPlace();
  }
  if (stopped) return;
  showProblemsFirst(entries, details);
  await showReceipt();
}

// After a closed tab or a lost answer: what is here already is not sent again. Only pages by HTTPS (or on this machine)
// can hash; others send, and the server finds out.
async function passOverKnown() {
  if (!crypto.subtle) return;
  const waiting = new Map();
  for (const entry of entries.filter(({ state, released }) => state === "ready" && released)) {
    show(entry, "ready", gettext("Checking for duplicates"));
    try {
      waiting.set(await sha256(entry.file), entry);
      show(entry, "ready", gettext("Ready to send"));
    } catch {
      show(entry, "refused", unreadable());
    }
  }
  if (!waiting.size) return;
  for (const { sha256: checksum, image_id: imageId } of await askKnown(form.dataset.knownUrl, [...waiting.keys()])) {
    show(waiting.get(checksum), "known", gettext("Already uploaded, not counted twice"), photoUrl(imageId));
  }
  showTotals();
}

function startSenders() {
  while (senders.size < PARALLEL) {
    const sender = sendWaiting().finally(() => senders.delete(sender));
    senders.add(sender);
  }
}

async function sendWaiting() {
  let entry;
  while (!stopped && (entry = entries.find(({ state, released }) => state === "ready" && released))) await send(entry);
}

async function send(entry) {
  for (let attempt = 1; attempt <= ATTEMPTS && !stopped; attempt += 1) {
    show(entry, "sending", attempt === 1 ? gettext("Sending") : gettext("Sending again"));
    const answer = await post(entry);
    const isFull = answer.status === 507; // trying again in a minute does not help
    if (answer.status !== 0 && (answer.status < 500 || isFull) && answer.status !== 429) {
      settle(entry, answer, attempt);
      return;
    }
    if (answer.status === 0 && !(await isReadable(entry.file))) {
      show(entry, "refused", unreadable());
      showTotals();
      return;
    }
    show(entry, "sending", waitingFor(answer));
    await connectionOrPause(Math.max(answer.retryAfterMs, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }
  show(entry, "failed", gettext("Not sent. Press “Send the rest” when the network is better."));
}

function post(entry) {
  const fields = {
    upload_session_id: sessionId, source: form.dataset.source, storage_location: entry.place, visit: form.elements.visit.value,
  };
  return postFile(form.dataset.uploadUrl, entry.file, fields, (share) => showSent(entry, share));
}

function settle(entry, { status, json }, attempt) {
  const refused = (json.refused ?? json.error?.refused ?? [])[0];
  if (json.jobs?.length) receive(entry);
  else if (json.duplicates?.length && attempt > 1) receive(entry); // the answer to the attempt before was lost
  else if (json.duplicates?.length) show(entry, "known", gettext("Already uploaded, not counted twice"), photoUrl(json.duplicates[0].image_id));
  else if (refused) show(entry, "refused", refused.message);
  else stop(entry, status, json.error?.message);
  showTotals();
}

function receive(entry) {
  showSent(entry, 1);
  show(entry, "received", gettext("Received"));
  tellJobs();
}

// The photo can be sent again once a person has done something about it.
function stop(entry, status, message) {
  if (message?.startsWith("storage_location: ")) {
    for (const other of entries.filter(({ state, place: code }) => state === "ready" && code === entry.place)) unplace(other);
    unplace(entry);
  }
  if (status === 404) sessionId = newId(); // somebody else has signed in since
  stopped = status === 401 ? SIGNED_OUT : message?.replace(/^\w+: /, "") || gettext("The upload was refused.");
  show(entry, "ready", gettext("Ready to send"));
}

// --- Showing --------------------------------------------------------------------------------------------------------
function showSent(entry, share) {
  entry.sentBytes = share * entry.file.size;
  entry.row.querySelector("progress").value = share;
  showTotals();
}

function showTotals() {
  const going = entries.filter(({ state }) => state !== "refused" && state !== "label");
  const waiting = entries.filter(({ state, released }) => state === "failed" || (state === "ready" && !released)).length;
  const totalBytes = going.reduce((sum, entry) => sum + entry.file.size, 0);
  const sentBytes = going.reduce((sum, entry) => sum + (entry.state === "known" ? entry.file.size : entry.sentBytes), 0);
  const share = totalBytes ? sentBytes / totalBytes : 0;
  document.getElementById("upload-progress").hidden = entries.length === 0;
  document.getElementById("upload-bar").hidden = !sending;
  document.getElementById("upload-total").value = share;
  document.getElementById("upload-percent").textContent = `${Math.floor(share * 100)} %`;
  document.getElementById("upload-error").hidden = !stopped || sending;
  document.getElementById("upload-error-words").textContent = stopped;
  document.getElementById("upload-sign-in").hidden = stopped !== SIGNED_OUT;
  document.getElementById("upload-heading").textContent = summary(entries);
  sendButton.hidden = waiting === 0;
  sendButton.querySelector("span").textContent = count(entries, "received") && !sending ? gettext("Send the rest") : uploadWords(waiting);
}

async function showReceipt() {
  document.getElementById("announcer").textContent = document.getElementById("upload-heading").textContent;
  if (!count(entries, "received")) return;
  window.htmx.trigger(document.body, "jobs-started");
  await window.htmx.ajax("GET", form.dataset.receiptUrl.replace(ANY_ID, sessionId), { target: "#upload-receipt", swap: "innerHTML" });
}

// --- Events ---------------------------------------------------------------------------------------------------------
for (const input of inputs) {
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again, and is not posted twice
    await addFiles(files);
  });
}

listenForDrops(dropZone, addFiles);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (readsLabels) await looking; // a label may still give the location of some
  release();
  details.querySelector("summary").focus();
  if (!sending) await sendAll();
  else if (senders.size) startSenders();
});

document.getElementById("upload-files").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-remove], [data-move], .file-row__move > summary, .file-row__likely button");
  const entry = button && entries.find(({ row }) => row.contains(button));
  if (entry && button.matches("summary")) offerLikely(entries, entry);
  else if (entry && button.value) entry.row.querySelector(".file-row__move input").value = button.value;
  else if (entry) (button.matches("[data-remove]") ? removeEntry : movePhotos)(entry, button);
});
form.elements.visit.addEventListener("change", () => keepChoice(form.elements));
document.getElementById("upload-replace").addEventListener("click", replacePlaces);
// The field is drawn anew when a label or a position was read.
for (const [name, act] of [["input", offerPlace], ["change", followPlace]]) {
  document.addEventListener(name, (event) => event.target === form.elements.storage_location && act());
}
document.addEventListener("upload-place:filled", followPlace);

const keepsPhotos = () => entries.some((entry) => !isOver(entry));
window.addEventListener("beforeunload", (event) => {
  if (keepsPhotos()) event.preventDefault();
});
document.addEventListener("signed-out", (event) => {
  if (!keepsPhotos()) return;
  event.preventDefault();
  stopped = SIGNED_OUT;
  showTotals();
});

restoreChoice(form.elements);
sendButton.hidden = true;
