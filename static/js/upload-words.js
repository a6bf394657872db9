// What upload.js says about all selected photos together: how many are in which state.

const count = (entries, state) => entries.filter((entry) => entry.state === state).length;
const isOver = (entry) => !["ready", "sending", "failed", "waiting"].includes(entry.state);
const say = (words, number) => interpolate(words, [number]);
const uploadWords = (number) => say(ngettext("Upload %s photo", "Upload %s photos", number), number);
const replaceWords = (place, number) => interpolate(ngettext(
  "Also use %(place)s for the selected photo with another location", "Also use %(place)s for the %(number)s selected photos with other locations", number,
), { place, number }, true);
const laterWords = (number) => say(ngettext("Send %s photo when the network is back", "Send %s photos when the network is back", number), number);

function summary(entries) {
  const states = ["ready", "received", "known", "refused", "failed", "label", "waiting"];
  const [ready, received, known, refused, failed, labels, waiting] = states.map((state) => count(entries, state));
  const going = entries.length - refused - labels;
  const selected = (number) => say(ngettext("%s photo selected", "%s photos selected", number), number);
  if (going && ready === going && !labels) return selected(going);
  const parts = [];
  const all = going - known;
  if (ready > 0 && ready + waiting === all && !known) parts.push(selected(ready));
  else if (all > waiting) {
    const words = ngettext("%(received)s of %(all)s photo received", "%(received)s of %(all)s photos received", all);
    parts.push(interpolate(words, { received, all }, true));
  }
  if (waiting) parts.push(say(ngettext("%s photo waits for the network", "%s photos wait for the network", waiting), waiting));
  if (labels) parts.push(say(ngettext("%s photo of a label, not sent", "%s photos of labels, not sent", labels), labels));
  if (known) parts.push(say(ngettext("%s already uploaded", "%s already uploaded", known), known));
  if (refused) parts.push(say(ngettext("%s refused", "%s refused", refused), refused));
  if (failed) parts.push(say(ngettext("%s not sent", "%s not sent", failed), failed));
  return parts.join(", ");
}
