// What every page needs beside htmx: the modal, one polite announcer, and polls that rest and back off.
// Elements say what they want: [data-poll], [data-announce="text"], [data-close-modal], [data-restore="address"].

const LONGEST_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 4_000;

// --- Polls: none while the tab is hidden, rarer while the server cannot be reached ---------------------------------
const connection = { failures: 0, restUntil: 0 };

function noteFailure() {
  connection.failures += 1;
  connection.restUntil = Date.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (connection.failures - 1));
  document.getElementById("connection-note").hidden = false;
}

function noteSuccess() {
  connection.failures = 0;
  connection.restUntil = 0;
  document.getElementById("connection-note").hidden = true;
}

window.addEventListener("online", () => {
  connection.restUntil = 0;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const isPoll = event.detail.elt.matches("[data-poll]") && event.detail.requestConfig.triggeringEvent === undefined;
  if (isPoll && (document.hidden || Date.now() < connection.restUntil)) event.preventDefault();
});
document.addEventListener("htmx:sendError", noteFailure);
document.addEventListener("htmx:timeout", noteFailure);
document.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr?.status ?? 0;
  if (status >= 500) noteFailure();
  else if (status > 0) noteSuccess();
});

// --- Pictures that are gone from storage before their time: asked for once where they are made again ----------------
function restore(picture) {
  const address = picture.dataset?.restore;
  if (!address) return;
  delete picture.dataset.restore;
  picture.src = address;
}

document.addEventListener("error", (event) => restore(event.target), true);
for (const picture of document.querySelectorAll("img[data-restore]")) {
  if (picture.complete && picture.naturalWidth === 0) restore(picture);
}

// --- A signed-out fragment would show the sign-in page inside the page: reload instead ----------------------------
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = event.detail.xhr.responseURL;
  if (answered && new URL(answered).pathname === document.body.dataset.loginPath) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

// --- Announcements: a fragment's milestone is spoken once, not at each poll ----------------------------------------
const currentMilestone = () => document.querySelector("[data-announce]")?.dataset.announce;
let lastMilestone = currentMilestone();

document.addEventListener("htmx:afterSettle", () => {
  const milestone = currentMilestone();
  if (milestone && lastMilestone !== undefined && milestone !== lastMilestone) {
    document.getElementById("announcer").textContent = milestone;
  }
  lastMilestone = milestone;
});

// --- Modal: opens when the fragment in it is ready to be used (settled, not merely swapped: before that htmx hears ---
// no typing), gives the focus back to what opened it
let openerId = "";

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "modal-body") return;
  const modal = document.getElementById("modal");
  const opener = event.detail.requestConfig.elt;
  if (!modal.open) {
    openerId = opener.id;
    modal.showModal();
  }
});

document.addEventListener("click", (event) => {
  const modal = document.getElementById("modal");
  if (event.target === modal || event.target.closest("[data-close-modal]")) modal.close();
});

document.getElementById("modal").addEventListener("close", () => {
  document.getElementById("modal-body").replaceChildren();
  document.getElementById(openerId)?.focus();
});
