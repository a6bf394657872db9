// The corrections made on this page: each is shown on the marks at once and put into the outbox (outbox.js), and can be
// undone and redone without waiting for the server. review.js makes them.
// An edit: {id, mark, before, after, values}; `before` is null for a mark that was added. `id` is that of its correction.

const SAME_PLACE_SHARE = 0.3;  // as in processing/counting/corrections.py: a mark is already here
const TAP_SIDES = 0.75;  // as in processing/review/corrections.py: how far from a mark its correction may be

class Edits {
  constructor(viewer, url) {
    this.viewer = viewer;
    this.url = url;
    this.forgetAll();
  }

  forgetAll() {
    this.made = [];
    this.unmade = [];
  }

  get isTouched() {
    return this.made.length + this.unmade.length > 0;
  }

  add(x, y, classId, id) {
    const there = this.there(x, y, SAME_PLACE_SHARE);
    if (there) return this.retype(there, classId, id);
    const mark = { x, y, side: this.usualSide(), classId, origin: ADDED, removed: false };
    return this.make("add", mark, classId, null, stateOf(mark), id);
  }

  retype(mark, classId, id) {
    if (mark.classId === classId) return null;
    const origin = mark.origin === ADDED ? ADDED : RETYPED;
    return this.make("retype", mark, classId, stateOf(mark), { ...stateOf(mark), classId, origin }, id);
  }

  remove(mark, id) {
    return this.make("remove", mark, mark.classId, stateOf(mark), { ...stateOf(mark), removed: true }, id);
  }

  make(action, mark, classId, before, after, id = newId()) {
    const { width_px: width, height_px: height } = this.viewer.photo;
    const values = { action, class_id: classId, x: mark.x / width, y: mark.y / height };
    const edit = { id, mark, before, after, values };
    this.made.push(edit);
    this.unmade = [];
    this.put(edit, after);
    return edit;
  }

  put({ mark }, state) {
    const { marks } = this.viewer.marks;
    const here = marks.indexOf(mark);
    if (state && here < 0) marks.push(mark);
    if (!state && here >= 0) marks.splice(here, 1);
    if (state) Object.assign(mark, state);
    this.viewer.select(state && !state.removed ? mark : null);
  }

  send({ id = newId(), values }) {
    const photo = { name: this.viewer.stage.dataset.alt, url: window.location.pathname };
    outbox.add({ id, url: this.url, photo, values });
  }

  // As if it had not been made; only before it is sent.
  forget(edit) {
    this.made = this.made.filter((other) => other !== edit);
    this.put(edit, edit.before);
  }

  undo() {
    const edit = this.made.at(-1);
    if (edit) this.takeBack(edit);
    if (edit) this.send({ values: { action: "undo", made_as: edit.id } });
    return Boolean(edit);
  }

  redo() {
    const edit = this.unmade.at(-1);
    if (edit) this.makeAgain(edit);
    if (edit) this.send({ values: { action: "redo", made_as: edit.id } });
    return Boolean(edit);
  }

  takeBack(edit) {
    this.made = this.made.filter((other) => other !== edit);
    this.unmade.push(edit);
    this.put(edit, edit.before);
  }

  makeAgain(edit) {
    this.unmade = this.unmade.filter((other) => other !== edit);
    this.made.push(edit);
    this.put(edit, edit.after);
  }

  // The server did not make it.
  drop(id) {
    this.made = this.made.filter((edit) => edit.id !== id);
    this.unmade = this.unmade.filter((edit) => edit.id !== id);
  }

  // Corrections of an earlier page that still wait: the server's marks do not show them yet.
  replay() {
    for (const { id, values } of outbox.waiting(this.url)) this.replayOne(id, values);
    this.viewer.select(null);
  }

  replayOne(id, { action, class_id: classId, x, y, made_as: madeAs }) {
    const [x_px, y_px] = [x * this.viewer.photo.width_px, y * this.viewer.photo.height_px];
    const same = ({ id: known }) => known === madeAs;
    if (action === "undo") this.made.filter(same).forEach((edit) => this.takeBack(edit));
    else if (action === "redo") this.unmade.filter(same).forEach((edit) => this.makeAgain(edit));
    else if (action === "add") this.add(x_px, y_px, classId, id);
    else {
      const mark = this.there(x_px, y_px, TAP_SIDES, action === "remove" ? classId : null);
      if (mark) action === "remove" ? this.remove(mark, id) : this.retype(mark, classId, id);
    }
  }

  there(x, y, sides, classId = null) {
    const distance = (mark) => Math.hypot(mark.x - x, mark.y - y) / mark.side;
    return this.viewer.marks.marks
      .filter((mark) => !mark.removed && (classId === null || mark.classId === classId) && distance(mark) <= sides)
      .sort((one, other) => distance(one) - distance(other))[0] ?? null;
  }

  usualSide() {
    const sides = this.viewer.marks.marks.map((mark) => mark.side).sort((a, b) => a - b);
    return sides[Math.floor(sides.length / 2)] ?? 0.02 * Math.max(this.viewer.photo.width_px, this.viewer.photo.height_px);
  }
}

const stateOf = ({ classId, origin, removed }) => ({ classId, origin, removed });
