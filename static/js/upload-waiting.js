// Chosen photos outlive the page: the browser keeps each from when it is chosen until Demeter's storage has a photo with
// its SHA-256, so that a closed tab or a lost network loses none. They belong to the person who chose them (device.js).

const keepsPhotos = keptPhotos.isPossible && person !== null;
const LONGEST_LOOK_MS = 60_000;
const SENT_AGAIN_MS = 60_000;
const MOST_ASKED = 100; // checksums at once, as the server takes

const keptValues = ({ place, settled, label, follows, wanted, offline, visit, sha256, arrived, imageId }) => ({
  place, settled: Boolean(settled), label: label ?? null, follows: follows ?? null, wanted: Boolean(wanted),
  offline: Boolean(offline), visit: visit ?? "", sha256: sha256 ?? "", arrived: Boolean(arrived), imageId: imageId ?? "",
});

// Called after each change of an entry; writes what is different once everything about the change is done.
function keep(entry) {
  if (keepsPhotos) queueMicrotask(() => write(entry));
}

const isRefused = ({ state, refusal }) => state === "refused" && Boolean(refusal) && !FULL.includes(refusal);

async function write(entry) {
  if (entry.isForgotten || entry.isKept === false) return;
  if (entry.state === "label" || isRefused(entry)) return forget(entry);
  if (entry.state === "refused" && !entry.refusal) return; // by this page, which could not read it: the kept copy stays
  if (entry.written === undefined) entry.offline = !navigator.onLine;
  const values = keptValues(entry);
  const written = JSON.stringify(values);
  if (written === entry.written) return;
  const isNew = entry.written === undefined;
  entry.written = written;
  try {
    if (!isNew) await keptPhotos.change(entry.id, values);
    else await keptPhotos.add({ id: entry.id, user: person.id, name: person.name, at: entry.at, ...values }, entry.file);
    entry.isKept = true;
  } catch {
    entry.isKept = false; // no space, or not allowed to store
  }
  document.dispatchEvent(new Event("upload:kept"));
}

function forget(entry) {
  entry.isForgotten = true;
  if (keepsPhotos) keptPhotos.remove(entry.id).catch(() => {});
}

// Goes on with the copy that this browser keeps; false without one that can be read.
async function takeKept(entry) {
  const file = entry.isKept ? await keptPhotos.file(entry.id).catch(() => null) : null;
  if (!file || !(await isReadable(file))) return false;
  entry.file = file;
  return true;
}

// The kept photos of this person that wait, without those of `entries`, as many as fit into an upload, oldest first.
async function readWaiting(entries, limits) {
  const here = new Set(entries.map(({ id }) => id));
  const photos = (await keptPhotos.all()).filter(({ id, user, arrived }) => user === person.id && !arrived && !here.has(id));
  const waiting = [];
  let bytes = 0;
  for (const photo of photos.sort((one, other) => one.at - other.at)) {
    const file = await keptPhotos.file(photo.id);
    if (!file) continue; // sent meanwhile
    if (waiting.length === limits.files || bytes + file.size > limits.totalBytes) break;
    bytes += file.size;
    waiting.push({ ...photo, file, written: JSON.stringify(keptValues(photo)), isKept: true });
  }
  return waiting;
}

// A kept photo as an entry of upload.js, in the list. One that was chosen without a network is sent without being asked
// about again.
function showWaiting(photo) {
  const entry = { ...photo, row: makeRow(photo.file), state: "", sentBytes: 0, isRestored: true };
  Object.assign(entry, { wanted: photo.wanted || photo.offline, offline: false });
  show(entry, "ready", gettext("Chosen earlier"));
  if (entry.follows) follow(entry, entry.follows);
  else place(entry, entry.place);
  return entry;
}

// Runs `act` in the one tab that lists kept photos, now or when the other one is closed.
async function inOneTab(act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(lockOf(person.id), async () => {
    await act();
    await new Promise(() => {}); // until the page is left
  });
}

const isUnsent = ({ state }) => ["ready", "failed", "waiting"].includes(state);
const isLostByLeaving = (entry) => !isOver(entry) && !(entry.isKept && (entry.wanted || entry.isRestored));
const isWaiting = (entry) => entry.wanted && isUnsent(entry);

function letGo(entry) {
  entry.released = true;
  show(entry, "ready", gettext("Ready to send"));
}

function holdBack(entry) {
  if (!isWaiting(entry)) return;
  entry.released = false;
  askForSync();
  show(entry, "waiting", gettext("Kept on this device, sent when the network is back"));
}

async function askForSync() {
  const { sync } = (await navigator.serviceWorker?.getRegistration("/")) ?? {};
  await sync?.register("photos").catch(() => {}); // not allowed
}

// When the network comes and goes, and now and then; also when Demeter is closed by then, where the browser can do that
// (app-sending.js).
function whenToSend(act) {
  for (const name of ["online", "offline"]) window.addEventListener(name, act);
  setInterval(act, SENT_AGAIN_MS);
}

let look = null;

// Forgets what is stored, looking again until all is. What arrived with another checksum is sent again.
async function watchStored(url, entries, pause = 2000) {
  clearTimeout(look);
  const arrived = (await keptPhotos.all()).filter(({ user, arrived: is }) => is && user === person.id);
  if (!arrived.length) return;
  for (let first = 0; first < arrived.length; first += MOST_ASKED) await lookAt(url, arrived.slice(first, first + MOST_ASKED), entries);
  look = setTimeout(() => watchStored(url, entries, Math.min(2 * pause, LONGEST_LOOK_MS)), pause);
}

async function lookAt(url, photos, entries) {
  for (const photo of photos.filter(({ sha256: sum }) => !sum)) await addChecksum(photo);
  const asked = photos.filter(({ sha256: sum }) => sum);
  const imageIds = asked.map(({ imageId }) => imageId).filter(Boolean);
  const answer = asked.length ? await askKnown(url, asked.map(({ sha256: sum }) => sum), imageIds) : null;
  for (const photo of answer ? asked : []) await compare(photo, answer, entries);
}

// Of the kept copy, where the browser had no memory for it when the photo was sent.
async function addChecksum(photo) {
  photo.sha256 = await keptPhotos.file(photo.id).then(sha256).catch(() => "");
  await keptPhotos.change(photo.id, { sha256: photo.sha256 });
}

// A photo that somebody has deleted since it arrived is not sent again.
async function compare({ id, sha256: checksum, imageId }, { known, deleted }, entries) {
  const found = known.find(({ sha256: sum }) => sum === checksum);
  if (found?.stored || (!found && deleted.includes(imageId))) await keptPhotos.remove(id);
  else if (!found) {
    await keptPhotos.change(id, { arrived: false });
    const entry = entries.find((other) => other.id === id);
    if (!entry) return;
    entry.arrived = false;
    show(entry, "failed", gettext("It did not arrive as it was sent. It is kept and sent again."));
  }
}

function showKept(entries) {
  const going = entries.filter((entry) => !isOver(entry));
  const unkept = going.filter(({ isKept }) => isKept === false).length;
  const note = document.getElementById("upload-kept");
  note.hidden = !keepsPhotos || !going.some(({ isKept }) => isKept !== undefined);
  note.textContent = unkept
    ? interpolate(ngettext("This browser has no space to keep %s photo: leave the page open until it is sent.", "This browser has no space to keep %s photos: leave the page open until they are sent.", unkept), [unkept])
    : gettext("Kept on this device until Demeter has stored them, also when you close the page.");
}
