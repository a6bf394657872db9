// Photos follow the last label: where the browser can read QR codes (Chrome on Android), a photo of a location's label
// among the chosen photos gives its location to those after it. Elsewhere the button "Photograph its QR label" does that.

const LABEL_LOOK_PX = 1600;
const CLOSE_UP_SHARE = 0.15; // a code that wide is what the photo is of; in a photo of a bed it is far smaller
const LOOKUP_MS = 10_000;
const codeReader = "BarcodeDetector" in window ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
const readsLabels = codeReader !== null;

// Draws the thumbnails of added photos and gives each the location of the last label before it, in the order in which
// they were taken. Returns the last label's location, or nothing.
async function lookAtPhotos(added, url) {
  let followed = "";
  for (const [i, entry] of added.entries()) {
    const label = await lookAtPhoto(entry, url);
    if (label) {
      showLabel(entry, label);
      if (!followed) for (const earlier of added.slice(0, i)) earlier.settled = true; // not from there
      followed = label.code;
      if (label.isCloseUp && entry.state === "ready") show(entry, "label", gettext("A photo of a label: not sent. The photos after it are from there."));
    }
    if (!followed || entry.settled || entry.released || entry.state !== "ready") continue;
    place(entry, followed);
    entry.settled = true;
  }
  return followed;
}

// Draws the thumbnail of a photo and reads its label: {code, name, isCloseUp}, or nothing.
async function lookAtPhoto(entry, url) {
  try {
    const bitmap = await createImageBitmap(entry.file, { resizeWidth: readsLabels ? LABEL_LOOK_PX : THUMBNAIL_PX, resizeQuality: "medium" });
    drawThumbnail(entry, bitmap);
    const codes = readsLabels ? await codeReader.detect(bitmap) : [];
    const shortSide = Math.min(bitmap.width, bitmap.height);
    bitmap.close();
    const found = codes.length ? await findLocation(url, codes.map(({ rawValue }) => rawValue)) : null;
    return found && { ...found, isCloseUp: codes.some(({ boundingBox }) => boundingBox.width > CLOSE_UP_SHARE * shortSide) };
  } catch {
    return null; // a format that this browser cannot read, or no network: the label is read when the photo is processed
  }
}

// The location with one of these labels; nothing for other codes, and for labels of several locations.
async function findLocation(url, texts) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken() },
    body: new URLSearchParams(texts.map((text) => ["label", text])),
    signal: AbortSignal.timeout(LOOKUP_MS),
  });
  const { location } = await answer.json();
  return location;
}
