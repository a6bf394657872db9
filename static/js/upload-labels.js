// Photos follow the last label: where the browser can read QR codes (Chrome on Android), a photo of a location's label
// among the chosen photos gives its location to those after it. Elsewhere the button "Photograph its QR label" does that.

const LABEL_LOOK_PX = 1600;
const CLOSE_UP_SHARE = 0.15; // a code that wide is what the photo is of; in a photo of a bed it is far smaller
const NOBODY = "nobody is signed in";
const LOOKUP_MS = 10_000;
const codeReader = "BarcodeDetector" in window ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
const readsLabels = codeReader !== null;
const followsLabel = ({ label, follows }) => Boolean(label || follows);
let scanned = null; // a label whose location nobody could look up yet, for the photos after it: {id, texts} or {id, picture}

// Draws the thumbnails of added photos and gives each the location of the last label before it, in the order in which
// they were taken. Returns the last label's location, or nothing.
async function lookAtPhotos(added, url) {
  let followed = "";
  for (const [i, entry] of added.entries()) {
    const label = await lookAtPhoto(entry, url);
    if (label) {
      if (!followed) for (const earlier of added.slice(0, i)) earlier.settled ||= !earlier.follows; // not from there
      followed = label.code ?? "";
      scanned = followed ? null : { id: newId(), texts: label.texts };
      if (followed) applyLabel(entry, label);
      else entry.label = label;
    }
    if (entry.settled || entry.released || entry.state !== "ready") continue;
    if (scanned && (label || !entry.place)) {
      place(entry, "");
      follow(entry, scanned);
    } else if (followed) {
      place(entry, followed);
      entry.settled = true;
    }
  }
  return followed;
}

// What is in the picture is beside its thumbnail; a close-up of a label shows no plants.
function applyLabel(entry, label) {
  showLabel(entry, label);
  if (label.isCloseUp && entry.state === "ready") show(entry, "label", gettext("A photo of a label: not sent. The photos after it are from there."));
}

// Draws the thumbnail of a photo and reads its label: {code, name, isCloseUp}, or {texts, isCloseUp} if nobody could say
// where that is, or nothing.
async function lookAtPhoto(entry, url) {
  let codes, isCloseUp;
  try {
    const bitmap = await drawPhoto(entry);
    codes = readsLabels ? await codeReader.detect(bitmap) : [];
    isCloseUp = codes.some(({ boundingBox }) => boundingBox.width > CLOSE_UP_SHARE * Math.min(bitmap.width, bitmap.height));
    bitmap.close();
  } catch {
    return null; // a format that this browser cannot read: the label is read when the photo is processed
  }
  if (!codes.length) return null;
  const texts = codes.map(({ rawValue }) => rawValue);
  try {
    const found = await findLocation(url, { texts });
    return found && { ...found, isCloseUp };
  } catch {
    return keepsPhotos ? { texts, isCloseUp } : null;
  }
}

async function drawPhoto(entry) {
  const bitmap = await createImageBitmap(entry.file, { resizeWidth: readsLabels ? LABEL_LOOK_PX : THUMBNAIL_PX, resizeQuality: "medium" });
  drawThumbnail(entry, bitmap);
  return bitmap;
}

// The location of a label, by what the browser read or by a picture; nothing for other codes, and for labels of several
// locations. Throws without an answer.
async function findLocation(url, { texts, picture }) {
  let body = new FormData();
  if (picture) body.append("picture", picture, "label.jpg");
  else body = new URLSearchParams(texts.map((text) => ["label", text]));
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body, signal: AbortSignal.timeout(LOOKUP_MS) });
  if (isSignInPage(answer.url)) throw new Error(NOBODY);
  const { location } = await answer.json();
  if (location === undefined) throw new Error(answer.status);
  return location;
}

// A picture of a label, taken without a network. Returns what to say about it.
async function scanLater(picture) {
  let texts = null;
  if (readsLabels) texts = (await codeReader.detect(await createImageBitmap(picture))).map(({ rawValue }) => rawValue);
  if (texts && !texts.length) return gettext("No QR label was found in the picture. Move closer, or type the code printed on the label.");
  scanned = texts ? { id: newId(), texts } : { id: newId(), picture };
  return gettext("The label is kept, and its location looked up when the network is back. The photos that you take now go there.");
}

function forgetScanned() {
  scanned = null;
}

// The locations of labels that were scanned without a network, before their photos are sent. Throws without a network.
async function resolveLabels(entries, url) {
  const found = new Map();
  for (const entry of entries.filter(followsLabel)) {
    const wanted = entry.follows ?? entry.label;
    const key = wanted.texts?.join("\n") ?? wanted.id;
    if (!found.has(key)) found.set(key, await findLocation(url, wanted));
    settleLabel(entry, found.get(key));
  }
}

// Without a location a photo is sent all the same: it is safe then, and "To do" asks where it was taken.
function settleLabel(entry, location) {
  if (entry.label && location) applyLabel(entry, { ...location, isCloseUp: entry.label.isCloseUp });
  const isFollowing = Boolean(entry.follows);
  entry.label = entry.follows = null;
  if (isFollowing) place(entry, location?.code ?? "");
  if (isFollowing && !location) showPlace(entry, gettext("No location has this label: sent without one."));
  entry.settled ||= isFollowing;
  keep(entry);
}
