// A blind recount: every tap is a mark in this browser alone, and their number goes into the form. The keys and the editor
// are those of a correction (review.js, editor.js). The marks outlast a reload.
// Place in the page: templates/gallery/review/blind.html.

class BlindEdits extends Edits {
  send() { /* nothing is corrected */ }
}

class BlindCount extends Review {
  constructor(viewer) {
    super(viewer);
    this.edits = new BlindEdits(viewer, "");
    this.field = document.getElementById("id_seen");
    this.place = `demeter-blind-${window.location.pathname}`;
    for (const [x, y] of this.kept()) this.edits.add(x, y, PLANT);
    this.viewer.select(null);
    this.isReady = true;
    this.show();
    this.field.form.addEventListener("submit", () => sessionStorage.removeItem(this.place));
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place)) ?? [];
    } catch {
      return [];
    }
  }

  onClick(latLng) {
    this.tap(latLng, () => this.toggle(latLng));
  }

  // There is no panel for a selected mark; whatever changes, the number follows.
  showSelection() {
    if (this.isReady) this.show();
  }

  show() {
    const plants = this.viewer.marks.marks.filter((mark) => !mark.removed && mark.classId === PLANT);
    if (!plants.length && !this.hasMarks) return; // nobody has tapped: a typed number stays
    this.hasMarks = true;
    this.field.value = String(plants.length);
    try {
      sessionStorage.setItem(this.place, JSON.stringify(plants.map(({ x, y }) => [x, y])));
    } catch { /* not allowed to store: kept as long as the page */ }
  }
}

document.addEventListener("viewer:open", ({ detail: viewer, target: root }) => {
  if ("blind" in root.dataset) viewer.review = new BlindCount(viewer);
});
