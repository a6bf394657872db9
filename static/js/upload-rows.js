// The row of a chosen photo: its thumbnail, its state, its location and how to change that, and the way out of the list.
// Places in the page: the template #file-row in templates/gallery/upload/_upload_form.html.

const ICONS = { ready: "clock", sending: "working", received: "check", known: "info", refused: "warning", failed: "error", label: "location", waiting: "clock" };
const THUMBNAIL_PX = 144;
const MOST_LIKELY = 6;
const ROW_BUTTONS = "[data-remove], [data-move], .file-row__move > summary, .file-row__likely button";

function makeRow(file) {
  const row = document.getElementById("file-row").content.firstElementChild.cloneNode(true);
  row.querySelector(".file-row__name").textContent = file.name;
  row.querySelector(".file-row__size").textContent = megabytes(file.size);
  row.querySelector("[data-remove] > span").textContent = interpolate(gettext("Take %s out of the list"), [file.name]);
  document.getElementById("upload-files").append(row);
  return row;
}

function show(entry, state, text, url = "") {
  entry.state = state;
  entry.row.dataset.state = state;
  entry.row.querySelector(".file-row__icon use").setAttribute("href", `#icon-${ICONS[state]}`);
  const words = entry.row.querySelector(".file-row__state");
  words.textContent = text;
  if (url) words.append(" ", Object.assign(document.createElement("a"), { href: url, textContent: gettext("View it") }));
  entry.row.querySelector("progress").hidden = state !== "sending";
  keep(entry);
}

function refuse(entry, { code, message }) {
  entry.refusal = code;
  show(entry, "refused", message);
}

function showKnown(entry, imageId, url) {
  Object.assign(entry, { arrived: true, imageId });
  show(entry, "known", gettext("Already uploaded, not counted twice"), url);
}

function place(entry, code) {
  entry.place = code;
  if (code) entry.follows = null;
  showPlace(entry, code ? interpolate(gettext("for %s"), [code]) : "");
  keep(entry);
}

// A label whose location is looked up when the network is back (upload-labels.js).
function follow(entry, label) {
  entry.follows = label;
  const [text] = label.texts ?? [];
  showPlace(entry, text ? interpolate(gettext("for the label %s"), [text]) : gettext("for the label that you photographed"));
  keep(entry);
}

function showPlace(entry, text) {
  const words = entry.row.querySelector(".file-row__place");
  words.textContent = text;
  words.hidden = !text;
}

// One-tap choices where the location of a photo is changed: the places of this upload, those chosen last, their neighbours.
function offerLikely(entries, entry) {
  const likely = document.getElementById("likely-places").content.cloneNode(true).querySelectorAll("li");
  const known = new Map([...likely].map((item) => [item.querySelector("button").value, item]));
  const codes = new Set([...entries.map(({ place: code }) => code), ...known.keys()]);
  for (const code of ["", undefined, entry.place]) codes.delete(code);
  const offers = [...codes].slice(0, MOST_LIKELY).map((code) => known.get(code) ?? makeOffer(code));
  entry.row.querySelector(".file-row__likely").replaceChildren(...offers);
}

function makeOffer(code) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("button"), { type: "button", className: "button", value: code, textContent: code }));
  return item;
}

// Its location is wrong: a person says where it was taken before it is sent.
function unplace(entry) {
  entry.settled = entry.wanted = entry.released = entry.offline = false;
  place(entry, "");
}

// What a label in the picture says, beside its thumbnail: a person sees whether it was read right.
function showLabel(entry, { code, name }) {
  const words = entry.row.querySelector(".file-row__label");
  words.querySelector(".file-row__read").textContent = interpolate(gettext("Label read: %(name)s (%(code)s)"), { name, code }, true);
  words.hidden = false;
}

// The middle of the picture; formats that the browser cannot decode keep the icon.
function drawThumbnail(entry, bitmap) {
  const canvas = entry.row.querySelector("canvas");
  const side = Math.min(bitmap.width, bitmap.height);
  canvas.width = canvas.height = THUMBNAIL_PX;
  canvas.getContext("2d").drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, THUMBNAIL_PX, THUMBNAIL_PX);
  canvas.hidden = false;
  canvas.previousElementSibling.remove();
}

const isMovable = ({ state, released }) => ["ready", "waiting"].includes(state) && !released;

// The answer about several photos holds for those that are chosen here; photos that were chosen earlier keep theirs.
function answerFor(entries, visit) {
  for (const entry of entries.filter((other) => isMovable(other) && !other.isRestored)) keep(Object.assign(entry, { visit }));
}

// The choice under "Change location", for this photo or also for those after it.
function moveTo(entries, entry, button) {
  const code = entry.row.querySelector(".file-row__move input").value.trim();
  const moved = button.dataset.move === "following" ? entries.slice(entries.indexOf(entry)) : [entry];
  for (const other of moved.filter(isMovable)) {
    other.follows = null;
    place(other, code);
    other.settled = true;
  }
  const details = entry.row.querySelector(".file-row__move");
  details.open = false;
  details.querySelector("summary").focus();
}

function removeRow(row, fallback) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (next?.querySelector("[data-remove]") ?? fallback).focus();
}

// If everything succeeded the list is folded; failures stay visible.
function showProblemsFirst(entries, details) {
  const problems = entries.filter(({ state }) => state !== "received" && state !== "label");
  document.getElementById("upload-files").prepend(...problems.map(({ row }) => row));
  details.open = problems.length > 0;
}

// Chosen, photographed, or dropped anywhere on the page.
function listenForFiles(dropZone, inputs, addFiles) {
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
}
