// Draws a part of a photo by its corners with Leaflet, and writes them as text into the form, which also works without
// this script. Corners are in percent from the left and from the top; the text is what counts.

const WHOLE = 100;
const SNAP_PX = 16;  // a finger this close to the edge of the photo or to a corner of another part means it
const CORNER_PX = 32;
const LEAST_ZOOM = -8;
const CORNER = /^(\d+(?:\.\d+)?)\s+(\d+(?:\.\d+)?)$/;

const [OWN, OTHER] = ["rgb(240 228 66)", "#fff"];  // on any leaf, in light and dark
const clamp = (value) => Math.min(WHOLE, Math.max(0, value));
const round = (value) => Math.round(value * 10) / 10;

class PartDrawing {
  constructor(form) {
    this.field = form.elements.corners;
    this.corners = [];
    this.others = JSON.parse(document.getElementById("part-others").textContent);
    this.stage = document.getElementById("part-stage");
    this.width = Number(this.stage.dataset.width);
    this.height = Number(this.stage.dataset.height);
    this.stage.hidden = document.getElementById("part-hint").hidden = false;
    document.getElementById("part-picture").hidden = true;
    this.open(this.stage.querySelector("[role=application]"));
    this.drawOthers();
    this.read();
    this.field.addEventListener("input", () => this.read());
    form.querySelector("[value=undo]").addEventListener("click", (event) => this.removeLast(event));
    form.dataset.opened = "";
  }

  open(frame) {
    frame.style.setProperty("--ratio", `${this.width} / ${this.height}`);
    const bounds = L.latLngBounds([-this.height, 0], [0, this.width]);
    this.map = L.map(frame, { crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 0.5, minZoom: LEAST_ZOOM, maxZoom: 3, doubleClickZoom: false, scrollWheelZoom: false });
    // Two fingers zoom; buttons would lie over a corner of a small picture.
    if (!window.matchMedia("(pointer: coarse)").matches) L.control.zoom({ position: "bottomright" }).addTo(this.map);
    L.imageOverlay(this.stage.dataset.picture, bounds).addTo(this.map);
    this.map.fitBounds(bounds, { animate: false });
    this.map.setMinZoom(this.map.getZoom() - 0.5);
    this.shape = L.polygon([], { color: OWN, weight: 4, fillOpacity: 0.2, interactive: false }).addTo(this.map);
    this.markers = L.layerGroup().addTo(this.map);
    this.map.on("click", ({ latlng }) => this.write([...this.corners, this.cornerAt(latlng)]));
    this.map.on("resize", () => this.map.fitBounds(bounds, { animate: false }));
  }

  drawOthers() {
    for (const { name, corners } of this.others) {
      const words = document.createElement("span");
      words.textContent = name;
      const outline = corners.map((corner) => this.toLatLng(corner));
      L.polygon(outline, { color: OTHER, weight: 3, dashArray: "8 6", fillOpacity: 0.1, interactive: false }).addTo(this.map)
        .bindTooltip(words, { permanent: true, direction: "center" });
    }
  }

  toLatLng([x, y]) {
    return [(-y / WHOLE) * this.height, (x / WHOLE) * this.width];
  }

  // The corner meant by a place on the map: never outside the photo, and exactly on what it nearly touches.
  cornerAt(latlng) {
    const [x, y] = [clamp((latlng.lng / this.width) * WHOLE), clamp((-latlng.lat / this.height) * WHOLE)];
    const scale = this.map.getZoomScale(this.map.getZoom(), 0);
    const distance = ([otherX, otherY]) => Math.hypot(((otherX - x) / WHOLE) * this.width, ((otherY - y) / WHOLE) * this.height) * scale;
    const near = this.others.flatMap(({ corners }) => corners).sort((one, two) => distance(one) - distance(two))[0];
    if (near && distance(near) <= SNAP_PX) return near;
    const onEdge = (value, length) => [0, WHOLE].find((edge) => (Math.abs(value - edge) / WHOLE) * length * scale <= SNAP_PX) ?? round(value);
    return [onEdge(x, this.width), onEdge(y, this.height)];
  }

  // Corners that cannot be read are left as they are typed; the form says what is wrong with them.
  read() {
    const entries = this.field.value.split(/[,;\n]/).map((entry) => entry.trim()).filter(Boolean);
    const found = entries.map((entry) => entry.match(CORNER));
    if (found.includes(null)) return;
    this.corners = found.map(([, x, y]) => [Number(x), Number(y)]);
    this.draw();
  }

  write(corners) {
    this.corners = corners;
    this.field.value = corners.map(([x, y]) => `${x} ${y}`).join(", ");
    this.draw();
  }

  draw() {
    this.shape.setLatLngs(this.corners.map((corner) => this.toLatLng(corner)));
    this.markers.clearLayers();
    this.corners.forEach((corner, index) => {
      const icon = L.divIcon({ className: "part__corner", iconSize: [CORNER_PX, CORNER_PX] });
      const marker = L.marker(this.toLatLng(corner), { icon, draggable: true, keyboard: false }).addTo(this.markers);
      const moved = (place) => this.corners.map((known, other) => (other === index ? place : known));
      marker.on("drag", () => this.shape.setLatLngs(moved(this.cornerAt(marker.getLatLng())).map((place) => this.toLatLng(place))));
      marker.on("dragend", () => this.write(moved(this.cornerAt(marker.getLatLng()))));
    });
  }

  removeLast(event) {
    event.preventDefault();
    this.write(this.corners.slice(0, -1));
  }
}

const part = document.getElementById("part");
if (part && document.getElementById("part-stage")) new PartDrawing(part);
