// What upload.js says about all selected photos together: how many are in which state.

const count = (entries, state) => entries.filter((entry) => entry.state === state).length;
const isOver = (entry) => !["ready", "sending", "failed"].includes(entry.state);
const say = (words, number) => interpolate(words, [number]);
const uploadWords = (number) => say(ngettext("Upload %s photo", "Upload %s photos", number), number);

function summary(entries) {
  const [ready, received, known, refused, failed, labels] = ["ready", "received", "known", "refused", "failed", "label"].map((state) => count(entries, state));
  const going = entries.length - refused - labels;
  if (going && ready === going && !labels) return say(ngettext("%s photo selected", "%s photos selected", going), going);
  const parts = [];
  const all = going - known;
  if (all > 0 && ready === all && !known) parts.push(say(ngettext("%s photo selected", "%s photos selected", all), all));
  else if (all > 0) {
    const words = ngettext("%(received)s of %(all)s photo received", "%(received)s of %(all)s photos received", all);
    parts.push(interpolate(words, { received, all }, true));
  }
  if (labels) parts.push(say(ngettext("%s photo of a label, not sent", "%s photos of labels, not sent", labels), labels));
  if (known) parts.push(say(ngettext("%s already uploaded", "%s already uploaded", known), known));
  if (refused) parts.push(say(ngettext("%s refused", "%s refused", refused), refused));
  if (failed) parts.push(say(ngettext("%s not sent", "%s not sent", failed), failed));
  return parts.join(", ");
}
