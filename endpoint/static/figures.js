// With this, maps zoom and a range of time can be drawn on bars and timelines. Without it, all they show is still there.
"use strict";

const APART = 0.045; // the least distance of two circles, as part of the width of a map
const CLOSEST = 24; // how many times as large as at first a map can be
const LARGEST = 22; // radii of circles in pixels
const SMALLEST = 3;
const NAMES = 14;
const MOVED = 4; // pixels from which on a pointer that is down does not click

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const between = (value, least, most) => Math.min(Math.max(value, least), most);

// Calls `moved` with the event and where a pointer went down, while it is down, and `done` when it is up again.
function dragging(area, moved, done) {
  let start = null;
  let far = false;
  area.addEventListener("pointerdown", (event) => {
    if (event.button === 0) [start, far] = [event, false];
  });
  area.addEventListener("pointermove", (event) => {
    if (!start) return;
    far ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= MOVED;
    if (!far) return;
    area.setPointerCapture(event.pointerId);
    moved(event, start);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    area.addEventListener(name, () => {
      if (far) done();
      start = null;
      setTimeout(() => { far = false; }); // after the click that comes of letting go
    });
  }
  area.addEventListener("click", (event) => far && event.preventDefault(), true);
  area.addEventListener("dragstart", (event) => event.preventDefault());
}

// The points of a map in circles of which no two are close; x and y are parts of the width of the map.
function clusters(points, view) {
  const made = [];
  for (const point of points) {
    const x = (point.x - view.x) / view.size;
    const y = (point.y - view.y) / view.size / 2;
    if (x < 0 || x > 1 || y < 0 || y > 0.5) continue;
    const found = made.find((one) => Math.hypot(one.x - x, one.y - y) < APART);
    if (found) found.points.push(point);
    else made.push({ x, y, points: [point] });
  }
  for (const one of made) one.events = one.points.reduce((sum, point) => sum + point.events, 0);
  return made.sort((one, other) => other.events - one.events);
}

function pointsOf(figure, { west, south, east, north }) {
  const points = [...figure.querySelectorAll(".places li")].map((item) => {
    const [latitude, longitude, events] = ["latitude", "longitude", "events"].map((name) => Number(item.dataset[name]));
    const turn = 360 * Math.floor((longitude - (west + east) / 2) / 360 + 0.5);
    const [x, y] = [(longitude - turn - west) / (east - west), (north - latitude) / (north - south)];
    return { x, y, events, link: item.querySelector("a") };
  });
  return points.sort((one, other) => other.events - one.events);
}

function sign(cluster, radius) {
  const { link } = cluster.points[0];
  const name = link.textContent + (cluster.points.length > 1 ? ` +${cluster.points.length - 1}` : "");
  const events = cluster.events.toLocaleString("en");
  const at = { cx: `${100 * cluster.x}%`, cy: `${200 * cluster.y}%` };
  return svg(
    "a",
    { class: "place", href: link.getAttribute("href"), "aria-label": `${name}: ${events}` },
    svg("title", {}, `${name}: ${events}`),
    svg("circle", { class: "hit", r: 12, ...at }),
    svg("circle", { class: "value", r: radius, ...at }),
    svg("text", { class: "name", x: at.cx, y: at.cy, dx: radius + 4, dy: 4, "aria-hidden": true }, `${name} `,
      svg("tspan", { class: "count" }, events)),
  );
}

// Leaves the names that are inside of a map and on no other name, those of the first signs rather than of others.
function thinned(signs, width) {
  const taken = [];
  for (const text of signs.map((one) => one.querySelector("text"))) {
    const box = text.getBBox();
    const free = (one) => box.x > one.x + one.width || one.x > box.x + box.width || Math.abs(box.y - one.y) > box.height;
    if (box.x + box.width < width && taken.length < NAMES && taken.every(free)) taken.push(box);
    else text.remove();
  }
}

function zooming(figure) {
  const world = figure.querySelector("svg.world");
  const outlines = world.querySelector(".outlines");
  const [, , width, height] = outlines.getAttribute("viewBox").split(" ").map(Number);
  const edges = Object.fromEntries(Object.entries(world.dataset).map(([name, value]) => [name, Number(value)]));
  const points = pointsOf(figure, edges);
  const here = figure.querySelector(".here");
  const controls = figure.querySelector(".zoom");
  let view = { x: 0, y: 0, size: 1 };

  function show(size, x, y) {
    const kept = between(size, 1 / CLOSEST, 1);
    view = { size: kept, x: between(x, 0, 1 - kept), y: between(y, 0, 1 - kept) };
    outlines.setAttribute("viewBox", [view.x * width, view.y * height, kept * width, kept * height].join(" "));
    world.classList.toggle("zoomed", kept < 1);
    draw();
    narrow();
  }

  function draw() {
    const found = clusters(points, view);
    const most = Math.max(...found.map((one) => one.events));
    const signs = found.map((one) => sign(one, Math.max(SMALLEST, LARGEST * Math.sqrt(one.events / most))));
    for (const one of world.querySelectorAll(".place")) one.remove();
    world.append(...[...signs].reverse());
    thinned(signs, world.clientWidth);
    signs.forEach((one, number) => {
      if (found[number].points.length > 1 && view.size > 1 / CLOSEST) one.addEventListener("click", closer(found[number]));
    });
  }

  const closer = (cluster) => (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const size = view.size / 4;
    show(size, view.x + cluster.x * view.size - size / 2, view.y + 2 * cluster.y * view.size - size / 2);
    controls.querySelector("button").focus();
  };

  // The link to the events in what is seen.
  function narrow() {
    const address = new URL(here.href);
    const longitude = (part) => ((edges.west + part * (edges.east - edges.west) + 540) % 360) - 180;
    const latitude = (part) => edges.north - part * (edges.north - edges.south);
    const box = [longitude(view.x), latitude(view.y + view.size), longitude(view.x + view.size), latitude(view.y)];
    address.searchParams.set("bbox", box.map((one) => one.toFixed(2)).join(","));
    here.href = address;
    here.hidden = view.size === 1;
  }

  function zoom(factor, across = 0.5, down = 0.5) {
    const size = between(view.size / factor, 1 / CLOSEST, 1);
    show(size, view.x + across * (view.size - size), view.y + down * (view.size - size));
  }

  const move = (x, y) => show(view.size, view.x + x * view.size, view.y + y * view.size);
  const keys = { "+": () => zoom(2), "-": () => zoom(0.5), 0: () => show(1, 0, 0) };
  for (const [key, x, y] of [["Left", -0.2, 0], ["Right", 0.2, 0], ["Up", 0, -0.2], ["Down", 0, 0.2]]) {
    keys[`Arrow${key}`] = () => move(x, y);
  }
  controls.hidden = false;
  controls.addEventListener("click", (event) => keys[event.target.dataset.key]?.());
  controls.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const within = (event) => {
    const { left, top, width: across, height: down } = world.getBoundingClientRect();
    return [(event.clientX - left) / across, (event.clientY - top) / down];
  };
  world.addEventListener("dblclick", (event) => zoom(2, ...within(event)));
  let from = null;
  dragging(world, (event, start) => {
    from ??= view;
    const [[x, y], [before_x, before_y]] = [within(event), within(start)];
    show(from.size, from.x - (x - before_x) * from.size, from.y - (y - before_y) * from.size);
  }, () => { from = null; });
}

// The year, month or day that comes so many after the first.
function period(first, after) {
  if (first.length === 4) return String(Number(first) + after).padStart(4, "0");
  const day = new Date(first.length === 7 ? `${first}-01` : first);
  if (first.length === 7) day.setUTCMonth(day.getUTCMonth() + after);
  else day.setUTCDate(day.getUTCDate() + after);
  return day.toISOString().slice(0, first.length);
}

function brushing(figure) {
  const drawing = figure.querySelector("svg");
  const chosen = figure.querySelector(".chosen");
  const range = svg("rect", { class: "range", height: "100%" });
  const { first, count } = drawing.dataset;

  function choose(one, other) {
    const [begin, end] = [Math.min(one, other), Math.max(one, other)].map((at) => between(at, 0, count - 1));
    range.setAttribute("x", `${(100 * begin) / count}%`);
    range.setAttribute("width", `${(100 * (end - begin + 1)) / count}%`);
    drawing.prepend(range);
    const address = new URL(figure.dataset.narrow, location.href);
    for (const [name, at] of [["from", begin], ["to", end]]) {
      address.searchParams.set(name, period(first, at));
      chosen.querySelector(`.${name}`).textContent = period(first, at);
    }
    chosen.href = address;
    chosen.hidden = false;
  }

  const at = (event) => {
    const { left, width } = drawing.getBoundingClientRect();
    return Math.floor(((event.clientX - left) / width) * count);
  };
  dragging(drawing, (event, start) => choose(at(start), at(event)), () => chosen.focus());
  let [anchor, end] = [0, 0];
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const own = event.target.closest("[data-at]");
    if (own && step && event.shiftKey) {
      event.preventDefault();
      const start = Number(own.dataset.at);
      if (chosen.hidden || start !== anchor) [anchor, end] = [start, start];
      end = between(end + step, 0, count - 1);
      choose(anchor, end);
    } else if (event.key === "Escape") {
      range.remove();
      chosen.hidden = true;
    } else if (own && event.key === "Enter" && !chosen.hidden) {
      event.preventDefault();
      chosen.click();
    }
  });
}

for (const figure of document.querySelectorAll("figure.map:not(.locator)")) zooming(figure);
for (const figure of document.querySelectorAll("figure[data-narrow]")) brushing(figure);
