// The queue of corrections: sent one after the other, in the order in which they were made, and kept in the browser until
// the server has answered. So neither a new page, a weak network nor an expired sign-in loses one. review.js adds
// them; every page of a reviewer continues sending. Place in the page: templates/_outbox.html.
// A correction: {id, url, photo: {name, url}, values}; `id` lets the server know what it has had already.

const ANSWER_MS = 30_000;
const LONGEST_REST_MS = 30_000;
const PATIENCE = 4; // failures after which a person may discard the queue
const QUICK_MS = 1_000; // corrections saved within this time need no message

class Outbox {
  constructor(note) {
    this.note = note;
    this.place = `demeter-corrections-${note.dataset.user}`;
    this.unstored = []; // if the browser has no storage
    this.failures = 0;
    this.failedWith = 0; // the status of the last failure; 0 without an answer
    this.sending = false;
    this.stopped = false; // nobody is signed in, or the role has no right to correct
    this.counts = new Map(); // by url: the newest count that an answer brought, for a viewer that opens after it
    this.wait = null;
    this.look = null;
    document.getElementById("outbox-discard").addEventListener("click", () => this.discard());
    window.addEventListener("storage", (event) => event.key === this.place && this.show());
    window.addEventListener("online", () => this.sendAll());
    document.addEventListener("visibilitychange", () => document.hidden || this.sendAll()); // signed in elsewhere meanwhile
    if (this.waiting().length) this.sendAll();
  }

  waiting(url = null) {
    let kept = this.unstored;
    try {
      kept = JSON.parse(localStorage.getItem(this.place)) ?? kept;
    } catch { /* not allowed to store */ }
    return url === null ? kept : kept.filter((correction) => correction.url === url);
  }

  keep(corrections) {
    this.unstored = corrections;
    try {
      if (corrections.length) localStorage.setItem(this.place, JSON.stringify(corrections));
      else localStorage.removeItem(this.place);
    } catch { /* not allowed to store: kept as long as the page */ }
    this.show();
  }

  add(correction) {
    this.keep([...this.waiting(), { ...correction, at: Date.now() }]);
    this.sendAll();
  }

  settle(correction) {
    this.keep(this.waiting().filter(({ id }) => id !== correction.id));
  }

  async sendAll() {
    clearTimeout(this.wait);
    if (this.sending) return;
    this.sending = true;
    this.stopped = false;
    let next;
    while (!this.stopped && (next = this.waiting()[0]) && (await this.send(next)));
    this.sending = false;
    this.show();
    if (!this.waiting().length) document.dispatchEvent(new Event("outbox:empty"));
    else if (!this.stopped) this.wait = setTimeout(() => this.sendAll(), Math.min(LONGEST_REST_MS, 1000 * 2 ** this.failures));
  }

  // True if the next one may follow at once.
  async send(correction) {
    let answer;
    try {
      answer = await this.post(correction);
    } catch {
      answer = { status: 0 };
    }
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
      this.failures += 1;
      this.failedWith = answer.status;
      return false;
    }
    this.failures = 0;
    if (answer.status === 401 || answer.status === 403 || isSignInPage(answer.url)) this.stopped = true;
    else await this.answered(correction, answer);
    return !this.stopped;
  }

  post({ url, values, id }) {
    return fetch(url, {
      method: "POST", body: new URLSearchParams({ ...values, sent_as: id, sent_by: this.note.dataset.user }), keepalive: true, signal: AbortSignal.timeout(ANSWER_MS),
      headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true", "HX-Current-URL": window.location.href },
    });
  }

  async answered(correction, answer) {
    const html = answer.ok || answer.status === 422 ? await answer.text().catch(() => "") : "";
    if (answer.status === 404) this.keep(this.waiting(null).filter(({ url }) => url !== correction.url)); // the photo is deleted
    else this.settle(correction);
    if (html) this.counts.set(correction.url, html);
    const detail = { correction, status: answer.status, html };
    const heard = !document.dispatchEvent(new CustomEvent("outbox:answered", { detail, cancelable: true }));
    if (answer.status === 404) this.tell(gettext("%s was deleted. Its unsaved corrections are lost."), correction);
    else if (!answer.ok && !(heard && html)) this.tell(gettext("A correction of %s is no longer possible. Check the photo again."), correction);
  }

  tell(words, { photo }) {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("a"), { href: photo.url, textContent: interpolate(words, [photo.name]) }));
    document.getElementById("outbox-refused").append(item);
    this.show();
  }

  discard() {
    document.getElementById("outbox-refused").replaceChildren();
    if (!this.mayDiscard()) return this.show();
    this.keep([]);
    document.dispatchEvent(new CustomEvent("outbox:empty", { detail: { discarded: true } }));
  }

  mayDiscard() {
    return this.stopped || this.failures >= PATIENCE;
  }

  show() {
    const waiting = this.waiting();
    const refused = document.getElementById("outbox-refused");
    const troubled = this.stopped || this.failures > 0;
    const late = waiting.length > 0 && (troubled || Date.now() - (waiting[0].at ?? 0) > QUICK_MS);
    clearTimeout(this.look);
    if (waiting.length && !late) this.look = setTimeout(() => this.show(), QUICK_MS);
    this.note.hidden = !late && !refused.children.length;
    document.getElementById("outbox-words").textContent = late ? this.words(waiting.length) : "";
    document.getElementById("outbox-sign-in").hidden = !this.stopped;
    const discard = document.getElementById("outbox-discard");
    discard.hidden = !(late && this.mayDiscard()) && !refused.children.length;
    discard.textContent = late && this.mayDiscard() ? gettext("Discard them") : gettext("Close");
    document.dispatchEvent(new Event("outbox:changed"));
  }

  words(number) {
    const parts = [interpolate(ngettext("%s correction is not saved yet.", "%s corrections are not saved yet.", number), [number.toLocaleString(document.documentElement.lang)])];
    if (this.stopped) parts.push(gettext("You are signed out, or your role does not allow corrections. They are kept on this device."));
    else if (this.failures && this.failedWith) parts.push(gettext("Demeter cannot save them now. They are kept on this device and will be sent again."));
    else if (this.failures) parts.push(gettext("No connection to Demeter. They are kept on this device and will be sent when it is back."));
    return parts.join(" ");
  }
}

const outbox = new Outbox(document.getElementById("outbox"));
