// The picture of a counted photo, to zoom and pan, with its containers and marks drawn over it from data.
// Replaces the static pictures in `_viewer.html` if scripts run. review.js uses it for corrections.

const CONTAINER_COLOURS = { segment: "rgb(0 114 178)", box: "rgb(204 121 167)", plug: "rgb(230 159 0)" };
const PROPOSED_COLOUR = "rgb(255 105 235)";
const PROPOSED_WORDS = {
  add: [gettext("add plant"), gettext("add empty place"), gettext("add dead plant")],
  remove: [gettext("remove plant"), gettext("remove empty place"), gettext("remove dead plant")],
  retype: [gettext("change to plant"), gettext("change to empty place"), gettext("change to dead plant")],
};
const FINGER_PX = 14;
const LEAST_ZOOM = -8;
const LEAST_PAN_PX = 3;
const SLACK_SHARE = 0.02;  // of a picture's proportions: sides are whole pixels
const SHARPER_FROM = 1.2;  // pixels of the screen for one of the preview: from here on the original is loaded

// Markers that were fetched before their page was shown (onward.js), by address.
const markersAhead = new Map();

// As the pages write numbers: 1,234 or 1.234.
const inWords = (number) => number.toLocaleString(document.documentElement.lang, { useGrouping: "always" });

class PhotoViewer {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".viewer__map");
    this.marks = new MarkLayer();
    this.containers = L.layerGroup();
    this.estimates = L.layerGroup();
    this.proposed = L.layerGroup();
    this.sharp = null;
  }

  async open() {
    const photo = await this.fetchMarkers();
    if (!photo) return false;
    this.root.querySelector(".viewer__live").hidden = false;
    this.root.querySelector(".viewer__plain").hidden = true;
    this.photo = photo;
    this.bounds = L.latLngBounds([-photo.height_px, 0], [0, photo.width_px]);
    this.stage.style.setProperty("--ratio", `${photo.width_px} / ${photo.height_px}`);
    this.map = L.map(this.stage, {
      crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomAnimation: false, fadeAnimation: false, zoomSnap: 0, zoomDelta: 0.5,
      minZoom: LEAST_ZOOM, maxZoom: 3, keyboardPanDelta: 32, scrollWheelZoom: false, wheelPxPerZoomLevel: 120,
    });
    L.control.zoom({ position: "bottomright" }).addTo(this.map);
    this.picture = L.imageOverlay(photo.preview_url, this.bounds, { alt: this.stage.dataset.alt }).addTo(this.map);
    this.containers.addTo(this.map);
    this.marks.addTo(this.map);
    this.estimates.addTo(this.map);
    this.proposed.addTo(this.map);
    this.fit();
    // The wheel scrolls the page until the picture is chosen.
    this.stage.addEventListener("focus", () => this.map.scrollWheelZoom.enable());
    this.stage.addEventListener("blur", () => this.map.scrollWheelZoom.disable());
    this.stage.addEventListener("keydown", (event) => this.onKey(event));
    this.map.on("zoomend", () => this.sharpen());
    this.map.on("moveend", () => this.keepInside());
    this.map.on("resize", () => this.refit());
    this.keys = this.root.querySelector(".viewer__keys");
    this.keys.addEventListener("keydown", (event) => event.key === "?" && this.keys.close());
    this.root.querySelector("[data-keys]").addEventListener("click", () => this.keys.showModal());
    this.root.addEventListener("change", (event) => event.target.matches("[data-layer]") && this.showLayers());
    this.show(photo);
    this.showLayers();
    return true;
  }

  async fetchMarkers() {
    const ahead = markersAhead.get(this.root.dataset.markers);
    if (markersAhead.delete(this.root.dataset.markers)) return ahead;
    const answer = await fetch(this.root.dataset.markers, { headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : null;
  }

  async reload() {
    const photo = await this.fetchMarkers();
    if (photo) this.show(photo);
  }

  show(photo) {
    this.photo = photo;
    this.marks.selected = null;
    this.marks.marks = [...readMarks(photo.removed, true), ...readMarks(photo.marks, false)];
    this.drawContainers();
    this.drawProposed();
    this.changed();
  }

  // After marks were added, removed or chosen.
  changed() {
    this.marks.draw();
    const standing = this.marks.marks.filter((mark) => !mark.removed);
    const numbers = {
      ...[PLANT, EMPTY, DEAD].map((classId) => standing.filter((mark) => mark.classId === classId).length),
      corrections: standing.filter((mark) => mark.origin !== FOUND).length + (this.marks.marks.length - standing.length),
    };
    for (const element of this.root.querySelectorAll("[data-number]")) element.textContent = inWords(numbers[element.dataset.number]);
    this.root.dispatchEvent(new CustomEvent("viewer:changed"));
  }

  drawContainers() {
    this.containers.clearLayers();
    this.estimates.clearLayers();
    for (const container of this.photo.containers) {
      const corners = container.polygon.map(([x, y]) => [-y, x]);
      const colour = CONTAINER_COLOURS[container.kind];
      const outline = L.polygon(corners, { color: colour, weight: 3, fillOpacity: 0.08, interactive: false }).addTo(this.containers);
      const label = document.createElement("span");
      const hidden = container.estimated - container.detected;
      const more = hidden > 0 ? ` + ${interpolate(ngettext("%s hidden", "%s hidden", hidden), [inWords(hidden)])}` : "";
      label.textContent = `${container.number}. ${container.name}: ${inWords(container.detected)}${more}`;
      const icon = L.divIcon({ className: "viewer__label", html: label, iconSize: null });
      L.marker(outline.getBounds().getNorthWest(), { icon, interactive: false, keyboard: false }).addTo(this.estimates);
    }
    this.drawParts();
  }

  // Where several products stand in one place: the part of the photo of each, with its name at the lower left.
  drawParts() {
    for (const part of this.photo.parts) {
      const outline = L.polygon(part.polygon.map(([x, y]) => [-y, x]), { color: "#fff", weight: 3, dashArray: "8 6", fill: false, interactive: false }).addTo(this.containers);
      const label = document.createElement("span");
      label.textContent = part.product;
      const icon = L.divIcon({ className: "viewer__label viewer__label--part", html: label, iconSize: null });
      L.marker(outline.getBounds().getSouthWest(), { icon, interactive: false, keyboard: false }).addTo(this.containers);
    }
  }

  // What somebody proposes: a dashed ring, with what it would be.
  drawProposed() {
    this.proposed.clearLayers();
    for (const { action, class_id: classId, x, y } of this.photo.proposed) {
      const ring = L.circleMarker([-y, x], { radius: 14, color: PROPOSED_COLOUR, weight: 3, dashArray: "5 4", fill: false, interactive: false });
      const label = document.createElement("span");
      label.textContent = PROPOSED_WORDS[action][classId];
      L.marker([-y, x], { icon: L.divIcon({ className: "viewer__proposed", html: label, iconSize: null }), interactive: false, keyboard: false }).addTo(this.proposed);
      ring.addTo(this.proposed);
    }
  }

  // The containers' counts as they are after a correction.
  relabel() {
    for (const [number, detected, estimated] of JSON.parse(document.getElementById("container-counts").textContent)) {
      const container = this.photo.containers.find((known) => known.number === number);
      if (container) Object.assign(container, { detected, estimated });
    }
    this.drawContainers();
  }

  showLayers() {
    const wanted = Object.fromEntries([...this.root.querySelectorAll("[data-layer]")].map((box) => [box.dataset.layer, box.checked]));
    this.marks.shown = { classes: [wanted.plant, wanted.empty, wanted.dead], corrections: wanted.corrections };
    this.marks.draw();
    for (const [name, layer] of [["containers", this.containers], ["estimate", this.estimates]]) {
      if (wanted[name]) layer.addTo(this.map);
      else layer.remove();
    }
  }

  fit() {
    this.map.setMinZoom(LEAST_ZOOM);
    this.map.fitBounds(this.bounds, { animate: false });
    this.wholeZoom = this.map.getZoom();
    this.map.setMinZoom(this.wholeZoom - 0.5);
  }

  // The picture was moved into another frame.
  resize() {
    this.map.invalidateSize({ animate: false, pan: false });
    this.fit();
  }

  // The phone was rotated: the whole picture stays whole, a part of it keeps its zoom.
  refit() {
    if (this.map.getZoom() <= this.wholeZoom + 0.01) return this.fit();
    this.wholeZoom = this.map.getBoundsZoom(this.bounds);
    this.map.setMinZoom(this.wholeZoom - 0.5);
  }

  // The middle of the view never leaves the picture. A part of a pixel stays: Leaflet ends such a move at once and would
  // call this again without end.
  keepInside() {
    const centre = this.map.getCenter();
    const nearest = L.latLng(Math.min(0, Math.max(-this.photo.height_px, centre.lat)), Math.min(this.photo.width_px, Math.max(0, centre.lng)));
    const far = this.map.project(nearest).distanceTo(this.map.project(centre));
    if (far >= LEAST_PAN_PX) this.map.panTo(nearest, { animate: false });
  }

  // The original replaces the preview once the zoom makes a difference.
  sharpen() {
    const previewWidth = this.picture.getElement().naturalWidth || this.photo.width_px;
    const shownWidth = this.photo.width_px * this.map.getZoomScale(this.map.getZoom(), 0) * (window.devicePixelRatio || 1);
    if (this.sharp || !this.photo.original_url || previewWidth >= this.photo.width_px || shownWidth < previewWidth * SHARPER_FROM) return;
    this.sharp = L.imageOverlay(this.photo.original_url, this.bounds, { opacity: 0 }).addTo(this.map);
    this.sharp.on("error", () => this.sharp.remove());
    this.sharp.on("load", () => (this.isUpright(this.sharp.getElement()) ? this.sharp.setOpacity(1) : this.sharp.remove()));
  }

  // Some browsers ignore the orientation tag; the original would not match its marks then.
  isUpright({ naturalWidth: width, naturalHeight: height }) {
    return Math.abs(width * this.photo.height_px - height * this.photo.width_px) <= SLACK_SHARE * width * this.photo.height_px;
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "0") this.fit();
    else if (event.key === "?") this.keys.showModal();
    else if (event.key.toLowerCase() === "h") this.hideAll();
    else if (event.key === "." || event.key === ",") this.goTo(event.key === "." ? 1 : -1);
    else return;
    event.preventDefault();
  }

  // Show the photo alone, and what was shown before again.
  hideAll() {
    const boxes = [...this.root.querySelectorAll("[data-layer]")];
    const shown = boxes.filter((box) => box.checked);
    for (const box of boxes) box.checked = shown.length === 0 && (this.hidden ?? boxes).includes(box);
    if (shown.length) this.hidden = shown;
    this.showLayers();
  }

  // The sharpest picture that is there.
  shownPicture() {
    return Number(this.sharp?.options.opacity) === 1 ? this.sharp.getElement() : this.picture.getElement();
  }

  // The next or previous mark that is shown, into the middle of the view.
  goTo(step) {
    const shown = this.marks.marks.filter((mark) => !mark.removed && this.marks.isShown(mark));
    if (!shown.length) return;
    const here = shown.indexOf(this.marks.selected);
    this.select(shown[(here + step + shown.length) % shown.length]);
    this.map.panTo(toLatLng(this.marks.selected), { animate: false });
  }

  // Before its page gives way to the next one.
  close() {
    this.map.remove();
  }

  select(mark) {
    this.marks.selected = mark;
    this.changed();
  }

  // The mark at a position of the map, for a finger or a mouse.
  markAt(latLng, reachPx = FINGER_PX) {
    return this.marks.nearest(latLng.lng, -latLng.lat, reachPx / this.map.getZoomScale(this.map.getZoom(), 0));
  }
}

function readMarks(columns, removed) {
  return columns.x.map((x, i) => ({
    x, y: columns.y[i], side: columns.side[i], classId: columns.class_id[i], origin: columns.origin[i], removed,
  }));
}

function toLatLng(mark) {
  return [-mark.y, mark.x];
}

// The page is redrawn by htmx when a run ends; each new viewer is opened once.
async function openViewers() {
  for (const root of document.querySelectorAll("[data-markers]:not([data-opened])")) {
    root.dataset.opened = "";
    const viewer = new PhotoViewer(root);
    if (await viewer.open()) root.dispatchEvent(new CustomEvent("viewer:open", { bubbles: true, detail: viewer }));
  }
}

document.addEventListener("DOMContentLoaded", openViewers);
document.addEventListener("htmx:afterSettle", openViewers);
