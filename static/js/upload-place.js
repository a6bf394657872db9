// The location of photos without typing: a picture of its label, read by the server, where the device is, or a list.
// Places in the page: templates/gallery/upload/_upload_place.html and _upload_place_tools.html.

const LABEL_PX = 1600; // a label that fills half of the picture has codes ten times as fine as can be read
const POSITION = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 };

const picture = document.getElementById("label-picture");
const positionButton = document.getElementById("use-position");
const waits = document.getElementById("place-waits");
const labelForm = document.getElementById("label-form");
const placeInput = () => document.querySelector("#upload-place input");

async function readLabel() {
  const [file] = picture.files;
  if (!file) return;
  const body = new FormData();
  const smaller = await makeSmaller(file);
  body.append("label", smaller, "label.jpg");
  picture.value = ""; // so that the same picture can be taken again
  await find(labelForm.action, body, gettext("Reading the label"), () => keepLabel(smaller));
}

// Without a network: upload-labels.js looks it up later.
async function keepLabel(label) {
  if (!keepsPhotos) return showNoAnswer();
  waits.textContent = await scanLater(label);
  placeInput().value = "";
  keepChoice(document.getElementById("upload-form").elements);
}

// Twelve megapixels are too much for a weak network. Pictures that the browser cannot decode are sent unchanged.
async function makeSmaller(file) {
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, LABEL_PX / Math.max(whole.width, whole.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: whole.width * scale, height: whole.height * scale });
    canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
    return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9))) ?? file;
  } catch {
    return file;
  }
}

function findByPosition() {
  waits.textContent = gettext("Finding your position");
  positionButton.disabled = true;
  navigator.geolocation.getCurrentPosition(sendPosition, showNoPosition, POSITION);
}

async function sendPosition({ coords }) {
  positionButton.disabled = false;
  const body = new URLSearchParams({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy });
  await find(positionButton.dataset.url, body, gettext("Finding your position"));
}

function showNoPosition(error) {
  positionButton.disabled = false;
  waits.textContent = error.code === error.PERMISSION_DENIED
    ? gettext("The browser is not allowed to share your position. Allow it in the settings, or choose the location yourself.")
    : gettext("Your device cannot find its position right now. Choose the location yourself.");
}

async function find(url, body, words, otherwise = showNoAnswer) {
  waits.textContent = words;
  body.append("storage_location", placeInput().value.trim());
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" } });
    if (isSignInPage(answer.url)) {
      waits.textContent = "";
      return leaveSignedOut();
    }
    if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
    waits.textContent = "";
    window.htmx.swap("#upload-place", await answer.text(), { swapStyle: "outerHTML" });
    document.dispatchEvent(new Event("upload-place:filled"));
  } catch {
    await otherwise();
  }
}

function showNoAnswer() {
  waits.textContent = gettext("Demeter did not answer. Try again, or choose the location yourself.");
}

// A choice among several must not lose the selected photos by reloading the page.
document.addEventListener("click", (event) => {
  const offer = event.target.closest?.(".place-offers button");
  if (!offer) return;
  event.preventDefault();
  placeInput().value = offer.value;
  placeInput().focus();
  if (offer.closest("#location-options")) offer.closest("details").open = false;
  else offer.closest("ul").remove();
  document.dispatchEvent(new Event("upload-place:filled"));
});

// What is typed narrows the list.
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target?.id === "location-options") target.closest("details").open = placeInput().value.trim() !== "";
});

picture.addEventListener("change", readLabel);
readLabel(); // one chosen before this script ran
if (window.isSecureContext && navigator.geolocation && !isOffline) {
  positionButton.hidden = document.getElementById("use-position-hint").hidden = false;
  positionButton.addEventListener("click", findByPosition);
}
