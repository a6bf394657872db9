// What upload.js shows about all chosen photos together. Places in the page: templates/gallery/upload/_upload_form.html.

function showAll(entries, { sending, trouble, isSignedOut }) {
  const going = entries.filter(({ state }) => state !== "refused" && state !== "label");
  const pressable = entries.filter(({ state, released }) => state === "failed" || (state === "ready" && !released)).length;
  const totalBytes = going.reduce((sum, entry) => sum + entry.file.size, 0);
  const sentBytes = going.reduce((sum, entry) => sum + (entry.state === "known" ? entry.file.size : entry.sentBytes), 0);
  const share = totalBytes ? sentBytes / totalBytes : 0;
  document.getElementById("upload-progress").hidden = entries.length === 0;
  document.getElementById("upload-bar").hidden = !sending;
  document.getElementById("upload-total").value = share;
  document.getElementById("upload-percent").textContent = `${Math.floor(share * 100)} %`;
  document.getElementById("upload-error").hidden = !trouble || sending;
  document.getElementById("upload-error-words").textContent = trouble;
  document.getElementById("upload-sign-in").hidden = !isSignedOut;
  document.getElementById("upload-heading").textContent = summary(entries);
  showKept(entries);
  const button = document.getElementById("upload-send");
  button.hidden = pressable === 0;
  button.querySelector("span").textContent = buttonWords(entries, pressable, sending);
}

function buttonWords(entries, number, sending) {
  if (keepsPhotos && !navigator.onLine) return laterWords(number);
  return count(entries, "received") && !sending ? gettext("Send the rest") : uploadWords(number);
}

async function loadReceipt(url) {
  window.htmx.trigger(document.body, "jobs-started");
  await window.htmx.ajax("GET", url, { target: "#upload-receipt", swap: "innerHTML" });
}
