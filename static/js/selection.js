// Selecting several photos of the gallery: by click, with Shift for a range, and by key. The check boxes belong to
// the form #selection and work without this file; CSS shows the form while any is checked.

const selection = document.getElementById("selection");
const allFound = document.getElementById("all-found"); // also the photos of later pages
const chosenIds = new Set();
let anchor = null;

const boxes = () => [...document.querySelectorAll(".photo-card__choice input")];

function choose(some, checked) {
  if (!checked) allFound.checked = false;
  for (const box of some) box.checked = checked;
  update();
}

function chooseTo(box, checked) {
  const all = boxes();
  const from = all.indexOf(anchor);
  const to = all.indexOf(box);
  if (from >= 0) choose(all.slice(Math.min(from, to), Math.max(from, to) + 1), checked);
}

function update() {
  chosenIds.clear();
  for (const box of boxes()) if (box.checked) chosenIds.add(box.value);
  const most = Number(selection.dataset.most);
  const count = allFound.checked ? Number(allFound.dataset.total) : chosenIds.size;
  const chosen = interpolate(ngettext("%s selected", "%s selected", count), [count]);
  const tooMany = interpolate(gettext("%(count)s selected, at most %(most)s at a time"), { count, most }, true);
  selection.querySelector("[data-chosen]").textContent = count > most ? tooMany : chosen;
  for (const button of selection.querySelectorAll("[type=submit]")) button.disabled = count > most;
}

function onKey(event) {
  const all = boxes();
  const at = all.indexOf(event.target);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step && at >= 0) {
    const next = all[at + step];
    if (event.shiftKey && next) {
      anchor ??= event.target;
      event.target.checked = true;
      choose([next], true);
    }
    next?.focus();
  } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) && at >= 0) choose(all, true);
  else if (event.key === "Escape" && !document.getElementById("modal").open) choose(all, false);
  else return;
  event.preventDefault();
}

if (selection) {
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".photo-card__choice input");
    if (!box) return;
    if (!box.checked) allFound.checked = false;
    if (event.shiftKey) chooseTo(box, box.checked);
    anchor = box;
    update();
  });
  document.addEventListener("keydown", onKey);
  allFound.addEventListener("change", () => choose(boxes(), allFound.checked));
  selection.addEventListener("reset", () => setTimeout(update));
  // A finished card replaces the one that was selected.
  document.addEventListener("htmx:load", (event) => {
    for (const box of event.target.querySelectorAll(".photo-card__choice input")) box.checked ||= allFound.checked || chosenIds.has(box.value);
  });
  update();
}
