// What lies under the finger, larger and beside it, with its marks. The middle is where a tap falls. editor.js shows it.

const LOUPE_PX = 132;
const LOUPE_MAGNIFIES = 2.5;
const LOUPE_MARK_PX = 36; // a usual mark is at least as large in it
const LOUPE_GAP_PX = 40;

class Loupe {
  constructor(viewer) {
    this.viewer = viewer;
    this.canvas = Object.assign(document.createElement("canvas"), { className: "loupe", hidden: true });
    this.canvas.setAttribute("aria-hidden", "true");
    viewer.stage.parentElement.append(this.canvas);
  }

  hide() {
    this.canvas.hidden = true;
  }

  // `point` in pixels of the stage, `latLng` the same on the map; `side` of a usual mark, `mark` what is there.
  show(point, latLng, side, mark) {
    const { map } = this.viewer;
    const size = map.getSize();
    const left = Math.min(size.x - LOUPE_PX, Math.max(0, point.x - LOUPE_PX / 2));
    const above = point.y - LOUPE_GAP_PX - LOUPE_PX;
    const top = above >= 0 ? above : point.y + LOUPE_GAP_PX;
    this.canvas.style.translate = `${left}px ${top}px`;
    this.canvas.classList.toggle("loupe--removes", Boolean(mark));
    this.canvas.hidden = false;
    const scale = Math.max(LOUPE_MAGNIFIES * map.getZoomScale(map.getZoom(), 0), LOUPE_MARK_PX / side);
    this.draw(latLng.lng, -latLng.lat, scale);
  }

  draw(x, y, scale) {
    const density = window.devicePixelRatio || 1;
    this.canvas.width = this.canvas.height = Math.round(LOUPE_PX * density);
    const pen = this.canvas.getContext("2d");
    pen.scale(density, density);
    const picture = this.viewer.shownPicture();
    const { width_px: width, height_px: height } = this.viewer.photo;
    const half = LOUPE_PX / 2;
    if (picture.naturalWidth) pen.drawImage(picture, half - x * scale, half - y * scale, width * scale, height * scale);
    for (const mark of this.viewer.marks.marks) {
      const [left, top] = [half + (mark.x - x) * scale, half + (mark.y - y) * scale];
      const radius = (mark.side * scale) / 2;
      if (mark.removed || left < -radius || top < -radius || left > LOUPE_PX + radius || top > LOUPE_PX + radius) continue;
      pen.save();
      pen.translate(left, top);
      strokeTwice(pen, shapeOf(mark.classId, radius), MARK_COLOURS[mark.classId], 2);
      pen.restore();
    }
    pen.translate(half, half);
    strokeTwice(pen, new Path2D("M-14 0h10M4 0h10M0-14v10M0 4v10"), "#fff", 1.5);
  }
}
