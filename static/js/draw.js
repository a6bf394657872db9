// Draws and corrects the outline of the chosen place with Leaflet-Geoman, and writes it as GeoJSON into the form, which
// also works without this script.

const FARTHEST = { centre: [0, 0], zoom: 2 };
const CLOSEST_ZOOM = 23;
const TILES_UP_TO = 19;
const DECIMALS = 8;

const colourOf = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();

class Drawing {
  constructor(form) {
    this.form = form;
    this.stage = document.getElementById("drawing-stage");
    this.stage.hidden = false;
    document.getElementById("paste").open = form.querySelector(".errorlist") !== null;
    this.choice = form.elements.place;
    this.field = form.elements.outline;
    this.places = JSON.parse(document.getElementById("drawing-outlines").textContent);
    this.map = L.map(this.stage.querySelector("[role=application]"), { zoomControl: false, attributionControl: false, maxZoom: CLOSEST_ZOOM, zoomSnap: 0.25 });
    L.control.zoom({ position: "bottomright" }).addTo(this.map);
    L.control.scale({ metric: this.form.dataset.units !== "us", imperial: this.form.dataset.units === "us" }).addTo(this.map);
    this.addTiles();
    this.others = L.featureGroup().addTo(this.map);
    this.shapes = new Map(this.places.map(({ key, name, rings }) => [key, this.draw(name, rings)]));
    this.choice.addEventListener("change", () => this.choose());
    for (const button of this.stage.querySelectorAll("[data-tool]")) button.addEventListener("click", () => this.use(button.dataset.tool));
    this.map.on("pm:create", ({ layer }) => this.take(layer));
    this.map.on("locationfound", ({ latlng }) => this.map.setView(latlng, 20));
    this.map.on("locationerror", () => this.say(gettext("Your device does not tell its position.")));
    this.map.pm.setGlobalOptions({ allowSelfIntersection: false, snapDistance: 12, tooltips: false });
    this.choose();
    this.form.dataset.opened = String(this.shapes.size);
  }

  addTiles() {
    const { tiles, attribution } = this.form.dataset;
    if (!tiles) return;
    L.tileLayer(tiles, { maxZoom: CLOSEST_ZOOM, maxNativeZoom: TILES_UP_TO, referrerPolicy: "origin" }).addTo(this.map);
    const named = document.createElement("span");
    named.textContent = attribution;
    L.control.attribution({ prefix: false }).addAttribution(named.innerHTML).addTo(this.map);
  }

  draw(name, rings) {
    const words = document.createElement("span");
    words.textContent = name;
    return L.polygon(rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]))).bindTooltip(words, { sticky: true }).addTo(this.others);
  }

  // The chosen place stands out; the view shows it, else what is drawn.
  choose() {
    this.stop();
    if (this.fresh) this.fresh.remove();
    this.fresh = null;
    this.field.value = "";
    for (const shape of this.shapes.values()) shape.setStyle({ color: colourOf("--line-strong"), weight: 1.5, fillOpacity: 0.05 });
    this.current = this.shapes.get(this.choice.value) ?? null;
    if (this.form.elements.remove) this.form.elements.remove.hidden = !this.current;
    this.current?.setStyle({ color: colourOf("--green"), weight: 4, fillOpacity: 0.25 }).bringToFront();
    const bounds = this.current ? this.current.getBounds().pad(0.5) : this.others.getBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds, { animate: false });
    else this.map.setView(FARTHEST.centre, FARTHEST.zoom);
  }

  use(tool) {
    this.stop();
    if (tool === "here") this.map.locate({ maxZoom: 20 });
    else if (tool === "Rectangle" || tool === "Polygon") this.start(tool);
    else this.correct(tool);
  }

  start(tool) {
    this.map.pm.enableDraw(tool, { pathOptions: { color: colourOf("--green") }, hintlineStyle: { color: colourOf("--green"), dashArray: "5 5" }, templineStyle: { color: colourOf("--green") } });
    this.say(tool === "Rectangle" ? gettext("Click two opposite corners.") : gettext("Click each corner, and the first one again."));
  }

  correct(tool) {
    const shape = this.fresh ?? this.current;
    if (!shape) {
      this.say(gettext("This place has no outline yet: draw one first."));
      return;
    }
    if (tool === "turn") shape.pm.enableRotate();
    else shape.pm.enable();
    shape.off("pm:edit pm:rotateend").on("pm:edit pm:rotateend", () => this.write(shape));
    this.say(tool === "turn" ? gettext("Drag a corner to turn the outline, then save.") : gettext("Drag the corners, then save."));
  }

  stop() {
    this.map.pm.disableDraw();
    for (const shape of [this.fresh, this.current]) {
      shape?.pm.disable();
      shape?.pm.disableRotate();
    }
  }

  // A new outline replaces the earlier one of the place.
  take(layer) {
    if (this.fresh) this.fresh.remove();
    this.fresh = layer;
    this.write(layer);
    this.say(gettext("Save the outline, or correct it first."));
  }

  write(shape) {
    this.field.value = JSON.stringify(shape.toGeoJSON(DECIMALS).geometry);
  }

  say(words) {
    document.getElementById("drawing-hint").textContent = words;
  }
}

const drawing = document.getElementById("drawing");
if (drawing) new Drawing(drawing);
