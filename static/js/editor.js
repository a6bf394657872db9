// The picture over the whole screen, to correct by finger: a tap beside all marks adds a plant, a tap on a mark removes it,
// a long press offers the rest, a finger kept still aims through a loupe (loupe.js). The address `#correct` opens it, so
// that "back" closes it and a reload does not. Place in the page: templates/gallery/photo/_viewer_editor.html.

const EDITOR_HASH = "#correct";
const AIM_REACH_PX = 4; // an aimed tap is exact: a mark is hit only if it is there

class Editor {
  constructor(viewer) {
    this.viewer = viewer;
    this.root = viewer.root;
    this.dialog = this.root.querySelector("dialog.editor");
    this.stage = this.root.querySelector(".viewer__stage");
    this.layers = this.root.querySelector(".viewer__layers");
    this.loupe = new Loupe(viewer);
    this.place = null; // what the sheet of a long press is about: {latLng, mark}
    this.cameByLink = false;
    this.press = new Press(viewer.stage, {
      isOn: () => this.dialog.open && Boolean(viewer.review),
      tap: (point, isAimed) => this.tap(point, isAimed), aim: (point) => this.aim(point), leave: () => this.loupe.hide(), hold: (point) => this.hold(point),
    });
    this.dialog.addEventListener("click", (event) => this.onButton(event.target.closest("button")));
    this.dialog.addEventListener("cancel", (event) => this.onEscape(event));
    this.dialog.addEventListener("close", () => this.putBack());
    const whileHere = (target, name, act) => target.addEventListener(name, () => this.root.isConnected && act());
    whileHere(window, "hashchange", () => this.follow(true));
    for (const name of ["outbox:changed", "outbox:empty", "outbox:answered", "htmx:afterSettle"]) whileHere(document, name, () => this.show());
    this.root.addEventListener("viewer:changed", () => this.show());
    this.follow(false);
  }

  follow(byLink) {
    if (window.location.hash === EDITOR_HASH && !this.dialog.open) this.open(byLink);
    else if (window.location.hash !== EDITOR_HASH && this.dialog.open) this.dialog.close();
  }

  open(byLink) {
    this.cameByLink = byLink;
    this.home = document.createComment("the picture is in the editor");
    this.stage.before(this.home);
    this.dialog.querySelector(".editor__stage").append(this.stage);
    this.dialog.querySelector("#editor-layers").append(this.layers);
    this.dialog.showModal();
    this.viewer.resize();
    this.viewer.stage.focus({ preventScroll: true });
    this.show();
  }

  putBack() {
    this.closeSheets();
    this.viewer.review?.finishTap();
    this.home.before(this.layers, this.stage);
    this.home.remove();
    this.viewer.resize();
    if (window.location.hash !== EDITOR_HASH) return;
    if (this.cameByLink) window.history.back();
    else window.history.replaceState(null, "", window.location.pathname + window.location.search);
  }

  // Escape closes what is on top.
  onEscape(event) {
    if (!this.openSheet) return;
    event.preventDefault();
    this.closeSheets();
  }

  onButton(button) {
    if (!button) return;
    const { review } = this.viewer;
    review?.finishTap();
    if (button.dataset.do === "done") this.dialog.close();
    else if (button.dataset.do === "undo") review.undo();
    else if (button.dataset.do === "redo") review.redo();
    else if (button.dataset.do === "layers") this.openSheet ? this.closeSheets() : this.showSheet("editor-layers");
    else if (button.dataset.here) this.actHere(button.dataset.here);
    this.show();
  }

  // --- Taps ---------------------------------------------------------------------------------------------------------
  tap(point, isAimed) {
    const wasOpen = this.openSheet;
    this.closeSheets();
    if (wasOpen) return;
    const latLng = this.latLngOf(point);
    const { review } = this.viewer;
    this.viewer.stage.focus({ preventScroll: true });
    if (!isAimed) return review.tap(latLng, () => review.toggle(latLng));
    review.finishTap();
    const mark = this.viewer.markAt(latLng, AIM_REACH_PX);
    review.sendNow(mark ? review.edits.remove(mark) : review.add(latLng, PLANT));
  }

  aim(point) {
    const latLng = this.latLngOf(point);
    const usual = this.viewer.review.edits.usualSide();
    this.loupe.show(this.viewer.map.mouseEventToContainerPoint(point), latLng, usual, this.viewer.markAt(latLng, AIM_REACH_PX));
  }

  hold(point) {
    const latLng = this.latLngOf(point);
    this.place = { latLng, mark: this.viewer.markAt(latLng) };
    this.viewer.select(this.place.mark);
    this.showSheet("editor-place");
  }

  latLngOf(point) {
    return this.viewer.map.mouseEventToLatLng(point);
  }

  actHere(what) {
    const { review } = this.viewer;
    const { latLng, mark } = this.place;
    this.closeSheets();
    if (what === "remove") review.sendNow(mark && review.edits.remove(mark));
    else if (what !== "nothing") review.sendNow(mark ? review.edits.retype(mark, Number(what)) : review.add(latLng, Number(what)));
    this.viewer.stage.focus({ preventScroll: true });
  }

  // --- Sheets -------------------------------------------------------------------------------------------------------
  get openSheet() {
    return this.dialog.querySelector(".editor__sheet:not([hidden])");
  }

  showSheet(id) {
    this.closeSheets();
    const sheet = this.dialog.querySelector(`#${id}`);
    for (const button of sheet.querySelectorAll("[data-here]")) this.prepare(button);
    sheet.hidden = false;
    sheet.querySelector("button:not(:disabled), input")?.focus();
    this.dialog.querySelector("[data-do=layers]").setAttribute("aria-expanded", String(id === "editor-layers"));
  }

  prepare(button) {
    const { mark } = this.place ?? {};
    button.disabled = button.dataset.here === "remove" ? !mark : Boolean(mark) && Number(button.dataset.here) === mark.classId;
  }

  closeSheets() {
    for (const sheet of this.dialog.querySelectorAll(".editor__sheet")) sheet.hidden = true;
    this.dialog.querySelector("[data-do=layers]").setAttribute("aria-expanded", "false");
  }

  // --- What is said -------------------------------------------------------------------------------------------------
  show() {
    if (!this.dialog.open) return;
    const waiting = outboxLength(this.root.dataset.correct);
    const chip = this.dialog.querySelector(".editor__waiting");
    if (chip) {
      chip.hidden = waiting === 0;
      const words = outbox.stopped ? gettext("%s waiting, not signed in") : ngettext("%s waiting", "%s waiting", waiting);
      chip.textContent = interpolate(words, [inWords(waiting)]);
      this.enableSteps(this.viewer.review.edits);
    }
    const total = document.querySelector("#counts .counts__total > strong")?.textContent ?? "";
    const seen = this.dialog.querySelector("[data-number='0']").textContent;
    const more = this.dialog.querySelector(".editor__total");
    more.hidden = waiting > 0 || !total || total === seen;
    more.querySelector("strong").textContent = total;
    const refusal = document.querySelector("#review .banner--error")?.textContent ?? "";
    const note = this.dialog.querySelector(".editor__refusal");
    if (note && note.textContent !== refusal) note.textContent = refusal;
  }

  enableSteps(edits) {
    for (const [step, stack] of [["undo", edits.made], ["redo", edits.unmade]]) {
      const onPage = document.getElementById(step);
      this.dialog.querySelector(`[data-do=${step}]`).disabled = !stack.length && (!onPage || onPage.disabled);
    }
  }
}

// A person who may not correct has no outbox.
const outboxLength = (url) => (url ? outbox.waiting(url).length : 0);

document.addEventListener("viewer:open", (event) => new Editor(event.detail));
