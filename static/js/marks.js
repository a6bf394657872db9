// Thousands of marks on one canvas, as a Leaflet layer. The canvas is larger than the map, so that panning only moves it;
// it is redrawn when the view leaves it or the zoom changes. Each kind of mark is drawn once and then copied.
// A mark: {x, y, side, classId, origin, removed}, in pixels of the upright photo.

const [PLANT, EMPTY, DEAD] = [0, 1, 2];
const [FOUND, RETYPED, ADDED] = [0, 1, 2];
const MARK_COLOURS = ["rgb(240 228 66)", "rgb(86 180 233)", "rgb(213 94 0)"];  // those of the annotated picture
const SMALLEST_RADIUS_PX = 3;
const LARGEST_RADIUS_PX = 60;
const SPARE_SHARE = 0.5;  // of the map's size, on each side

const MarkLayer = L.Layer.extend({
  initialize() {
    this.marks = [];
    this.shown = { classes: [true, true, true], corrections: true };
    this.selected = null;
    this.stamps = new Map();
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "marks", map.getPane("overlayPane"));
    this.draw();
  },

  onRemove() {
    this.canvas.remove();
  },

  getEvents() {
    return { zoom: this.draw, viewreset: this.draw, resize: this.draw, move: this.drawWhenOutside, moveend: this.drawWhenOutside };
  },

  drawWhenOutside() {
    const view = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    const inside = this.area?.contains([corner, corner.add(view)]);
    if (!inside) this.draw();
  },

  draw() {
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    const corner = map.containerPointToLayerPoint(size.multiplyBy(-SPARE_SHARE));
    const whole = size.multiplyBy(1 + 2 * SPARE_SHARE);
    this.area = L.bounds(corner, corner.add(whole));
    const density = window.devicePixelRatio || 1;
    if (this.density !== density) this.stamps.clear();
    this.density = density;
    const [width, height] = [Math.round(whole.x * this.density), Math.round(whole.y * this.density)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.canvas.style.width = `${whole.x}px`;
    this.canvas.style.height = `${whole.y}px`;
    L.DomUtil.setPosition(this.canvas, corner);
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    this.drawMarks(context, map.getPixelOrigin().add(corner), map.getZoomScale(map.getZoom(), 0), whole);
  },

  drawMarks(context, origin, scale, whole) {
    for (const mark of this.marks) {
      if (!this.isShown(mark)) continue;
      const radius = Math.min(LARGEST_RADIUS_PX, Math.max(SMALLEST_RADIUS_PX, Math.round((mark.side * scale) / 2)));
      const [x, y] = [mark.x * scale - origin.x, mark.y * scale - origin.y];
      if (x < -radius || y < -radius || x > whole.x + radius || y > whole.y + radius) continue;
      const stamp = this.stamp(mark, radius);
      const half = stamp.width / 2;
      context.drawImage(stamp, Math.round(x * this.density - half), Math.round(y * this.density - half));
    }
  },

  isShown(mark) {
    if (mark.removed) return this.shown.corrections;
    return this.shown.classes[mark.classId] || mark === this.selected;
  },

  stamp(mark, radius) {
    const highlighted = this.shown.corrections && mark.origin !== FOUND;
    const selected = mark === this.selected;
    const key = radius * 24 + mark.classId * 8 + highlighted * 4 + mark.removed * 2 + selected;
    let stamp = this.stamps.get(key);
    if (!stamp) {
      stamp = drawStamp(mark, radius, highlighted, selected, this.density);
      this.stamps.set(key, stamp);
    }
    return stamp;
  },

  // The mark nearest to a position, if the position is on it or within a finger's reach.
  nearest(x, y, reachPx) {
    let best = null;
    let bestDistance = Infinity;
    for (const mark of this.marks) {
      if (mark.removed || !this.isShown(mark)) continue;
      const distance = Math.hypot(mark.x - x, mark.y - y);
      if (distance < bestDistance && distance <= Math.max(mark.side * 0.6, reachPx)) [best, bestDistance] = [mark, distance];
    }
    return best;
  },
});

function drawStamp(mark, radius, highlighted, selected, density) {
  const edge = radius + 9;
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = Math.ceil(2 * edge * density);
  const pen = stamp.getContext("2d");
  pen.scale(density, density);
  pen.translate(edge, edge);
  const width = radius < 6 ? 1.5 : 2.5;
  if (selected) strokeTwice(pen, ringOf(radius + 6), "#fff", 4);
  if (highlighted && !mark.removed) strokeTwice(pen, ringOf(radius + 3), "#fff", 1.5);
  if (mark.removed) strokeTwice(pen, crossOf(radius), "#fff", width);
  else strokeTwice(pen, shapeOf(mark.classId, radius), MARK_COLOURS[mark.classId], width);
  return stamp;
}

// A dark line under each coloured one keeps it visible on any leaf.
function strokeTwice(pen, path, colour, width) {
  pen.lineWidth = width + 2;
  pen.strokeStyle = "rgb(16 24 15 / 75%)";
  pen.stroke(path);
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.stroke(path);
}

// Classes differ in form as well as in colour: a circle, a square with one diagonal, a crossed square.
function shapeOf(classId, radius) {
  const path = new Path2D();
  if (classId === PLANT) return ringOf(radius);
  path.rect(-radius, -radius, 2 * radius, 2 * radius);
  path.moveTo(-radius, radius);
  path.lineTo(radius, -radius);
  if (classId === DEAD) {
    path.moveTo(-radius, -radius);
    path.lineTo(radius, radius);
  }
  return path;
}

function ringOf(radius) {
  const path = new Path2D();
  path.arc(0, 0, radius, 0, 2 * Math.PI);
  return path;
}

function crossOf(radius) {
  const path = new Path2D();
  path.moveTo(-radius, -radius);
  path.lineTo(radius, radius);
  path.moveTo(-radius, radius);
  path.lineTo(radius, -radius);
  return path;
}
