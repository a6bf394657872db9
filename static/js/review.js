// Corrections by tap and by key. edits.js shows each at once and puts it into the outbox (outbox.js), which sends them in
// order; when one is refused the marks are read again. editor.js is the same over the whole screen.

const CLASS_WORDS = [gettext("plant"), gettext("empty place"), gettext("dead plant")];
const ADDING_KEYS = { a: PLANT, e: EMPTY, d: DEAD };
const BUTTON_KEYS = { n: "next-photo", f: "open-editor", t: "proposals-accept", r: "proposals-decline" };
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 24;

class Review {
  constructor(viewer) {
    this.viewer = viewer;
    this.root = viewer.root;
    this.url = this.root.dataset.correct;
    this.edits = new Edits(viewer, this.url);
    this.tapped = null; // the first tap of a possible double tap
    this.outdated = outbox.waiting(this.url).length > 0; // made on an earlier page: the server's marks do not show them yet
    this.edits.replay();
    this.showSelection();
    viewer.map.doubleClickZoom.disable(); // onTap zooms
    viewer.map.on("click", (event) => this.onClick(event.latlng));
    viewer.map.on("moveend", () => this.followCross());
    viewer.stage.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("viewer:changed", () => this.showSelection());
    this.root.addEventListener("click", (event) => this.onButton(event.target.closest("button")));
    window.addEventListener("pagehide", () => this.finishTap());
    document.addEventListener("visibilitychange", () => this.finishTap());
    const events = { "outbox:answered": (event) => this.onAnswer(event), "outbox:empty": (event) => this.onAllSent(event.detail?.discarded), submit: (event) => this.onSubmit(event) };
    document.body.addEventListener("marksChanged", () => this.root.isConnected && this.readAgain());
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

  // Again if something was corrected while the marks were read.
  async readAgain() {
    do {
      this.finishTap();
      this.edits.forgetAll();
      await this.viewer.reload();
    } while (this.edits.isTouched);
    this.edits.replay();
  }

  // On the page a click selects a mark, or does what was chosen under the picture.
  onClick(latLng) {
    if (this.root.querySelector("dialog.editor").open) return this.tap(latLng, () => this.toggle(latLng));
    const tool = this.root.querySelector("[name=tool]:checked").value;
    this.tap(latLng, () => {
      const mark = this.viewer.markAt(latLng);
      if (mark || tool === "") this.viewer.select(mark);
      return mark || tool === "" ? null : this.add(latLng, Number(tool));
    });
  }

  // In the editor a tap on a mark removes it, and a tap beside all marks adds a plant.
  toggle(latLng) {
    const mark = this.viewer.markAt(latLng);
    return mark ? this.edits.remove(mark) : this.add(latLng, PLANT);
  }

  // What a tap makes is shown at once and sent when no second one follows: two taps at one place zoom and make nothing,
  // taps at two places are two plants, however quick.
  tap(latLng, make) {
    if (this.tapped && this.isNear(this.tapped.latLng, latLng)) {
      const { edit } = this.takeTap();
      if (edit) this.edits.forget(edit);
      this.viewer.map.setZoomAround(latLng, this.viewer.map.getZoom() + 1);
      return;
    }
    this.finishTap();
    this.tapped = { latLng, edit: make(), timer: setTimeout(() => this.finishTap(), DOUBLE_TAP_MS) };
  }

  takeTap() {
    const { tapped } = this;
    clearTimeout(tapped?.timer);
    this.tapped = null;
    return tapped;
  }

  finishTap() {
    const edit = this.takeTap()?.edit;
    if (edit) this.edits.send(edit);
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
    if (key in ADDING_KEYS) this.sendNow(this.add(this.viewer.map.getCenter(), ADDING_KEYS[key]));
    else if (["1", "2", "3"].includes(key)) this.retype(Number(key) - 1);
    else if (key === "x" || key === "delete") this.remove();
    else if (key === "z") this.undo();
    else if (key === "y") this.redo();
    else if (key === "m") this.openNote();
    else if (key === "enter") (document.getElementById("sign-off-next") ?? document.getElementById("next-photo"))?.click();
    else if (key === "p") window.history.back();
    else if (key in BUTTON_KEYS) document.getElementById(BUTTON_KEYS[key])?.click();
    else return;
    event.preventDefault();
  }

  openNote() {
    const field = document.getElementById("note-text");
    if (!field) return;
    field.closest("details").open = true;
    field.focus();
  }

  undo() {
    this.finishTap();
    if (!this.edits.undo()) this.press("undo");
  }

  redo() {
    this.finishTap();
    if (!this.edits.redo()) this.press("redo");
  }

  // The server's undo reverts the last correction that it has, so it waits until it has every one.
  press(id) {
    const click = () => document.getElementById(id)?.click();
    if (outbox.waiting(this.url).length) this.afterwards = click;
    else click();
  }

  // A sign-off is for a number, so it waits until the server has every correction, and is asked for again.
  onSubmit(event) {
    this.finishTap();
    const form = event.target.closest("#review form");
    if (!form) return;
    const step = form.querySelector("#undo, #redo")?.id;
    const isMade = (step === "undo" && this.edits.undo()) || (step === "redo" && this.edits.redo());
    if (!isMade && !outbox.waiting(this.url).length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isMade) return;
    const signsOff = event.submitter?.matches("#sign-off, #sign-off-next");
    this.afterwards = signsOff ? () => this.askAgain() : () => this.submitAgain(form.getAttribute("action"));
  }

  submitAgain(action) {
    document.querySelector(`#review form[action="${action}"]`)?.requestSubmit();
  }

  askAgain() {
    if (document.activeElement === document.body) document.getElementById("sign-off")?.focus();
    document.getElementById("announcer").textContent = gettext("The corrections are saved. Look at the count, then sign it off.");
  }

  // With the keyboard the mark under the cross is selected.
  followCross() {
    if (this.viewer.stage.matches(":focus-visible")) this.viewer.select(this.viewer.markAt(this.viewer.map.getCenter()));
  }

  add(latLng, classId) {
    const [x, y] = [latLng.lng, -latLng.lat];
    const { width_px: width, height_px: height } = this.viewer.photo;
    return x < 0 || y < 0 || x > width || y > height ? null : this.edits.add(x, y, classId);
  }

  retype(classId) {
    const mark = this.viewer.marks.selected;
    if (mark) this.sendNow(this.edits.retype(mark, classId));
  }

  remove() {
    const mark = this.viewer.marks.selected;
    if (mark) this.sendNow(this.edits.remove(mark));
  }

  sendNow(edit) {
    if (edit) this.edits.send(edit);
  }

  showSelection() {
    const mark = this.viewer.marks.selected;
    const panel = this.root.querySelector(".viewer__selection");
    panel.querySelector("[data-selected]").textContent = mark
      ? interpolate(gettext("Selected: %s"), [CLASS_WORDS[mark.classId]]) : gettext("No mark is selected");
    for (const button of panel.querySelectorAll("button")) button.disabled = !mark || Number(button.dataset.retype) === mark.classId;
  }

  onAnswer(event) {
    const { correction, status, html } = event.detail;
    if (correction.url !== this.url) return;
    if (status === 404) { // what was not saved is not shown
      this.edits.forgetAll();
      return this.viewer.show(this.viewer.photo);
    }
    if (status !== 200) this.edits.drop(correction.id);
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
    if (this.outdated || discarded) await this.readAgain();
    this.outdated = false;
    const { afterwards } = this;
    this.afterwards = null;
    afterwards?.();
  }
}

document.addEventListener("viewer:open", (event) => {
  const { detail: viewer, target: root } = event;
  if (!("blind" in root.dataset)) viewer.review = root.dataset.correct ? new Review(viewer) : null; // else blind.js
});
