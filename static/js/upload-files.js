// What upload.js does with one file: check whether it can be sent, send it once.

const SILENCE_MS = 60_000; // a request without any progress for this long is aborted and sent again
const JOBS_PAUSE_MS = 2000;

const isPhoto = (head) => {
  const isWebp = head.startsWith("RIFF") && head.slice(8) === "WEBP";
  return head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG") || isWebp || head.slice(4, 8) === "ftyp";
};

// Why a file need not be sent, or nothing. The server decides; this only avoids sending files that it would refuse.
async function findFault(file, { files, bytes }, limits) {
  if (files >= limits.files) return interpolate(gettext("An upload takes %s photos. Send this one in another upload."), [limits.files]);
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

async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Which of these contents were already uploaded.
async function askKnown(url, checksums) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ sha256: checksums }),
    });
    return (await answer.json()).known ?? [];
  } catch {
    return []; // no network: sending will show the error
  }
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
