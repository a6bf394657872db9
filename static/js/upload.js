// The upload form with JavaScript: choose, check, send file by file (six at a time), name what was refused.
// Without this file the form posts everything at once. Places in the page: templates/photos/_upload_form.html.

const PARALLEL = 6;
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000;
const SILENCE_MS = 60_000; // a request without any progress for so long is given up and sent again
const JOBS_PAUSE_MS = 2000;
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
const ICONS = { ready: "clock", sending: "working", received: "check", known: "info", refused: "warning", failed: "error" };

let entries = []; // one for each chosen file: {file, row, state, sentBytes}
let sessionId = newId();
let sending = false;
let stopped = ""; // why nothing more is sent: the form is wrong, or nobody is signed in

// --- Choosing -------------------------------------------------------------------------------------------------------
async function addFiles(files) {
  if (!sending && entries.every((entry) => isOver(entry))) startAfresh();
  for (const file of files) {
    const entry = { file, row: makeRow(file), state: "", sentBytes: 0 };
    const fault = await findFault(file);
    entries.push(entry);
    show(entry, fault ? "refused" : "ready", fault || gettext("Ready to send"));
  }
  showTotals();
}

function startAfresh() {
  entries = [];
  sessionId = newId();
  details.open = true;
  document.getElementById("upload-files").replaceChildren();
  document.getElementById("upload-receipt").replaceChildren();
}

// The server decides; this only spares sending what it would refuse.
async function findFault(file) {
  const going = entries.filter((entry) => entry.state !== "refused");
  if (going.length >= limits.files) return interpolate(gettext("An upload takes %s photos. Send this one in another upload."), [limits.files]);
  if (file.size === 0) return gettext("The file is empty. Copy it from the camera again, or take the photo again.");
  if (file.size > limits.fileBytes) {
    return interpolate(gettext("The file is larger than %s. Save the photo as JPEG, or with a lower resolution."), [megabytes(limits.fileBytes)]);
  }
  const chosenBytes = going.reduce((sum, entry) => sum + entry.file.size, 0);
  if (chosenBytes + file.size > limits.totalBytes) {
    return interpolate(gettext("An upload takes %s in all. Send this photo in another upload."), [megabytes(limits.totalBytes)]);
  }
  try {
    if (await looksLikePhoto(file)) return "";
    return gettext("This is not a JPEG, PNG, WebP or HEIC photo, whatever its name says. Choose the photo as the camera saved it.");
  } catch {
    return gettext("The browser cannot read this file. Choose it again.");
  }
}

async function looksLikePhoto(file) {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  const isWebp = head.startsWith("RIFF") && head.slice(8) === "WEBP";
  return head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG") || isWebp || head.slice(4, 8) === "ftyp";
}

// --- Sending --------------------------------------------------------------------------------------------------------
async function sendAll() {
  sending = true;
  stopped = "";
  showTotals();
  await passOverKnown();
  await Promise.all(Array.from({ length: PARALLEL }, sendWaiting));
  sending = false;
  showTotals();
  if (stopped) return;
  showProblemsFirst();
  await showReceipt();
}

// After a closed tab or a lost answer: what is here already is not sent again. Only pages by HTTPS (or on this machine)
// can hash; others send, and the server finds out.
async function passOverKnown() {
  if (!crypto.subtle) return;
  const waiting = new Map();
  for (const entry of entries.filter(({ state }) => state === "ready")) {
    show(entry, "ready", gettext("Looking whether it is here already"));
    waiting.set(await sha256(entry.file), entry);
    show(entry, "ready", gettext("Ready to send"));
  }
  for (const { sha256: checksum, image_id: imageId } of await askKnown([...waiting.keys()])) {
    show(waiting.get(checksum), "known", gettext("Here already, not counted twice"), photoUrl(imageId));
  }
  showTotals();
}

async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function askKnown(checksums) {
  try {
    const answer = await fetch(form.dataset.knownUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ sha256: checksums }),
    });
    return (await answer.json()).known ?? [];
  } catch {
    return []; // no network: sending will tell
  }
}

async function sendWaiting() {
  let entry;
  while (!stopped && (entry = entries.find((candidate) => candidate.state === "ready"))) await send(entry);
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
    show(entry, "sending", waitingFor(answer));
    await connectionOrPause(Math.max(answer.retryAfterMs, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }
  show(entry, "failed", gettext("Not sent. Press “Send the rest” when the network is better."));
}

function waitingFor(answer) {
  if (answer.status === 429) return gettext("Demeter is busy; going on in a moment");
  return navigator.onLine ? gettext("The network is weak; trying again") : gettext("No network; waiting for it");
}

function post(entry) {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("files", entry.file, entry.file.name);
    body.append("upload_session_id", sessionId);
    body.append("source", form.dataset.source);
    body.append("visit", form.elements.visit.value);
    body.append("storage_location", form.elements.storage_location.value.trim());
    const request = new XMLHttpRequest();
    let silence = setTimeout(() => request.abort(), SILENCE_MS);
    request.upload.addEventListener("progress", (event) => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
      showSent(entry, event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(silence);
      const retryAfterMs = 1000 * Number(request.getResponseHeader("Retry-After") ?? 0);
      resolve({ status: request.status, json: request.response ?? {}, retryAfterMs });
    });
    request.open("POST", form.dataset.uploadUrl);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.send(body);
  });
}

function settle(entry, { status, json }, attempt) {
  const refused = (json.refused ?? json.error?.refused ?? [])[0];
  if (json.jobs?.length) receive(entry);
  else if (json.duplicates?.length && attempt > 1) receive(entry); // the answer to the attempt before was lost
  else if (json.duplicates?.length) show(entry, "known", gettext("Here already, not counted twice"), photoUrl(json.duplicates[0].image_id));
  else if (refused) show(entry, "refused", refused.message);
  else stop(entry, status, json.error?.message);
  showTotals();
}

function receive(entry) {
  showSent(entry, 1);
  show(entry, "received", gettext("Received"));
  tellJobs();
}

function stop(entry, status, message) {
  const reason = message?.replace(/^\w+: /, "") || gettext("The upload was refused.");
  stopped = status === 401 ? gettext("You are signed out. Reload the page and sign in; what was received is safe.") : reason;
  show(entry, "ready", gettext("Ready to send"));
}

function connectionOrPause(milliseconds) {
  return new Promise((resolve) => {
    if (!navigator.onLine) window.addEventListener("online", resolve, { once: true });
    setTimeout(resolve, milliseconds);
  });
}

// --- Showing --------------------------------------------------------------------------------------------------------
function makeRow(file) {
  const row = document.getElementById("file-row").content.firstElementChild.cloneNode(true);
  row.querySelector(".file-row__name").textContent = file.name;
  row.querySelector(".file-row__size").textContent = megabytes(file.size);
  document.getElementById("upload-files").append(row);
  return row;
}

function show(entry, state, text, url = "") {
  entry.state = state;
  entry.row.dataset.state = state;
  entry.row.querySelector("use").setAttribute("href", `#icon-${ICONS[state]}`);
  const words = entry.row.querySelector(".file-row__state");
  words.textContent = text;
  if (url) words.append(" ", Object.assign(document.createElement("a"), { href: url, textContent: gettext("Show it") }));
  entry.row.querySelector("progress").hidden = state !== "sending";
}

function showSent(entry, share) {
  entry.sentBytes = share * entry.file.size;
  entry.row.querySelector("progress").value = share;
  showTotals();
}

function showTotals() {
  const going = entries.filter((entry) => entry.state !== "refused");
  const waiting = count("ready");
  const totalBytes = going.reduce((sum, entry) => sum + entry.file.size, 0);
  const sentBytes = going.reduce((sum, entry) => sum + (entry.state === "known" ? entry.file.size : entry.sentBytes), 0);
  const share = totalBytes ? sentBytes / totalBytes : 0;
  document.getElementById("upload-progress").hidden = entries.length === 0;
  document.getElementById("upload-bar").hidden = !sending;
  document.getElementById("upload-total").value = share;
  document.getElementById("upload-percent").textContent = `${Math.floor(share * 100)} %`;
  document.getElementById("upload-error").hidden = !stopped || sending;
  document.getElementById("upload-error").textContent = stopped;
  document.getElementById("upload-heading").textContent = summary(going.length);
  sendButton.hidden = sending || waiting + count("failed") === 0;
  sendButton.querySelector("span").textContent = count("received") ? gettext("Send the rest") : uploadWords(waiting + count("failed"));
}

function summary(going) {
  if (going && count("ready") === going) return say(ngettext("%s photo chosen", "%s photos chosen", going), going);
  const parts = [];
  const all = going - count("known");
  if (all > 0) {
    const words = ngettext("%(received)s of %(all)s photo received", "%(received)s of %(all)s photos received", all);
    parts.push(interpolate(words, { received: count("received"), all }, true));
  }
  if (count("known")) parts.push(say(ngettext("%s here already", "%s here already", count("known")), count("known")));
  if (count("refused")) parts.push(say(ngettext("%s refused", "%s refused", count("refused")), count("refused")));
  if (count("failed")) parts.push(say(ngettext("%s not sent", "%s not sent", count("failed")), count("failed")));
  return parts.join(", ");
}

// When all went well the list folds away; what did not stays in sight.
function showProblemsFirst() {
  const problems = entries.filter((entry) => entry.state !== "received");
  document.getElementById("upload-files").prepend(...problems.map((entry) => entry.row));
  details.open = problems.length > 0;
}

async function showReceipt() {
  document.getElementById("announcer").textContent = document.getElementById("upload-heading").textContent;
  if (!count("received")) return;
  window.htmx.trigger(document.body, "jobs-started");
  await window.htmx.ajax("GET", form.dataset.receiptUrl.replace(ANY_ID, sessionId), { target: "#upload-receipt", swap: "innerHTML" });
}

let jobsToldAt = 0;

function tellJobs() {
  if (Date.now() - jobsToldAt < JOBS_PAUSE_MS) return;
  jobsToldAt = Date.now();
  window.htmx.trigger(document.body, "jobs-started");
}

// --- Small things ---------------------------------------------------------------------------------------------------
const count = (state) => entries.filter((entry) => entry.state === state).length;
const isOver = (entry) => !["ready", "sending", "failed"].includes(entry.state);
const say = (words, number) => interpolate(words, [number]);
const uploadWords = (number) => say(ngettext("Upload %s photo", "Upload %s photos", number), number);
const megabytes = (bytes) => (bytes < 104_858 ? `${Math.ceil(bytes / 1024)} KB` : `${rounded(bytes / 1_048_576, bytes < 10_485_760 ? 1 : 0)} MB`);
const rounded = (number, digits) =>
  number.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const photoUrl = (imageId) => form.dataset.photoUrl.replace(ANY_ID, imageId);

// crypto.randomUUID needs HTTPS; a phone in the greenhouse network may not have it.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// --- Events ---------------------------------------------------------------------------------------------------------
for (const input of inputs) {
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again, and is not posted twice
    await addFiles(files);
  });
}

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dropZone.classList.add("drop-zone--over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) dropZone.classList.remove("drop-zone--over");
});
document.addEventListener("drop", async (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  dropZone.classList.remove("drop-zone--over");
  await addFiles([...event.dataTransfer.files]);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  for (const entry of entries.filter(({ state }) => state === "failed")) show(entry, "ready", gettext("Ready to send"));
  details.querySelector("summary").focus();
  await sendAll();
});

window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

sendButton.hidden = true;
