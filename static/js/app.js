// What every page needs besides htmx: the modal, one polite announcer, and polls that pause and back off.
// Elements opt in with attributes: [data-poll], [data-announce="text"], [data-say="text"], [data-close-modal],
// [data-restore="address"].

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
function onFailure({ detail: { xhr, requestConfig } }) {
  if (requestConfig.verb === "get") noteFailure();
  else showRefusal(refusalWords(xhr?.status ?? 0));
}

document.addEventListener("htmx:sendError", onFailure);
document.addEventListener("htmx:timeout", onFailure);
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  const status = xhr?.status ?? 0;
  if (status >= 500) onFailure(event);
  else if (status > 0) noteSuccess();
  if (requestConfig.verb !== "get" && status > 0 && status < 500) showRefusal(status < 400 || status === 422 ? "" : refusalWords(status));
});

// --- A person's request that failed or was refused: unlike a poll it is not repeated -------------
function refusalWords(status) {
  if (status === 0) return gettext("No connection to Demeter: nothing was changed. Try again when it is back.");
  if (status === 404) return gettext("That did not work: it was deleted in the meantime. Reload the page.");
  if (status === 403) return gettext("That did not work: your role does not allow it, or you are signed out. Reload the page.");
  return gettext("That did not work. Try again in a moment.");
}

// Shown where the person is looking: in the open dialog, else at the top of the page.
function showRefusal(words) {
  document.getElementById("refusal")?.remove();
  if (!words) return;
  const note = Object.assign(document.createElement("p"), { id: "refusal", className: "banner banner--error", textContent: words });
  note.setAttribute("role", "alert");
  (document.querySelector("dialog[open] [data-refusals]") ?? document.getElementById("main")).prepend(note);
  note.scrollIntoView({ block: "nearest" });
}

// --- Pictures that are missing from storage: requested once from the URL that makes them again ----------------
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
// A page that would lose data cancels the event "signed-out" and shows its own message.
const isSignInPage = (address) => Boolean(address) && new URL(address).pathname === document.body.dataset.loginPath;

function leaveSignedOut() {
  if (document.dispatchEvent(new Event("signed-out", { cancelable: true }))) window.location.reload();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isSignInPage(event.detail.xhr.responseURL)) return;
  event.detail.shouldSwap = false;
  leaveSignedOut();
});

// --- The CSRF token changes with a sign-in in any tab: the cookie has the current one ---
function csrfToken() {
  const [, token] = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]*)/) ?? [];
  return token ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
  if (field) field.value = csrfToken();
}, true);

// crypto.randomUUID needs HTTPS; a phone in the greenhouse network may not have it.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// --- "More" of the navigation: Escape and a click elsewhere close it --------------------------------------------------
const moreMenu = document.querySelector(".site-nav__more");

document.addEventListener("click", (event) => {
  if (moreMenu && !moreMenu.contains(event.target)) moreMenu.open = false;
});
moreMenu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  moreMenu.open = false;
  moreMenu.querySelector("summary").focus();
});

// --- Announcements: a fragment's milestone is announced once, not at each poll ----------------------------------------
const currentMilestone = () => document.querySelector("[data-announce]")?.dataset.announce;
let lastMilestone = currentMilestone();

document.addEventListener("htmx:afterSettle", () => {
  const milestone = currentMilestone();
  if (milestone && lastMilestone !== undefined && milestone !== lastMilestone) {
    document.getElementById("announcer").textContent = milestone;
  }
  lastMilestone = milestone;
});

// A fragment with [data-say] is the answer to a person's last action.
document.addEventListener("htmx:load", (event) => {
  const said = event.target.dataset?.say;
  if (said) document.getElementById("announcer").textContent = said;
});

// --- Modal: opens when the fragment in it is ready to be used (settled, not merely swapped: before that htmx hears ---
// no typing), gives the focus back to what opened it
let openerId = "";

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "modal-body") return;
  const modal = document.getElementById("modal");
  const opener = event.detail.requestConfig.elt;
  if (!modal.open) {
    openerId = opener.id;
    modal.showModal();
  }
});

// A form that comes back into it with errors: the person goes on at the first of them.
document.addEventListener("htmx:load", (event) => {
  if (event.target.closest?.("#modal[open]")) event.target.querySelector("[aria-invalid=true]")?.focus();
});

document.addEventListener("click", (event) => {
  const modal = document.getElementById("modal");
  if (event.target === modal || event.target.closest("[data-close-modal]")) modal.close();
});

document.addEventListener("close-modal", () => document.getElementById("modal").close());

document.getElementById("modal").addEventListener("close", () => {
  if (document.querySelector("#modal-body [data-fixed]")) return window.location.reload(); // the page is out of date
  document.getElementById("modal-body").replaceChildren();
  document.getElementById(openerId)?.focus();
});
