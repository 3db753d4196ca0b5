// What makes the dashboard quick: links and forms swap the view in place, the chart answers to pointer and keys, the live
// count and the figures keep themselves up to date. Every page works without this file.

const LIVE_EACH_MS = 1_000; // with the recorder's half second, a click is felt within two seconds
const WAIT_EACH_MS = 5_000;
const REFRESH_EACH_MS = 1_500; // a visit is on an open dashboard within two seconds; more often would be restless

const byId = (id) => document.getElementById(id);

// ---- swapping the view ----

let loading = null;
// The address of the view on the page: a jump to a part of it also counts as going back or forth, and needs no loading.
let shown = location.pathname + location.search;

// A page as a document, and the address it was found at in the end: adding a filter leads on to the view with the filter.
// XMLHttpRequest parses it without any string becoming markup, so Trusted Types can be enforced.
const fetchPage = (url) =>
  new Promise((resolve, reject) => {
    loading?.abort();
    const request = (loading = new XMLHttpRequest());
    request.responseType = "document";
    request.open("GET", url);
    request.onload = () => resolve({ page: request.responseXML, found: request.responseURL });
    request.onerror = reject;
    request.send();
  });

// The place in the page that a link with a focusable name of its own keeps after the swap.
const focusedId = () => document.activeElement?.id;

async function show(url, { remember = true, top = false } = {}) {
  const view = byId("view");
  const focused = focusedId();
  view.setAttribute("aria-busy", "true");
  let page, found;
  try {
    ({ page, found } = await fetchPage(url));
  } catch {
    location.assign(url);
    return;
  }
  const next = page?.getElementById("view");
  if (!next) {
    location.assign(url); // signed out, or another kind of page
    return;
  }
  if (remember) {
    history.replaceState({ y: scrollY }, "");
    history.pushState(null, "", found);
  }
  shown = location.pathname + location.search;
  document.title = page.title;
  view.replaceWith(document.adoptNode(next));
  const heading = next.querySelector("h1, h2");
  byId("status").textContent = heading ? `Now showing ${heading.textContent}` : "";
  byId(focused)?.focus({ preventScroll: true });
  if (top) scrollTo(0, 0);
  ready();
}

const ours = (url) => url.origin === location.origin && url.pathname === location.pathname;

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (link.hasAttribute("download") || url.hash || !ours(url) || !byId("view")) return;
  event.preventDefault();
  const listing = (search) => new URLSearchParams(search).has("panel");
  show(url.href, { top: listing(url.search) !== listing(location.search) });
}

function onSubmit(event) {
  const form = event.target;
  const url = new URL(form.action);
  if (form.method !== "get" || !ours(url) || !byId("view")) return;
  event.preventDefault();
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  show(url.href);
}

async function onPop(event) {
  if (!byId("view") || shown === location.pathname + location.search) return;
  await show(location.href, { remember: false });
  scrollTo(0, event.state?.y ?? 0);
}

// ---- menus ----

const openMenus = () => document.querySelectorAll("details:is(.menu, .help)[open]");

function closeMenus(event) {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
}

function onKey(event) {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

// ---- the chart ----

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function tipLines(row) {
  const [name, now, before, beforeName] = [...row.cells].map((cell) => cell.textContent);
  const first = element("div", `${name}: `);
  first.append(element("b", now || "not yet"));
  return before ? [first, element("div", `${beforeName}: ${before}`)] : [first];
}

function chart(figure) {
  const plot = figure.querySelector(".plot");
  const lines = figure.querySelector(".lines");
  const dots = [...figure.querySelectorAll(".dot")];
  const rows = [...figure.querySelectorAll(".data tbody tr")];
  const tip = figure.querySelector(".tip");
  let at = -1;

  function point(index) {
    dots[at]?.classList.remove("on");
    at = index;
    tip.hidden = index < 0;
    if (index < 0) return;
    dots[index].classList.add("on");
    tip.replaceChildren(...tipLines(rows[index]));
    const box = lines.getBoundingClientRect();
    const left = box.left - plot.getBoundingClientRect().left;
    const x = left + (box.width * (index + 0.5)) / dots.length;
    const beside = x + 14 + tip.offsetWidth > plot.clientWidth ? x - 14 - tip.offsetWidth : x + 14;
    tip.style.left = `${Math.max(0, beside)}px`;
  }

  function follow(event) {
    const box = lines.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * dots.length);
    point(Math.min(dots.length - 1, Math.max(0, index)));
  }

  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow); // a finger does not move before it touches
  plot.addEventListener("pointerleave", () => point(-1));
  plot.addEventListener("blur", () => point(-1));
  plot.addEventListener("keydown", (event) => {
    const last = dots.length - 1;
    const to = { ArrowRight: Math.min(last, at + 1), ArrowLeft: at < 0 ? last : Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    point(to);
    byId("status").textContent = [...tip.children].map((line) => line.textContent).join("; ");
  });
}

// ---- the live count ----

async function liveCounts(url) {
  const answer = await fetch(url, { redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect") location.reload(); // signed out elsewhere, or too long away: the way to sign in again
  const counts = answer.ok && (await answer.json());
  return typeof counts?.visitors === "number" ? counts : null;
}

function showLive(place, count) {
  place.querySelector("b").textContent = count;
  place.querySelector(".live-what").textContent = count === 1 ? "visitor" : "visitors";
  place.querySelector(".live-dot").classList.toggle("on", count > 0);
}

function takeIn(place, { visitors, pageviews }) {
  const counts = `${visitors} ${pageviews}`;
  if (counts !== place.dataset.counts && !navigator.connection?.saveData) stale = true;
  place.dataset.counts = counts;
  showLive(place, visitors);
}

function watch() {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const waiting = () => document.querySelector("[data-waiting]");
  const look = async () => {
    if (!document.hidden) {
      const counts = await liveCounts(place.dataset.live).catch(() => null);
      if (counts) takeIn(place, counts);
      if (!waiting()) refresh();
      else if (counts?.visitors) show(location.href, { remember: false });
    }
    setTimeout(look, waiting() ? WAIT_EACH_MS : LIVE_EACH_MS);
  };
  setTimeout(look, waiting() ? WAIT_EACH_MS : LIVE_EACH_MS);
}

// ---- keeping the figures fresh ----

const PARTS = ".toolbar, .note, section";

let stale = false; // something may have been counted since the figures on the page were
let refreshedAt = -Infinity;

// Somebody is in the middle of something here that new elements would take from under their hands.
function inUse(part) {
  const focused = part.contains(document.activeElement) && document.activeElement;
  const selection = getSelection();
  return (
    (focused && (!focused.id || focused.matches("input, select"))) ||
    part.querySelector(":active, .tip:not([hidden])") !== null ||
    [...part.querySelectorAll("input")].some((input) => input.value !== input.defaultValue) ||
    (!selection.isCollapsed && selection.containsNode(part, true))
  );
}

// One part in place of another, what the reader has opened, scrolled and focused as it was.
function swapPart(part, next) {
  const scrolled = [...part.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
  const focused = part.contains(document.activeElement) ? focusedId() : null;
  part.replaceWith(next);
  next.querySelectorAll(".scroll").forEach((box, i) => scrolled[i] && box.scrollTo(...scrolled[i]));
  byId(focused)?.focus({ preventScroll: true });
  ready(next);
}

// Only the parts that differ are touched, so that a list does not move while another is read. What is in use waits.
function renew(view, next) {
  const [olds, news] = [view, next].map((each) => [...each.querySelectorAll(PARTS)]);
  const pairs = olds.length === news.length ? olds.map((part, i) => [part, news[i]]) : [[view, next]];
  const y = scrollY;
  for (const [part, fresh] of pairs) {
    const [table, freshTable] = [part, fresh].map((each) => each.querySelector(".data"));
    if (freshTable) freshTable.open = table?.open ?? false;
    if (part.isEqualNode(fresh)) continue;
    if (inUse(part)) stale = true;
    else swapPart(part, fresh);
  }
  scrollTo(0, y);
}

// The same view, asked again where today is one of its days.
async function refresh() {
  const view = byId("view");
  const busy = () => view.hasAttribute("aria-busy") || openMenus().length > 0;
  if (!stale || performance.now() - refreshedAt < REFRESH_EACH_MS || !view?.matches("[data-today]") || busy()) return;
  refreshedAt = performance.now();
  stale = false;
  const { page } = await fetchPage(location.href).catch(() => ({}));
  const next = page?.getElementById("view");
  if (!next || !view.isConnected || busy()) stale = true;
  else renew(view, document.adoptNode(next));
}

function onVisible() {
  if (document.hidden) return;
  stale = true;
  refresh();
}

// ---- signing in by a link ----

// The token is in the fragment, which is never sent by itself: it goes into the form, out of the address bar and out of
// the history, and is posted.
async function signIn() {
  const form = byId("sign-in");
  const token = location.hash.slice(1);
  if (!form || !token) return;
  history.replaceState(null, "", location.pathname);
  byId("token").value = token;
  // A posted form says "Origin: null" under our referrer policy; fetch names its origin, also on plain http.
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams({ token }), redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.replace("/");
  else form.submit();
}

// ---- copying ----

function copier(button) {
  button.hidden = !navigator.clipboard; // only there on https and loopback
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
    byId("status").textContent = button.textContent = "Copied";
  });
}

function ready(part = document) {
  for (const button of part.querySelectorAll("[data-copy]")) copier(button);
  for (const figure of part.querySelectorAll("[data-chart]")) chart(figure);
}

addEventListener("click", onClick);
addEventListener("click", closeMenus);
addEventListener("submit", onSubmit);
addEventListener("popstate", onPop);
addEventListener("keydown", onKey);
addEventListener("hashchange", signIn);
document.addEventListener("visibilitychange", onVisible);
ready();
watch();
signIn();
