// The nursery as a map: outlines from data, each location filled by the age of its last count, a click opens its page.
// Shown if scripts run; the list below it has the same information. Each age has a pattern in addition to its colour.

const AGES = {
  week: { token: "--green", pattern: "solid" },
  month: { token: "--blue", pattern: "lines" },
  quarter: { token: "--yellow", pattern: "grid" },
  older: { token: "--red", pattern: "dots" },
  never: { token: "--ink-soft", pattern: "none" },
};
const TILE = 8;  // side of a pattern, in pixels
const CLICKABLE_PX = 14;  // on smaller outlines a click zooms in instead, as nobody could hit the right one
const NAMED_PX = 46;  // from this width on a location has space for its text
const MOST_NAMED = 120;
const FAR_AWAY = 10;  // times the usual distance from the middle, and at least so many metres: an outline drawn in the wrong place
const FAR_AWAY_M = 500;
const CLOSEST_ZOOM = 23;
const TILES_UP_TO = 19;

const colourOf = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
const toLatLngs = (rings) => rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]));

// A canvas pattern serves as a fill colour of Leaflet's canvas renderer.
function fillOf(age) {
  const { token, pattern } = AGES[age];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = pen.fillStyle = colourOf(token);
  if (pattern === "solid") pen.fillRect(0, 0, TILE, TILE);
  if (pattern === "lines") for (const x of [-TILE, 0, TILE]) line(pen, x, TILE, x + TILE, 0);
  if (pattern === "grid") {
    line(pen, 0, TILE / 2, TILE, TILE / 2);
    line(pen, TILE / 2, 0, TILE / 2, TILE);
  }
  if (pattern === "dots") pen.fillRect(2, 2, 3, 3);
  return pen.createPattern(canvas, "repeat");
}

// The corner nearest to the upper left, of an outline that may be rotated.
function cornerOf(outline) {
  return outline.getLatLngs()[0].reduce((best, corner) => (corner.lat - corner.lng > best.lat - best.lng ? corner : best));
}

// All but the outlines that are many times farther from the middle than the others.
function withoutFarAway(shapes, map) {
  const middles = shapes.map((shape) => shape.getBounds().getCenter());
  const middleOf = (numbers) => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
  const middle = [middleOf(middles.map(({ lat }) => lat)), middleOf(middles.map(({ lng }) => lng))];
  const distances = middles.map((centre) => map.distance(middle, centre));
  const most = Math.max(FAR_AWAY_M, FAR_AWAY * middleOf([...distances]));
  return shapes.filter((_shape, i) => distances[i] <= most);
}

const covers = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

function line(pen, fromX, fromY, toX, toY) {
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
}

function styleOf(age) {
  return {
    color: colourOf(AGES[age].token), weight: 1.5, dashArray: age === "never" ? "4 3" : null,
    fillColor: fillOf(age), fillOpacity: age === "week" ? 0.6 : 0.85,
  };
}

class NurseryMap {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".nursery__map");
    this.words = L.layerGroup();
  }

  async open() {
    const answer = await fetch(this.root.dataset.outlines, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const nursery = await answer.json();
    this.marks = JSON.parse(document.getElementById("nursery-marks")?.textContent ?? "{}");
    for (const layer of ["warehouses", "areas", "locations"]) nursery[layer] = nursery[layer].filter(({ rings }) => rings.length);
    this.root.hidden = false;
    this.root.querySelector("[data-more]").hidden = !nursery.more;
    this.map = L.map(this.stage, {
      zoomControl: false, attributionControl: false, scrollWheelZoom: false, maxZoom: CLOSEST_ZOOM, zoomSnap: 0.25, renderer: L.canvas({ padding: 0.3 }),
    });
    L.control.zoom({ position: "bottomright" }).addTo(this.map);
    L.control.scale({ metric: this.root.dataset.units !== "us", imperial: this.root.dataset.units === "us" }).addTo(this.map);
    this.addTiles();
    this.draw(nursery);
    this.words.addTo(this.map);
    // The wheel scrolls the page until the map is chosen.
    this.stage.addEventListener("focus", () => this.map.scrollWheelZoom.enable());
    this.stage.addEventListener("blur", () => this.map.scrollWheelZoom.disable());
    this.showFar();
    this.map.fitBounds(this.bounds.pad(0.03), { animate: false });
    this.map.on("moveend", () => this.writeWords());
    this.writeWords();
    window.addEventListener("hashchange", () => this.goToNamed());
    this.goToNamed();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    this.paint();
    this.root.dataset.opened = String(this.places.length);
  }

  addTiles() {
    const { tiles, attribution } = this.root.dataset;
    if (!tiles) return;
    // Tile servers require a referrer, which the page's own policy would not send.
    L.tileLayer(tiles, { maxZoom: CLOSEST_ZOOM, maxNativeZoom: TILES_UP_TO, referrerPolicy: "origin" }).addTo(this.map);
    const named = document.createElement("span");
    named.textContent = attribution;
    L.control.attribution({ prefix: false }).addAttribution(named.innerHTML).addTo(this.map);
  }

  draw(nursery) {
    const around = [...nursery.warehouses.map((it) => [`warehouse:${it.code}`, it]), ...nursery.areas.map((it) => [`area:${it.code}`, it])];
    this.outlines = around.map(([key, { rings }]) => L.polygon(toLatLngs(rings), { key, weight: 1.5, fill: false, interactive: false }).addTo(this.map));
    this.areas = new Map(nursery.areas.map(({ id, name }, i) => [id, { name, outline: this.outlines[nursery.warehouses.length + i] }]));
    this.houses = nursery.warehouses.map(({ name }, i) => ({ name, corner: cornerOf(this.outlines[i]) }));
    const group = L.featureGroup();
    this.places = nursery.locations.map((place) => Object.assign(L.polygon(toLatLngs(place.rings)).addTo(group), { place }));
    group.bindTooltip((shape) => this.tell(shape.place), { sticky: true }).on("click", ({ layer, latlng }) => this.choose(layer, latlng)).addTo(this.map);
    this.all = [...this.outlines, ...this.places];
    this.near = withoutFarAway(this.all, this.map);
    this.bounds = L.featureGroup(this.near).getBounds();
  }

  // What lies far away must not shrink the rest to a point: a person may ask for it.
  showFar() {
    const note = this.root.querySelector("[data-far]");
    note.hidden = this.near.length === this.all.length;
    note.querySelector("button").addEventListener("click", () => {
      this.map.fitBounds(L.featureGroup(this.all).getBounds().pad(0.03), { animate: false });
    });
  }

  paint() {
    const styles = Object.fromEntries(Object.keys(AGES).map((age) => [age, styleOf(age)]));
    for (const shape of this.places) shape.setStyle(styles[shape.place.age]);
    const due = { color: colourOf("--ink"), weight: 4, dashArray: null };
    for (const shape of this.places) if (shape.place.due) shape.setStyle(due);
    const doubt = { color: colourOf("--red"), weight: 4, dashArray: "10 5" };
    for (const shape of this.places) if (this.marks[`location:${shape.place.code}`]) shape.setStyle(doubt).bringToFront();
    this.named?.setStyle({ weight: 5, dashArray: null }).bringToFront();
    for (const outline of this.outlines) outline.setStyle(this.marks[outline.options.key] ? doubt : { color: colourOf("--line-strong") });
  }

  tell(place) {
    const words = document.createElement("span");
    words.textContent = `${this.areas.get(place.area)?.name ?? ""} · ${place.name}: ${place.words}`;
    const doubt = this.marks[`location:${place.code}`];
    if (doubt) words.textContent += ` · ${doubt}`;
    return words;
  }

  widthOf(shape) {
    const bounds = shape.getBounds();
    return this.map.latLngToLayerPoint(bounds.getNorthEast()).x - this.map.latLngToLayerPoint(bounds.getNorthWest()).x;
  }

  choose(shape, latLng) {
    if (this.widthOf(shape) >= CLICKABLE_PX) {
      window.location.assign(this.root.dataset.location.replace("CODE", encodeURIComponent(shape.place.code)));
      return;
    }
    const bed = this.areas.get(shape.place.area)?.outline.getBounds();
    if (bed && this.map.getBoundsZoom(bed) > this.map.getZoom() + 1) this.map.fitBounds(bed, { animate: false });
    else this.map.setView(latLng, this.map.getZoom() + 2, { animate: false });
  }

  // The names of the houses in view, then names and plants of the locations, if they fit, are few and cover no other.
  writeWords() {
    this.words.clearLayers();
    const view = this.map.getBounds();
    const houses = this.houses.filter(({ corner }) => view.contains(corner));
    const written = houses.map(({ name, corner }) => this.write(corner, "nursery__name", [name]));
    written.push(...this.writePlaces(view));
    const boxes = [];
    const edge = this.stage.getBoundingClientRect().right;
    for (const [marker, box] of written.map((word) => [word, word.getElement().firstChild.getBoundingClientRect()])) {
      if (box.right > edge || boxes.some((other) => covers(box, other))) marker.remove();
      else boxes.push(box);
    }
  }

  writePlaces(view) {
    const shown = this.places.filter((shape) => view.intersects(shape.getBounds()) && this.widthOf(shape) >= NAMED_PX);
    if (shown.length > MOST_NAMED) return [];
    return shown.map((shape) => {
      const { name, plants } = shape.place;
      return this.write(shape.getBounds().getCenter(), "nursery__plants", plants === null ? [name] : [name, plants.toLocaleString()]);
    });
  }

  write(latLng, className, lines) {
    const html = document.createElement("div");
    for (const text of lines) html.append(Object.assign(document.createElement("span"), { textContent: text }));
    html.className = className;
    return L.marker(latLng, { icon: L.divIcon({ className: "", html, ...(className === "nursery__plants" ? { iconSize: [80, 34] } : { iconSize: null, iconAnchor: [0, 26] }) }), interactive: false, keyboard: false }).addTo(this.words);
  }

  // The address may name a location: #N1-N-04
  goToNamed() {
    const code = decodeURIComponent(window.location.hash.slice(1));
    const shape = this.places.find(({ place }) => place.code === code);
    if (!shape) return;
    this.map.fitBounds(shape.getBounds().pad(2), { animate: false });
    this.named = shape;
    this.paint();
  }
}

const nursery = document.getElementById("nursery");
if (nursery) new NurseryMap(nursery).open();
