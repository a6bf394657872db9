// One finger on the picture: a tap; kept still, an aim through the loupe and at last a long press. A finger that moves
// first pans, and two fingers zoom: both belong to the map, and nothing is tapped until all fingers are up again.

const STILL_PX = 8;
const AIM_AFTER_MS = 180;
const HOLD_AFTER_MS = 600;

class Press {
  // `on`: isOn(), tap(point, isAimed), aim(point), leave(), hold(point); a point is {clientX, clientY}.
  constructor(stage, on) {
    this.on = on;
    this.finger = null;
    this.several = false;
    const listen = (name, act) => stage.addEventListener(name, act, { capture: true, passive: false });
    listen("touchstart", (event) => this.onStart(event));
    listen("touchmove", (event) => this.onMove(event));
    listen("touchend", (event) => this.onEnd(event));
    listen("touchcancel", (event) => this.onEnd(event));
    listen("contextmenu", (event) => this.onMenu(event));
  }

  get isDown() {
    return this.finger !== null;
  }

  onStart(event) {
    this.giveUp();
    if (event.touches.length > 1) this.several = true;
    if (this.several || !this.on.isOn() || event.target.closest(".leaflet-control")) return;
    const [{ clientX, clientY }] = event.touches;
    const at = { clientX, clientY };
    this.finger = { at, from: at, moved: false, aims: false, held: false };
    this.aiming = setTimeout(() => this.aim(), AIM_AFTER_MS);
    this.holding = setTimeout(() => this.hold(), HOLD_AFTER_MS);
  }

  onMove(event) {
    const { finger } = this;
    if (!finger) return;
    const [{ clientX, clientY }] = event.touches;
    finger.at = { clientX, clientY };
    finger.moved ||= Math.hypot(clientX - finger.from.clientX, clientY - finger.from.clientY) > STILL_PX;
    if (!finger.aims) return finger.moved && this.giveUp();
    event.stopPropagation();
    event.preventDefault();
    if (finger.moved) clearTimeout(this.holding);
    if (!finger.held) this.on.aim(finger.at);
  }

  onEnd(event) {
    if (event.touches.length) return;
    const { finger } = this;
    this.giveUp();
    this.several = false;
    if (!finger) return;
    if (event.cancelable) event.preventDefault(); // no click follows
    if (!finger.held && event.type === "touchend") this.on.tap(finger.at, finger.aims);
  }

  // The menu of a mouse's other button; a finger has its own way.
  onMenu(event) {
    if (!this.on.isOn()) return;
    event.preventDefault();
    if (!this.isDown && event.clientX) this.on.hold(event);
  }

  aim() {
    this.finger.aims = true;
    this.on.aim(this.finger.at);
  }

  hold() {
    this.finger.held = true;
    this.on.leave();
    navigator.vibrate?.(10);
    this.on.hold(this.finger.at);
  }

  giveUp() {
    clearTimeout(this.aiming);
    clearTimeout(this.holding);
    this.finger = null;
    this.on.leave();
  }
}
