// What upload.js does with files: check whether they can be sent and need to be, send each until it is answered.

const ATTEMPTS = 6;
const SEND_PAUSE_MS = 1000;
const SILENCE_MS = 60_000; // a request without any progress for this long is aborted and sent again
const JOBS_PAUSE_MS = 2000;

const isPhoto = (head) => {
  const isWebp = head.startsWith("RIFF") && head.slice(8) === "WEBP";
  return head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG") || isWebp || head.slice(4, 8) === "ftyp";
};

const readLimits = ({ dataset }) => ({
  files: Number(dataset.maxFiles), fileBytes: Number(dataset.maxFileBytes), totalBytes: Number(dataset.maxTotalBytes),
});

// Why a file need not be sent, or nothing. The server decides; this only avoids sending files that it would refuse.
// `going`: the entries that are in this upload already.
async function findFault(file, going, limits) {
  const bytes = going.reduce((sum, { file: { size } }) => sum + size, 0);
  if (going.length >= limits.files) return interpolate(gettext("An upload takes %s photos. Send this one in another upload."), [limits.files]);
  if (file.size === 0) return gettext("The file is empty. Copy it from the camera again, or take the photo again.");
  if (file.size > limits.fileBytes) {
    return interpolate(gettext("The file is larger than %s. Save the photo as JPEG, or with a lower resolution."), [megabytes(limits.fileBytes)]);
  }
  if (bytes + file.size > limits.totalBytes) {
    return interpolate(gettext("An upload takes %s in all. Send this photo in another upload."), [megabytes(limits.totalBytes)]);
  }
  try {
    if (isPhoto(String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer())))) return "";
    return gettext("This is not a JPEG, PNG, WebP or HEIC photo, whatever its name says. Choose the photo as the camera saved it.");
  } catch {
    return unreadable();
  }
}

// A file that was moved, changed or taken back by a cloud album after it was chosen looks like a lost connection when sent.
async function isReadable(file) {
  try {
    await file.slice(-1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

// Which of these contents were already uploaded, and which of these photos deleted since: {known: [{sha256, image_id,
// stored}], deleted: [image_id]}; null without an answer.
async function askKnown(url, checksums, imageIds = []) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ sha256: checksums, image_ids: imageIds }),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no network: sending will show the error
  }
}

// Null where the browser cannot read the file, nor a kept copy, or has no memory for it: then the server finds out.
async function findChecksum(entry) {
  const checksum = await sha256(entry.file).catch(() => null);
  return checksum ?? ((await takeKept(entry)) ? sha256(entry.file).catch(() => null) : null);
}

// Those of `entries` that are known, each with the id of its photo; all that can be read get their checksum.
async function findKnown(entries, url) {
  const found = new Map();
  for (const entry of entries) {
    show(entry, "ready", gettext("Checking for duplicates"));
    entry.sha256 = await findChecksum(entry);
    if (entry.sha256) found.set(entry.sha256, entry);
    if (entry.sha256 || await isReadable(entry.file)) show(entry, "ready", gettext("Ready to send"));
    else show(entry, "refused", unreadable());
  }
  const answer = found.size ? await askKnown(url, [...found.keys()]) : null;
  return (answer?.known ?? []).map(({ sha256: checksum, image_id: imageId }) => [found.get(checksum), imageId]);
}

// Tries until there is an answer that another attempt would not change; none if the file cannot be read any more, or
// after the last attempt.
async function sendPatiently(entry, post, mayGoOn) {
  for (let attempt = 1; attempt <= ATTEMPTS && mayGoOn(); attempt += 1) {
    show(entry, "sending", attempt === 1 ? gettext("Sending") : gettext("Sending again"));
    if (keepsPhotos) entry.sha256 ??= await findChecksum(entry); // one that was added meanwhile
    const answer = await post(entry);
    const isFull = answer.status === 507; // trying again in a minute does not help
    if (answer.status !== 0 && (answer.status < 500 || isFull) && answer.status !== 429) return { answer, attempt };
    if (answer.status === 0 && !(await isReadable(entry.file)) && !(await takeKept(entry))) {
      show(entry, "refused", unreadable());
      return {};
    }
    show(entry, "sending", waitingFor(answer));
    await connectionOrPause(Math.max(answer.retryAfterMs, SEND_PAUSE_MS * 2 ** (attempt - 1)));
  }
  show(entry, "failed", keepsPhotos ? gettext("Not sent yet. Kept on this device and tried again.") : gettext("Not sent. Press “Send the rest” when the network is better."));
  return {};
}

// One attempt. Status 0: there was no answer.
function postFile(url, file, fields, onProgress) {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("files", file, file.name);
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const request = new XMLHttpRequest();
    let silence = setTimeout(() => request.abort(), SILENCE_MS);
    request.upload.addEventListener("progress", (event) => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
      onProgress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(silence);
      const retryAfterMs = 1000 * Number(request.getResponseHeader("Retry-After") ?? 0);
      resolve({ status: request.status, json: request.response ?? {}, retryAfterMs });
    });
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.send(body);
  });
}

function waitingFor({ status }) {
  if (status === 429) return gettext("Demeter is busy, trying again in a moment");
  return navigator.onLine ? gettext("Weak connection, trying again") : gettext("Offline, waiting for the network");
}

function connectionOrPause(milliseconds) {
  return new Promise((resolve) => {
    if (!navigator.onLine) window.addEventListener("online", resolve, { once: true });
    setTimeout(resolve, milliseconds);
  });
}

let jobsToldAt = 0;

function tellJobs() {
  if (Date.now() - jobsToldAt < JOBS_PAUSE_MS) return;
  jobsToldAt = Date.now();
  window.htmx.trigger(document.body, "jobs-started");
}

const unreadable = () => gettext("The browser cannot read this file. Choose it again.");
const megabytes = (bytes) => (bytes < 104_858 ? `${Math.ceil(bytes / 1024)} KB` : `${rounded(bytes / 1_048_576, bytes < 10_485_760 ? 1 : 0)} MB`);
const rounded = (number, digits) =>
  number.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
