// The chosen photos that this browser keeps until Demeter has stored them, in its IndexedDB: what is known about each in
// "photos" ({id, user, name, at, ...}, upload-waiting.js fills it in), its file in "files" under the same id. On pages and
// in the service worker.

const FULL = ["too_many_files", "upload_too_large"]; // refusals that do not hold for the next upload

// What a tab holds that lists the photos of a person: whoever else sent them meanwhile would send all of them twice.
const lockOf = (user) => `demeter-photos-${user}`;

let opened = null;

function openKept() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("demeter", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("photos", { keyPath: "id" });
      request.result.createObjectStore("files");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// Runs `act` with the two stores; resolves with the result of the request that it returns, once all of it is written.
async function withKept(mode, act) {
  const transaction = (await openKept()).transaction(["photos", "files"], mode);
  const request = act(transaction.objectStore("photos"), transaction.objectStore("files"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

const keptPhotos = {
  // Needs HTTPS (or this machine): only there can checksums be computed, which say when a photo may be forgotten.
  isPossible: Boolean(self.isSecureContext && crypto.subtle && self.indexedDB),
  all: () => withKept("readonly", (photos) => photos.getAll()),
  file: (id) => withKept("readonly", (_photos, files) => files.get(id)),
  add: (photo, file) => withKept("readwrite", (photos, files) => {
    files.put(file, photo.id);
    photos.put(photo);
  }),
  remove: (id) => withKept("readwrite", (photos, files) => {
    files.delete(id);
    photos.delete(id);
  }),
  // Nothing happens to one that was removed meanwhile.
  change: (id, values) => withKept("readwrite", (photos) => {
    photos.get(id).onsuccess = ({ target: { result } }) => result && photos.put({ ...result, ...values });
  }),
};

async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
