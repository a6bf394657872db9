// Corrections by tap and by key. Each is shown at once and posted to the view that the forms of the page use too; they
// are sent one after the other, and when one is refused the marks are read again.

const CLASS_WORDS = [gettext("plant"), gettext("empty place"), gettext("dead plant")];
const SAME_PLACE_SHARE = 0.3;  // as in processing/counting/corrections.py: here stands something already
const ADDING_KEYS = { a: PLANT, e: EMPTY, d: DEAD };
const BUTTON_KEYS = { z: "undo", y: "redo", n: "next-photo" };

class Review {
  constructor(viewer) {
    this.viewer = viewer;
    this.root = viewer.root;
    this.sending = Promise.resolve();
    this.showSelection();
    viewer.map.on("click", (event) => this.onTap(event.latlng));
    viewer.map.on("moveend", () => this.followCross());
    viewer.stage.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("viewer:changed", () => this.showSelection());
    this.root.addEventListener("click", (event) => this.onButton(event.target.closest("button")));
    document.body.addEventListener("marksChanged", () => this.root.isConnected && viewer.reload());
  }

  onTap(latLng) {
    const tool = this.root.querySelector("[name=tool]:checked").value;
    const mark = this.viewer.markAt(latLng);
    if (mark || tool === "") this.viewer.select(mark);
    else this.add(latLng, Number(tool));
  }

  onButton(button) {
    if (button?.dataset.retype) this.retype(Number(button.dataset.retype));
    else if (button && "remove" in button.dataset) this.remove();
    else return;
    this.viewer.stage.focus({ preventScroll: true });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key in ADDING_KEYS) this.add(this.viewer.map.getCenter(), ADDING_KEYS[key]);
    else if (["1", "2", "3"].includes(key)) this.retype(Number(key) - 1);
    else if (key === "x" || key === "delete") this.remove();
    else if (key in BUTTON_KEYS) this.press(BUTTON_KEYS[key]);
    else return;
    event.preventDefault();
  }

  // Not before the server has everything: undo takes back the last correction, and leaving would lose one.
  press(id) {
    this.sending.then(() => document.getElementById(id)?.click());
  }

  // With the keyboard the mark under the cross is the chosen one.
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
      ? interpolate(gettext("Chosen: %s"), [CLASS_WORDS[mark.classId]]) : gettext("No mark is chosen");
    for (const button of panel.querySelectorAll("button")) button.disabled = !mark || Number(button.dataset.retype) === mark.classId;
  }

  send(action, mark, classId) {
    const { width_px: width, height_px: height } = this.viewer.photo;
    const values = new URLSearchParams({ action, class_id: classId, x: mark.x / width, y: mark.y / height });
    this.sending = this.sending.then(() => this.post(values)).catch(() => this.fail());
  }

  async post(values) {
    const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
    const answer = await fetch(this.root.dataset.correct, {
      method: "POST", body: values, keepalive: true, headers: { "X-CSRFToken": token, "HX-Request": "true", "HX-Current-URL": window.location.href },
    });
    if (answer.redirected) return window.location.reload();
    if (!answer.ok && answer.status !== 422) return this.fail();
    htmx.swap("#counts", await answer.text(), { swapStyle: "outerHTML" });
    if (answer.ok) this.viewer.relabel();
    else await this.viewer.reload();
  }

  async fail() {
    document.getElementById("announcer").textContent = gettext("The correction could not be saved. Check the connection and try again.");
    document.getElementById("connection-note").hidden = false;
    await this.viewer.reload();
  }
}

document.addEventListener("viewer:open", (event) => {
  if (event.target.dataset.correct) new Review(event.detail);
});
