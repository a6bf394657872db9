// Part of the service worker, after kept-photos.js: where the browser has background sync (Chrome on Android), photos that
// wait are sent when the network is back, although Demeter is closed. In the session of the person who chose them, else
// not. A tab that lists them sends them itself (upload-waiting.js). What a person must be asked stays for when Demeter is
// opened.

const UPLOAD = "/api/v1/photos/upload";
const PLACE_BY_CODE = "/uploads/place-by-code/";
const LATER = [408, 429]; // and errors of the server: the browser tries again by itself
const NOT_ALLOWED = [401, 403]; // nobody is signed in, or somebody who may not upload

self.addEventListener("sync", (event) => {
  if (event.tag === "photos") event.waitUntil(sendWaiting());
});

// Of one person after another: several may share a phone.
async function sendWaiting() {
  const waiting = (await keptPhotos.all()).filter(({ wanted, offline, arrived }) => (wanted || offline) && !arrived);
  let sent = 0;
  try {
    for (const person of new Set(waiting.map(({ user }) => user))) {
      const photos = waiting.filter(({ user }) => user === person).sort((one, other) => one.at - other.at);
      const status = await navigator.locks.request(lockOf(person), { ifAvailable: true }, (lock) => lock && sendOwn(photos, () => { sent += 1; }));
      if (NOT_ALLOWED.includes(status)) break;
    }
  } finally {
    for (const page of sent ? await self.clients.matchAll({ includeUncontrolled: true }) : []) page.postMessage({ sent });
  }
}

// Photos of one person, until an answer holds for all of them: somebody else is signed in, or nobody. Returns its status.
async function sendOwn(photos, noteSent) {
  let session = crypto.randomUUID();
  for (const photo of photos) {
    const place = await findPlace(photo);
    if (place === null) continue;
    let { status, refusal } = await sendPhoto(photo, place, session);
    if (FULL.includes(refusal)) {
      session = crypto.randomUUID();
      ({ status, refusal } = await sendPhoto(photo, place, session));
    }
    if (status === 202) noteSent();
    else if (![400, 413].includes(status)) return status;
  }
  return null;
}

// Its location; null for what is not sent: a close-up of a label, and a photo whose label nobody could look up.
async function findPlace({ id, place, label, follows }) {
  if (!label && !follows) return place;
  const known = await lookUp(follows ?? label);
  if (known === undefined) return null;
  if (!known) return place;
  if (!label?.isCloseUp) return place || known.code;
  await keptPhotos.remove(id);
  return null;
}

// The location of a label; null if it has none, undefined without an answer to that.
async function lookUp({ texts, picture }) {
  const answer = await post(PLACE_BY_CODE, picture ? [["picture", picture, "label.jpg"]] : texts.map((text) => ["label", text]));
  return (await readJson(answer)).location;
}

// The status of the answer, and why the photo was refused. One that a person must look at is not sent by itself again.
async function sendPhoto({ id, user, visit }, place, session) {
  const file = await keptPhotos.file(id);
  const source = navigator.userAgent.includes("Mobi") ? "mobile" : "web";
  const values = Object.entries({ upload_session_id: session, source, storage_location: place, visit, sent_by: user });
  const answer = await post(UPLOAD, [["files", file, file.name], ...values]);
  const { error, jobs, duplicates } = await readJson(answer);
  const refusal = error?.refused?.[0]?.code;
  const imageId = (jobs?.[0] ?? duplicates?.[0])?.image_id;
  if (answer.status === 202) await keptPhotos.change(id, { sha256: await sha256(file).catch(() => ""), arrived: true, imageId });
  else if ([400, 413].includes(answer.status) && !FULL.includes(refusal)) {
    const isMisplaced = error?.message?.startsWith("storage_location: ");
    await keptPhotos.change(id, { wanted: false, offline: false, ...(isMisplaced && { place: "" }) });
  }
  return { status: answer.status, refusal };
}

// Throws when it should be tried again: the browser then does.
async function post(url, values) {
  const body = new FormData();
  for (const value of values) body.append(...value);
  const token = (await self.cookieStore.get("csrftoken"))?.value ?? "";
  const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (answer.status >= 500 || LATER.includes(answer.status)) throw new Error(answer.status);
  return answer;
}

const readJson = (answer) => answer.json().catch(() => ({})); // a page, as of a Wi-Fi that asks for a sign-in
