// The page without a network: for whom it keeps photos, and when the network is back. upload.js does the rest.
// Places in the page: templates/gallery/upload/offline.html.

const maySend = Boolean(person?.uploads) && keepsPhotos;
const back = document.getElementById("offline-back");

document.getElementById("upload-form").dataset.source = navigator.userAgent.includes("Mobi") ? "mobile" : "web";
document.getElementById("offline-form").hidden = !maySend;
document.getElementById("offline-nobody").hidden = person !== null;
if (maySend) {
  const note = document.getElementById("offline-person");
  note.textContent = interpolate(gettext("Photos chosen here are kept for %s."), [person.name]);
  note.hidden = false;
}

function showNetwork() {
  back.hidden = !navigator.onLine;
  document.querySelector("#offline-words > span").textContent = navigator.onLine ? gettext("The network is back.") : withoutNetwork;
}

const withoutNetwork = document.querySelector("#offline-words > span").textContent;
for (const name of ["online", "offline"]) window.addEventListener(name, showNetwork);
