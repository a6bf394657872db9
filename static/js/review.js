// Corrections by tap and by key. Each is shown at once and put into the outbox (outbox.js), which sends them in order; when
// one is refused the marks are read again.

const CLASS_WORDS = [gettext("plant"), gettext("empty place"), gettext("dead plant")];
const SAME_PLACE_SHARE = 0.3;  // as in processing/counting/corrections.py: a mark is already here
const ADDING_KEYS = { a: PLANT, e: EMPTY, d: DEAD };
const BUTTON_KEYS = { z: "undo", y: "redo", n: "next-photo" };
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 40;

class Review {
  constructor(viewer) {
    this.viewer = viewer;
    this.root = viewer.root;
    this.url = this.root.dataset.correct;
    this.tapped = null; // the first tap of a possible double tap
    this.outdated = outbox.waiting(this.url).length > 0; // made on an earlier page: the marks do not show them yet
    this.showSelection();
    viewer.map.doubleClickZoom.disable(); // onTap zooms
    viewer.map.on("click", (event) => this.onTap(event.latlng));
    viewer.map.on("moveend", () => this.followCross());
    viewer.stage.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("viewer:changed", () => this.showSelection());
    this.root.addEventListener("click", (event) => this.onButton(event.target.closest("button")));
    window.addEventListener("pagehide", () => this.finishTap());
    const events = { "outbox:answered": (event) => this.onAnswer(event), "outbox:empty": (event) => this.onAllSent(event.detail?.discarded), submit: (event) => this.onSubmit(event) };
    document.body.addEventListener("marksChanged", () => this.root.isConnected && viewer.reload());
    for (const [name, act] of Object.entries(events)) {
      document.addEventListener(name, (event) => this.root.isConnected && act(event), { capture: true });
    }
    this.catchUp();
  }

  // Corrections of an earlier page may have been answered before this viewer was open.
  catchUp() {
    const html = outbox.counts.get(this.url);
    if (!html) return;
    this.swapCounts(html);
    if (!this.outdated) this.viewer.reload();
  }

  // Two taps at one place zoom and add nothing; taps at two places are two plants, however quick.
  onTap(latLng) {
    const tool = this.root.querySelector("[name=tool]:checked").value;
    if (this.tapped && this.isNear(this.tapped.latLng, latLng)) {
      this.takeTap();
      this.viewer.map.setZoomAround(latLng, this.viewer.map.getZoom() + 1);
      return;
    }
    this.finishTap();
    const mark = this.viewer.markAt(latLng);
    if (mark || tool === "") this.viewer.select(mark);
    const act = mark || tool === "" ? () => {} : () => this.add(latLng, Number(tool));
    this.tapped = { latLng, act, timer: setTimeout(() => this.finishTap(), DOUBLE_TAP_MS) };
  }

  takeTap() {
    const { tapped } = this;
    clearTimeout(tapped?.timer);
    this.tapped = null;
    return tapped;
  }

  finishTap() {
    this.takeTap()?.act();
  }

  isNear(one, other) {
    const { map } = this.viewer;
    return map.latLngToContainerPoint(one).distanceTo(map.latLngToContainerPoint(other)) <= DOUBLE_TAP_PX;
  }

  onButton(button) {
    if (button) this.finishTap();
    if (button?.dataset.retype) this.retype(Number(button.dataset.retype));
    else if (button && "remove" in button.dataset) this.remove();
    else return;
    this.viewer.stage.focus({ preventScroll: true });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.finishTap();
    const key = event.key.toLowerCase();
    if (key in ADDING_KEYS) this.add(this.viewer.map.getCenter(), ADDING_KEYS[key]);
    else if (["1", "2", "3"].includes(key)) this.retype(Number(key) - 1);
    else if (key === "x" || key === "delete") this.remove();
    else if (key in BUTTON_KEYS) this.press(BUTTON_KEYS[key]);
    else return;
    event.preventDefault();
  }

  press(id) {
    const click = () => document.getElementById(id)?.click();
    if (id === "next-photo" || !outbox.waiting(this.url).length) click();
    else this.afterwards = click;
  }

  // Undo reverts the last correction, and a sign-off is for a number: both wait until the server has every correction.
  onSubmit(event) {
    this.finishTap();
    if (!event.target.closest("#review") || !outbox.waiting(this.url).length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { id } = event.submitter ?? {};
    this.afterwards = id === "sign-off" ? () => this.askAgain() : () => this.submitAgain(event.target.getAttribute("action"));
  }

  submitAgain(action) {
    document.querySelector(`#review form[action="${action}"]`)?.requestSubmit();
  }

  askAgain() {
    document.getElementById("sign-off")?.focus();
    document.getElementById("announcer").textContent = gettext("The corrections are saved. Look at the count, then sign it off.");
  }

  // With the keyboard the mark under the cross is selected.
  followCross() {
    if (this.viewer.stage.matches(":focus-visible")) this.viewer.select(this.viewer.markAt(this.viewer.map.getCenter()));
  }

  add(latLng, classId) {
    const [x, y] = [latLng.lng, -latLng.lat];
    const { width_px: width, height_px: height } = this.viewer.photo;
    if (x < 0 || y < 0 || x > width || y > height) return;
    const there = this.viewer.marks.marks.find((mark) => !mark.removed && Math.hypot(mark.x - x, mark.y - y) <= mark.side * SAME_PLACE_SHARE);
    if (there) {
      this.viewer.select(there);
      this.retype(classId);
      return;
    }
    const mark = { x, y, side: this.usualSide(), classId, origin: ADDED, removed: false };
    this.viewer.marks.marks.push(mark);
    this.viewer.select(mark);
    this.send("add", mark, classId);
  }

  retype(classId) {
    const mark = this.viewer.marks.selected;
    if (!mark || mark.classId === classId) return;
    this.send("retype", mark, classId);
    Object.assign(mark, { classId, origin: mark.origin === ADDED ? ADDED : RETYPED });
    this.viewer.changed();
  }

  remove() {
    const mark = this.viewer.marks.selected;
    if (!mark) return;
    this.send("remove", mark, mark.classId);
    mark.removed = true;
    this.viewer.select(null);
  }

  usualSide() {
    const sides = this.viewer.marks.marks.map((mark) => mark.side).sort((a, b) => a - b);
    return sides[Math.floor(sides.length / 2)] ?? 0.02 * Math.max(this.viewer.photo.width_px, this.viewer.photo.height_px);
  }

  showSelection() {
    const mark = this.viewer.marks.selected;
    const panel = this.root.querySelector(".viewer__selection");
    panel.querySelector("[data-selected]").textContent = mark
      ? interpolate(gettext("Selected: %s"), [CLASS_WORDS[mark.classId]]) : gettext("No mark is selected");
    for (const button of panel.querySelectorAll("button")) button.disabled = !mark || Number(button.dataset.retype) === mark.classId;
  }

  send(action, mark, classId) {
    const { width_px: width, height_px: height } = this.viewer.photo;
    const values = { action, class_id: classId, x: mark.x / width, y: mark.y / height };
    outbox.add({ url: this.url, photo: { name: this.viewer.stage.dataset.alt, url: window.location.pathname }, values });
  }

  onAnswer(event) {
    const { correction, status, html } = event.detail;
    if (correction.url !== this.url) return;
    if (status === 404) return this.viewer.show(this.viewer.photo); // what was not saved is not shown
    if (status !== 200) this.outdated = true;
    if (!html) return;
    event.preventDefault();
    this.swapCounts(html);
    if (status === 200) this.viewer.relabel();
  }

  // A note that is being written is kept.
  swapCounts(html) {
    const written = document.getElementById("note-text")?.value;
    htmx.swap("#counts", html, { swapStyle: "outerHTML" });
    const note = document.getElementById("note-text");
    if (!written || !note) return;
    note.value = written;
    note.closest("details").open = true;
  }

  async onAllSent(discarded) {
    if (this.outdated || discarded) await this.viewer.reload();
    this.outdated = false;
    const { afterwards } = this;
    this.afterwards = null;
    afterwards?.();
  }
}

document.addEventListener("viewer:open", (event) => {
  if (event.target.dataset.correct) new Review(event.detail);
});
