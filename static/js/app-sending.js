// Part of the service worker, after kept-photos.js: where the browser has background sync (Chrome on Android), photos that
// wait are sent when the network is back, although Demeter is closed. In the session of the person who chose them, else
// not. A tab that lists them sends them itself (upload-waiting.js). What a person must be asked stays for when Demeter is
// opened.

const UPLOAD = "/api/v1/photos/upload";
const PLACE_BY_CODE = "/uploads/place-by-code/";
const MOST_PHOTOS = 100; // in an upload
const LATER = [408, 429]; // and errors of the server: the browser tries again by itself

self.addEventListener("sync", (event) => {
  if (event.tag === "photos") event.waitUntil(navigator.locks.request("demeter-photos", { ifAvailable: true }, (lock) => lock && sendWaiting()));
});

async function sendWaiting() {
  const waiting = (await keptPhotos.all()).filter(({ wanted, offline, arrived }) => (wanted || offline) && !arrived);
  const session = crypto.randomUUID();
  let sent = 0;
  try {
    for (const photo of waiting.sort((one, other) => one.at - other.at).slice(0, MOST_PHOTOS)) {
      const place = await findPlace(photo);
      const status = place === null ? 202 : await sendPhoto(photo, place, session);
      if (![202, 400].includes(status)) break; // nobody is signed in, or somebody else
      sent += status === 202 && place !== null;
    }
  } finally {
    for (const page of sent ? await self.clients.matchAll({ includeUncontrolled: true }) : []) page.postMessage({ sent });
  }
}

// Its location; null for a close-up of a label, which is not sent.
async function findPlace({ id, place, label, follows }) {
  const known = label || follows ? (await lookUp(follows ?? label)).location : null;
  if (!known) return place;
  if (!label?.isCloseUp) return place || known.code;
  await keptPhotos.remove(id);
  return null;
}

async function lookUp({ texts, picture }) {
  const answer = await post(PLACE_BY_CODE, picture ? [["picture", picture, "label.jpg"]] : texts.map((text) => ["label", text]));
  return answer.json();
}

// The status of the answer.
async function sendPhoto({ id, user, visit }, place, session) {
  const file = await keptPhotos.file(id);
  const source = navigator.userAgent.includes("Mobi") ? "mobile" : "web";
  const values = Object.entries({ upload_session_id: session, source, storage_location: place, visit, sent_by: user });
  const answer = await post(UPLOAD, [["files", file, file.name], ...values]);
  if (answer.status === 202) await keptPhotos.change(id, { sha256: await sha256(file), arrived: true });
  else if (answer.status === 400) await keptPhotos.change(id, { wanted: false, offline: false, place: "" }); // asks when opened
  return answer.status;
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
