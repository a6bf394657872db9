// Looks again whether the report of a stocktake is written, and then downloads it. Without this file the page is loaded
// again every few seconds. Places in the page: templates/gallery/stocktakes/report_wait.html.

const LOOK_MS = 3000;
const link = document.getElementById("report-look");

async function look() {
  const answer = await fetch(link.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") window.location.assign(link.href);
  else setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
