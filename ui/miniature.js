// Miniatures in the browser: one clock moves every picture of the page. gradcore/figures/miniature.py says what the
// `data-` attributes mean. At rest a picture shows its last moment, as it was drawn.

const REST = 2.5; // seconds at the last moment, before it begins again
const PAUSE = "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z", PLAY = "M4 2.5v11l9-5.5z"; // prettier-ignore
const FRAME = 33; // ms between two pictures
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const hosts = new Map(); // host element -> what it shows
const clock = { paused: reduced.matches, at: 0, before: 0, ticking: false };

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".gradcore-miniature");
  const text = new TextDecoder().decode(data);
  if (hosts.get(host)?.text !== text) hosts.set(host, build(host, text));
  tick();
  return () => host.isConnected || hosts.delete(host);
}

function build(host, text) {
  const { pictures, seconds, control, paused } = JSON.parse(text);
  document.getElementById("gradcore-first")?.remove(); // what stood here while the front end was loading
  if (paused !== null) clock.paused = paused || reduced.matches;
  host.innerHTML = `<div class="gradcore-miniature-pictures">${pictures.map((one) => `<div>${one.svg}</div>`).join("")}</div>`;
  const svgs = [...host.querySelectorAll("svg")];
  const moving = svgs.flatMap((svg, index) => movements(svg, pictures[index].moments));
  const shown = { text, seconds, moving, host, button: control ? addButton(host) : undefined };
  if (!clock.paused || clock.at) place(shown, shareOf(shown));
  return shown;
}

function addButton(host) {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path></path></svg><span></span>`;
  button.onclick = () => {
    clock.paused = !clock.paused;
    for (const shown of hosts.values()) if (shown.button) name(shown.button);
    tick();
  };
  host.append(button);
  name(button);
  return button;
}

function name(button) {
  button.querySelector("path").setAttribute("d", clock.paused ? PLAY : PAUSE);
  button.querySelector("span").textContent = clock.paused ? "Play" : "Pause";
}

// ---- the clock ----------------------------------------------------------------------------------------------

function tick() {
  if (clock.ticking || clock.paused) return;
  clock.ticking = true;
  clock.before = performance.now();
  requestAnimationFrame(step);
}

function step(now) {
  for (const host of hosts.keys()) if (!host.isConnected) hosts.delete(host);
  if (clock.paused || !hosts.size) {
    clock.ticking = false;
    return;
  }
  if (now - clock.before >= FRAME) {
    clock.at += Math.min(now - clock.before, 200) / 1000; // a hidden tab does not run ahead
    clock.before = now;
    for (const shown of hosts.values()) place(shown, shareOf(shown));
  }
  requestAnimationFrame(step);
}

function shareOf({ seconds }) {
  return Math.min((clock.at % (seconds + REST)) / seconds, 1);
}

function place(shown, share) {
  for (const move of shown.moving) move(share);
  shown.host.dataset.share = share.toFixed(3);
}

// ---- what moves ---------------------------------------------------------------------------------------------

function movements(svg, moments) {
  const of = (name, make) => [...svg.querySelectorAll(`[data-${name}]`)].map((one) => make(one, one.dataset[name], moments));
  return [...of("grow", grow), ...of("along", along), ...of("heights", heights), ...of("says", says), ...of("from", from)];
}

function grow(rect, ends) {
  const [start, end] = ends.split(" ").map(Number);
  return (share) => {
    const reached = start + (end - start) * share;
    rect.setAttribute("x", Math.min(start, reached));
    rect.setAttribute("width", Math.abs(reached - start));
  };
}

function along(circle, points, moments) {
  const places = points.split(" ").map((point) => point.split(",").map(Number));
  return (share) => {
    const [x, y] = between(places, share * moments);
    circle.setAttribute("cx", x);
    circle.setAttribute("cy", y);
  };
}

function heights(rect, told, moments) {
  const tall = told.split(" ").map((one) => [Number(one)]);
  const base = Number(rect.dataset.base);
  return (share) => {
    const [height] = between(tall, share * moments);
    rect.setAttribute("height", height);
    rect.setAttribute("y", base - height);
  };
}

function says(text, told, moments) {
  const words = told.split("|");
  return (share) => {
    text.textContent = words[Math.min(Math.round(share * moments), words.length - 1)];
  };
}

function from(element, first, moments) {
  return (share) => element.classList.toggle("late", share * moments < Number(first));
}

// A series at a moment between two of its places; at its end where it is shorter.
function between(places, moment) {
  const before = Math.min(Math.floor(moment), places.length - 1);
  const after = Math.min(before + 1, places.length - 1);
  const part = moment - Math.floor(moment);
  return places[before].map((value, index) => value + (places[after][index] - value) * part);
}
