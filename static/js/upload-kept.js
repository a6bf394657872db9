// The location and the answer about several photos outlive a reload of the page, in this tab and for an hour: later the
// next photos are likely from elsewhere. Each page that uploads keeps its own.

const KEPT_KEY = `upload-choice:${window.location.pathname}`;
const KEPT_MS = 3_600_000;

function keepChoice({ storage_location: location, visit }) {
  sessionStorage.setItem(KEPT_KEY, JSON.stringify({ location: location.value, visit: visit.value, at: Date.now() }));
}

function restoreChoice({ storage_location: location, visit }) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT_KEY) ?? "null");
  if (!kept || Date.now() - kept.at > KEPT_MS) return;
  location.value ||= kept.location;
  visit.value ||= kept.visit;
}
