// "Notify me when all are done": a notification of the device, for whoever asks. Places in the page: templates/gallery/jobs/_jobs.html.
// A hidden tab does not poll, except for this, twice a minute.

const HIDDEN_POLL_MS = 30_000;
const KEPT_AS = "notices";

const offer = document.getElementById("notice-offer");
const button = offer.querySelector("button");
const title = document.title;
const summary = () => document.getElementById("jobs-summary");
const unfinished = () => Number(summary().dataset.unfinished);
let unfinishedBefore = unfinished();
let worker = null; // shows the notifications; set while they are wanted

async function begin() {
  if ((await Notification.requestPermission()) !== "granted") {
    button.disabled = true;
    button.querySelector("span").textContent = gettext("The browser does not allow notifications");
    return;
  }
  localStorage.setItem(KEPT_AS, "on");
  worker = await navigator.serviceWorker.register(button.dataset.worker);
  show();
}

function end() {
  localStorage.removeItem(KEPT_AS);
  worker = null;
  show();
}

function show() {
  offer.hidden = unfinished() === 0;
  button.setAttribute("aria-pressed", String(worker !== null));
}

function tell(words) {
  if (document.hidden) document.title = `✓ ${words}`;
  worker?.showNotification("Demeter", { body: words, tag: "jobs", icon: button.dataset.icon });
}

// Only where the browser has all of it: pages by HTTPS, and not every phone.
if (window.isSecureContext && "Notification" in window && "serviceWorker" in navigator) {
  button.addEventListener("click", () => (worker ? end() : begin()));
  if (localStorage.getItem(KEPT_AS) && Notification.permission === "granted") begin();
  setInterval(() => {
    if (worker && document.hidden && unfinished()) window.htmx.trigger(document.body, "jobs-started");
  }, HIDDEN_POLL_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.title = title;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (unfinishedBefore && !unfinished()) tell(summary().dataset.announce);
    unfinishedBefore = unfinished();
    show();
  });
  show();
}
