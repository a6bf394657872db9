// The walk through the bays, above the upload form: as soon as the photos of a bay are on their way, the next bay is in
// the form, also without a network, because the bays are in the page. Without this file each upload leads to the page of
// the bay after it. Places in the page: templates/gallery/stocktakes/walk.html.

const bays = JSON.parse(document.getElementById("walk-bays").textContent);
const walk = document.getElementById("walk");
const form = document.getElementById("upload-form");
const done = new Set(); // the codes of bays that were photographed or skipped
let photographed = 0;
let here = 0;

const place = () => form.elements.storage_location;

function show() {
  const over = here === -1;
  walk.hidden = over;
  document.getElementById("walk-over").hidden = !over;
  const left = Number(walk.dataset.left) - photographed;
  document.getElementById("walk-left").textContent = interpolate(ngettext("%s bay to count", "%s bays to count", left), [left.toLocaleString(document.documentElement.lang)]);
  if (over) return;
  const { code, name, place: where } = bays[here];
  document.getElementById("walk-name").textContent = name;
  document.getElementById("walk-place").textContent = `${where} · ${code}`;
}

// To the first bay after this one that is not done; -1 after the last.
function goOn() {
  here = bays.findIndex(({ code }, i) => i > here && !done.has(code));
  place().value = here === -1 ? "" : bays[here].code;
  show();
  // After upload.js, which leads to the list of photos.
  if (here !== -1) requestAnimationFrame(() => document.getElementById("walk-title").focus());
}

document.addEventListener("upload:released", ({ detail: places }) => {
  for (const code of places) {
    if (done.has(code) || !bays.some((bay) => bay.code === code)) continue;
    done.add(code);
    photographed += 1;
    document.querySelector(`#walk-steps [data-code="${CSS.escape(code)}"] .badge`).hidden = false;
  }
  if (here !== -1 && done.has(bays[here].code)) goOn();
});

document.getElementById("walk-skip").addEventListener("click", (event) => {
  event.preventDefault();
  done.add(bays[here].code);
  goOn();
});

// A scanned label, or a bay from the list: the walk goes on from there.
document.addEventListener("upload-place:filled", () => {
  const scanned = bays.findIndex(({ code }) => code === place().value.trim());
  if (scanned === -1) return;
  here = scanned;
  show();
});
