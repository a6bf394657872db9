// What every page does for the app on this device: notes who is signed in (for the page without a network), starts the
// service worker, and says which photos wait here. Place in the page: templates/_device.html.
// With a sign-out the note of the person goes; photos stay and are only sent by the person who chose them.

const PERSON_KEY = "demeter-person";
const device = document.getElementById("device");
const isOffline = device.dataset.user === undefined; // the page without a network
const person = isOffline ? notedPerson() : notePerson();

function notedPerson() {
  try {
    return JSON.parse(localStorage.getItem(PERSON_KEY));
  } catch {
    return null; // not allowed to store
  }
}

function notePerson() {
  const { user, name, uploads } = device.dataset;
  const here = user ? { id: user, name, uploads: Boolean(uploads) } : null;
  try {
    if (here) localStorage.setItem(PERSON_KEY, JSON.stringify(here));
    else localStorage.removeItem(PERSON_KEY);
  } catch { /* not allowed to store */ }
  return here;
}

async function startWorker() {
  navigator.serviceWorker.addEventListener("message", ({ data }) => data.sent && showSentMeanwhile(data.sent));
  await navigator.serviceWorker.register(device.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ offline: device.dataset.offline });
}

// --- What waits here ------------------------------------------------------------------------------------------------
async function showNote() {
  const waiting = (await keptPhotos.all()).filter(({ arrived }) => !arrived);
  const mine = waiting.filter(({ user }) => user === person?.id);
  const words = [];
  if (mine.length && !document.getElementById("upload-form")) words.push(makeItem(mineWords(mine.length), true));
  for (const [name, number] of countByName(waiting.filter(({ user }) => user !== person?.id))) words.push(makeItem(othersWords(name, number)));
  document.getElementById("device-words").replaceChildren(...words);
  device.hidden = words.length === 0;
}

function countByName(waiting) {
  const numbers = new Map();
  for (const { name } of waiting) numbers.set(name, (numbers.get(name) ?? 0) + 1);
  return numbers;
}

function mineWords(number) {
  return interpolate(ngettext("%s photo on this device is not sent yet.", "%s photos on this device are not sent yet.", number), [number]);
}

function othersWords(name, number) {
  const words = ngettext(
    "%(number)s photo of %(name)s waits on this device. It is sent when %(name)s signs in here.",
    "%(number)s photos of %(name)s wait on this device. They are sent when %(name)s signs in here.", number,
  );
  return interpolate(words, { number, name }, true);
}

// The service worker has sent some (app-sending.js).
async function showSentMeanwhile(number) {
  await showNote();
  const words = ngettext("%s photo of this device was sent.", "%s photos of this device were sent.", number);
  document.getElementById("device-words").prepend(makeItem(interpolate(words, [number])));
  device.hidden = false;
  window.htmx.trigger(document.body, "jobs-started");
}

function makeItem(words, isLink = false) {
  const item = Object.assign(document.createElement("li"), { textContent: words });
  if (isLink) item.append(" ", Object.assign(document.createElement("a"), { href: device.dataset.upload, textContent: gettext("Send them") }));
  return item;
}

if (person && !isOffline && window.isSecureContext && "serviceWorker" in navigator) startWorker().catch(() => {}); // works without, but not without a network
if (keptPhotos.isPossible) showNote().catch(() => {}); // not allowed to store
