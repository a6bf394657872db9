// The next photo of the review without waiting: its page, marks and picture are fetched while this photo is looked at, and
// put in its place. Without them, on a weak network and without scripts, "Next photo" is a link. Who looks at a photo from
// elsewhere, say on a phone, does not load a second one.

const REVIEW_HASH = "#viewer";
const FRESH_MS = 10 * 60_000; // the addresses of the pictures are signed for an hour

class Onward {
  constructor() {
    this.next = null;
    this.reviews = window.location.hash === REVIEW_HASH;
    this.takesFocus = false; // the next picture, if this one had it from the keyboard
    this.here = window.location.pathname;
    document.addEventListener("viewer:open", (event) => this.onOpen(event));
    document.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("signedOff", (event) => this.go(event.detail.said));
    window.addEventListener("popstate", () => window.location.pathname !== this.here && window.location.reload());
  }

  async onOpen({ detail: viewer }) {
    this.viewer = viewer;
    if (window.location.hash === REVIEW_HASH || this.takesFocus) viewer.stage.focus({ preventScroll: true });
    this.takesFocus = false;
    if (!this.reviews) return;
    try {
      this.next = await this.fetchNext();
    } catch { /* no connection: the link remains */ }
  }

  async fetchNext() {
    const link = document.getElementById("next-photo");
    const { saveData = false, effectiveType = "4g" } = navigator.connection ?? {};
    if (!link || !document.getElementById("sign-off-next") || saveData || effectiveType.includes("2g")) return null;
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    const html = answer.ok ? await answer.text() : "";
    const photo = new DOMParser().parseFromString(html, "text/html").querySelector("#photo [data-markers]");
    if (!photo) return null;
    const markers = await fetch(photo.dataset.markers, { headers: { Accept: "application/json" } });
    if (!markers.ok) return null;
    const next = { after: this.here, url: answer.url, html, markers: photo.dataset.markers, marks: await markers.json(), at: Date.now() };
    next.picture = Object.assign(new Image(), { src: next.marks.preview_url });
    return next;
  }

  onClick(event) {
    const link = event.target.closest("#next-photo");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !this.isReady) return;
    event.preventDefault();
    this.go();
  }

  get isReady() {
    return Boolean(this.next) && this.next.after === this.here && Date.now() - this.next.at < FRESH_MS;
  }

  go(said = "") {
    if (this.isReady) this.put(this.next, said);
    else window.location.href = `${document.getElementById("next-photo").getAttribute("href")}${REVIEW_HASH}`;
  }

  put(next, said) {
    this.takesFocus = document.activeElement?.matches(":focus-visible");
    this.viewer.review?.finishTap();
    this.viewer.close();
    markersAhead.set(next.markers, next.marks);
    this.here = new URL(next.url).pathname;
    window.history.pushState(null, "", this.here);
    htmx.swap("#photo", next.html, { swapStyle: "outerHTML", settleDelay: 0 }); // then viewer.js opens it
    const name = document.querySelector(".photo__name").textContent;
    document.title = `${name} · Demeter`;
    window.scrollTo(0, 0);
    document.getElementById("announcer").textContent = [said, interpolate(gettext("Next: %s"), [name])].join(" ").trim();
  }
}

const onward = new Onward();
