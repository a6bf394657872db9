// The upload form with JavaScript: choose, check, send file by file (six at a time), name what was refused.
// Each photo carries its own location: the one in the field when it was added, or the first one given after that.
// Without this file the form posts everything at once. Places in the page: templates/gallery/upload/_upload_form.html.

const PARALLEL = 6;
const ANY_ID = "00000000-0000-0000-0000-000000000000";

const form = document.getElementById("upload-form");
const dropZone = document.getElementById("drop-zone");
const inputs = dropZone.querySelectorAll('input[type="file"]');
const details = document.getElementById("upload-details");
const sendButton = document.getElementById("upload-send");
const limits = readLimits(form);
const SIGNED_OUT = gettext("You are signed out. Sign in in another tab and come back: the selected photos stay here, and those already received are safe.");

// One for each chosen file: {id, at, file, row, state, sentBytes, wanted: sent as soon as possible, released: may be sent
// now, place: location or "", settled: its place is, follows: a label to be looked up, label: one in its picture}.
let entries = [];
const released = () => entries.filter((entry) => entry.released && entry.state === "ready");
const sendable = () => released().filter((entry) => !followsLabel(entry));
const photoUrl = (imageId) => form.dataset.photoUrl.replace(ANY_ID, imageId);
let senders = new Set();
let sessionId = newId();
let looking = Promise.resolve(); // at the added photos, one after another: thumbnails and labels
let sending = false;
let stopped = ""; // why nothing more is sent: nobody is signed in, no space
let isAlone = false; // the tab that lists what was chosen earlier
let misplaced = ""; // why some are not sent: their location is wrong
let filled = ""; // the location that a label filled in

// --- Choosing -------------------------------------------------------------------------------------------------------
async function addFiles(files) {
  if (!sending && entries.every((entry) => isOver(entry))) startAfresh();
  const added = [];
  const typed = typedPlace(); // something else may be typed while these are looked at
  if (typed) forgetScanned(); // a label read before that is over, however late the reading was done
  for (const file of [...files].sort((one, other) => one.lastModified - other.lastModified)) {
    const entry = { id: newId(), at: Date.now(), file, row: makeRow(file), state: "", sentBytes: 0, place: "", visit: form.elements.visit.value };
    const fault = await findFault(file, entries.filter(({ state }) => state !== "refused"), limits);
    entries.push(entry);
    show(entry, fault ? "refused" : "ready", fault || gettext("Ready to send"));
    place(entry, typed);
    if (!fault && !entry.place && scanned) follow(entry, scanned);
    if (!fault) added.push(entry);
  }
  offerPlace();
  showTotals();
  looking = looking.then(async () => followLabel(await lookAtPhotos(added, form.dataset.labelUrl), typed));
}

function followLabel(code, typed) {
  if ((!code && !scanned) || ![typed, filled].includes(typedPlace())) return;
  form.elements.storage_location.value = filled = code;
  if (!code) return keepChoice(form.elements);
  document.dispatchEvent(new Event("upload-place:filled"));
  showTotals();
}

function removeEntry(entry) {
  entries = entries.filter((other) => other !== entry);
  removeRow(entry.row, inputs[0]);
  forget(entry);
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
const placed = () => entries.filter(isMovable);

// A new location in the field applies to the photos without one, and to those that are added from now on.
function followPlace() {
  if (typedPlace()) forgetScanned();
  for (const entry of placed().filter((candidate) => !candidate.place && !candidate.settled && !candidate.follows)) place(entry, typedPlace());
  keepChoice(form.elements);
  offerPlace();
}

// Was it mistyped, or are the next photos from elsewhere? A person decides; selected photos keep their locations.
function offerPlace() {
  const others = placed().filter((entry) => entry.place && !entry.settled && entry.place !== typedPlace());
  const button = document.getElementById("upload-replace");
  button.hidden = others.length === 0 || !typedPlace();
  button.querySelector("span").textContent = replaceWords(typedPlace(), others.length);
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
  const going = entries.filter(isUnsent);
  for (const entry of going) letGo(Object.assign(entry, { wanted: true }));
  offerPlace();
  showTotals();
  document.dispatchEvent(new CustomEvent("upload:released", { detail: going.map(({ place: code }) => code) })); // walk.js
}

async function sendAll() {
  if (keepsPhotos && !navigator.onLine) return waitForNetwork();
  sending = true;
  stopped = misplaced = "";
  showTotals();
  try {
    await resolveLabels(released(), form.dataset.labelUrl).catch(holdLabels);
    await passOverKnown();
    startSenders();
    while (senders.size) await Promise.race(senders);
  } finally {
    sending = false;
    for (const entry of entries) entry.released &&= entry.state !== "ready";
    showTotals();
    offerPlace();
  }
  if (isAlone) watchStored(form.dataset.knownUrl, entries);
  if (stopped) return;
  showProblemsFirst(entries, details);
  await showReceipt();
  if (isAlone && entries.every(isOver) && (await readWaiting(entries, limits)).length) {
    startAfresh(); // what did not fit into this upload
    await restore();
  }
}

// What is wanted is sent by itself: when the page is opened again, when the network is back, and now and then.
async function sendWanted() {
  const going = entries.filter(isWaiting);
  if (sending || stopped || !keepsPhotos || !going.length) return;
  going.forEach(letGo);
  await sendAll();
}

function waitForNetwork(going = entries) {
  going.forEach(holdBack);
  showTotals();
}

// The location of their label could not be looked up; photos with a location of their own go on.
function holdLabels({ message }) {
  if (message === NOBODY) stopped = SIGNED_OUT;
  waitForNetwork(released().filter(followsLabel));
}

// The photos that were chosen earlier, in the one tab that lists them.
async function restore() {
  await watchStored(form.dataset.knownUrl, entries);
  isAlone = true;
  for (const photo of await readWaiting(entries, limits)) {
    if (entries.some(({ id }) => id === photo.id)) continue;
    const entry = showWaiting(photo);
    entries.push(entry);
    looking = looking.then(() => drawPhoto(entry)).catch(() => {}); // a format that this browser cannot show
  }
  showTotals();
  await sendWanted();
}

// After a closed tab or a lost answer: what is here already is not sent again. Only pages by HTTPS (or on this machine)
// can hash; others send, and the server finds out.
async function passOverKnown() {
  if (!crypto.subtle) return;
  for (const [entry, imageId] of await findKnown(sendable(), form.dataset.knownUrl)) showKnown(entry, imageId, photoUrl(imageId));
  showTotals();
}

function startSenders() {
  while (senders.size < PARALLEL) {
    const sender = sendWaiting().finally(() => senders.delete(sender));
    senders.add(sender);
  }
}

async function sendWaiting() {
  for (let [entry] = sendable(); entry && !stopped; [entry] = sendable()) await send(entry);
}

async function send(entry) {
  const { answer, attempt } = await sendPatiently(entry, post, () => !stopped);
  if (answer) settle(entry, answer, attempt);
  showTotals();
}

function post(entry) {
  const fields = {
    upload_session_id: sessionId, source: form.dataset.source, storage_location: entry.place, visit: entry.visit,
    ...(person && { sent_by: person.id }),
  };
  return postFile(form.dataset.uploadUrl, entry.file, fields, (share) => showSent(entry, share));
}

function settle(entry, { status, json }, attempt) {
  const refused = (json.refused ?? json.error?.refused ?? [])[0];
  const imageId = (json.jobs?.[0] ?? json.duplicates?.[0])?.image_id;
  if (json.jobs?.length || (imageId && attempt > 1)) receive(entry, imageId); // or the answer to the attempt before was lost
  else if (imageId) showKnown(entry, imageId, photoUrl(imageId));
  else if (refused) refuse(entry, refused);
  else stop(entry, status, json.error?.message);
}

function receive(entry, imageId) {
  showSent(entry, 1);
  Object.assign(entry, { arrived: true, imageId });
  show(entry, "received", gettext("Received"));
  tellJobs();
}

// The photo can be sent again once a person has done something about it.
function stop(entry, status, message) {
  show(entry, "ready", gettext("Ready to send"));
  if (message?.startsWith("storage_location: ")) {
    misplaced = message.replace(/^\w+: /, "");
    for (const other of entries.filter(({ state, place: code }) => state === "ready" && code === entry.place)) unplace(other);
    return;
  }
  if (status === 404) sessionId = newId(); // somebody else has signed in since
  stopped = status === 401 ? SIGNED_OUT : message?.replace(/^\w+: /, "") || gettext("The upload was refused.");
}

// --- Showing --------------------------------------------------------------------------------------------------------
function showSent(entry, share) {
  entry.sentBytes = share * entry.file.size;
  entry.row.querySelector("progress").value = share;
  showTotals();
}

function showTotals() {
  showAll(entries, { sending, trouble: stopped || misplaced, isSignedOut: stopped === SIGNED_OUT });
}

async function showReceipt() {
  document.getElementById("announcer").textContent = document.getElementById("upload-heading").textContent;
  if (count(entries, "received")) await loadReceipt(form.dataset.receiptUrl.replace(ANY_ID, sessionId));
}

// --- Events ---------------------------------------------------------------------------------------------------------
listenForFiles(dropZone, inputs, addFiles);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (readsLabels) await looking; // a label may still give the location of some
  release();
  details.querySelector("summary").focus();
  if (!sending) await sendAll();
  else if (senders.size) startSenders();
});

document.getElementById("upload-files").addEventListener("click", ({ target }) => {
  const button = target.closest(ROW_BUTTONS);
  const entry = button && entries.find(({ row }) => row.contains(button));
  if (entry && button.matches("summary")) offerLikely(entries, entry);
  else if (entry && button.value) entry.row.querySelector(".file-row__move input").value = button.value;
  else if (entry) (button.matches("[data-remove]") ? removeEntry : movePhotos)(entry, button);
});
form.elements.visit.addEventListener("change", ({ target }) => (answerFor(entries, target.value), keepChoice(form.elements)));
document.getElementById("upload-replace").addEventListener("click", replacePlaces);
// The field is drawn anew when a label or a position was read.
for (const [name, act] of [["input", offerPlace], ["change", followPlace]]) {
  document.addEventListener(name, (event) => event.target === form.elements.storage_location && act());
}
document.addEventListener("upload-place:filled", followPlace);

const hasPhotos = () => entries.some(isLostByLeaving);
window.addEventListener("beforeunload", (event) => {
  if (hasPhotos()) event.preventDefault();
});
document.addEventListener("signed-out", (event) => {
  if (!hasPhotos()) return;
  event.preventDefault();
  stopped = SIGNED_OUT;
  showTotals();
});

restoreChoice(form.elements);
sendButton.hidden = true;
for (const input of inputs) {
  if (input.files.length) input.dispatchEvent(new Event("change")); // chosen before this script ran
}
if (keepsPhotos) {
  document.addEventListener("upload:kept", showTotals);
  whenToSend(() => (showTotals(), sendWanted()));
  inOneTab(restore).catch(() => {}); // not allowed to store
}
