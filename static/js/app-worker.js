// The service worker of the installed app (gallery/upload/installed_app.py serves it at the root). Pages come from the
// network, always; nothing of them is kept. Only the page for times without a network is kept, with its styles, scripts
// and pictures: device.js says which, and another one (a new release, language or theme) replaces it.

const PATIENCE_MS = 10_000; // for the start page: whoever opens the app in a greenhouse wants to photograph
const IS_FILE = /^\/(static|words)\//;
const AS_KEPT = { ignoreVary: true }; // the page and its files are the same for everyone
const FILES = /(?:href|src)="(\/(?:static|words)\/[^"]+)"/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data.offline) event.waitUntil(keepPage(event.data.offline));
});

// In a cache of its own, named like its address; complete once the page itself is in it.
async function keepPage(address) {
  const kept = await caches.open(address);
  if (!(await kept.match(address, AS_KEPT))) {
    const answer = await fetch(address, { credentials: "omit" });
    if (!answer.ok) return;
    const files = [...(await answer.clone().text()).matchAll(FILES)].map(([, file]) => file);
    await kept.addAll(new Set(files));
    await kept.put(address, answer);
  }
  for (const name of await caches.keys()) if (name !== address) await caches.delete(name);
}

async function findPage() {
  for (const name of await caches.keys()) {
    const page = await (await caches.open(name)).match(name, AS_KEPT);
    if (page) return page;
  }
  return null;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(openPage(event, pathname));
  else if (IS_FILE.test(pathname)) event.respondWith(fetch(request).catch(async () => (await caches.match(request, AS_KEPT)) ?? Response.error()));
});

async function openPage(event, pathname) {
  const fromNetwork = (async () => (await event.preloadResponse) ?? fetch(event.request))();
  fromNetwork.catch(() => {}); // of one that nobody waits for any more
  try {
    return await (pathname === "/" ? Promise.race([fromNetwork, giveUp()]) : fromNetwork);
  } catch {
    return (await findPage()) ?? fromNetwork;
  }
}

const giveUp = () => new Promise((_resolve, reject) => setTimeout(reject, PATIENCE_MS));
