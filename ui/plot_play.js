// Playing a chart: a figure with layout.meta.frames gets a bar with play, pause and a slider over its steps.
//
// meta.frames = { steps, unit, paths, tips, group, follows }. Each point of the traces `paths` and `tips` (indices)
// names its step in `customdata`, ascending. At step s a path shows its points up to s, a tip only the last of them. Charts of
// one group stand at the same step; those that follow have no bar. At rest the chart shows its last step. The step lives
// here, not in the figure, so an update of the chart neither stops it nor sets it back, as long as it is about the same.

const players = new Map(); // group -> player
const ARRAYS = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array,
  i1: Int8Array, i2: Int16Array, i4: Int32Array }; // prettier-ignore
const ALONG = ["x", "y", "text", "customdata"]; // what a trace holds for each point
const PACE = { least: 3000, most: 9000, perStep: 60 }; // ms
const STILLS = 12; // pictures instead of motion, for readers who asked for less of it
const ICONS = { Play: "M4 2.5v11l9-5.5z", Pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" };

// Cuts the figure to the step at which its group stands, and keeps the bar in step.
function atStep(chart, { data, layout }, { about }) {
  const frames = layout.meta.frames;
  leaveGroup(chart, frames && (frames.group ?? chart.key));
  if (!frames) return;
  const player = joinGroup(chart, frames, about);
  const { paths, tips } = frames;
  chart.tracks = [...paths, ...tips].map((index) => track(data, index, tips.includes(index)));
  chart.shown = standing(player);
  for (const one of chart.tracks) Object.assign(data[one.index], cut(one, chart.shown));
  if (!frames.follows) showBar(chart, player, frames);
}

// Only the step has changed: the paths move, and what else the figure holds is not read again.
async function move(chart, Plotly) {
  const step = chart.player && standing(chart.player);
  if (step === undefined || step === chart.shown) return;
  chart.shown = step;
  const parts = chart.tracks.map((one) => cut(one, step));
  const changes = Object.fromEntries(ALONG.map((key) => [key, parts.map((part) => part[key])])); // undefined: left as it is
  await Plotly.restyle(chart.plot, changes, chart.tracks.map((one) => one.index)); // prettier-ignore
  shine(chart);
}

function joinGroup(chart, { group = chart.key, steps }, about) {
  if (!players.has(group)) players.set(group, { charts: new Set(), about, step: Infinity });
  const player = players.get(group);
  if (player.about !== about) Object.assign(player, { about, step: Infinity, playing: undefined });
  player.steps = steps;
  player.charts.add(chart);
  chart.player = player;
  return player;
}

function leaveGroup(chart, next) {
  if (!chart.player || players.get(next) === chart.player) return;
  chart.player.charts.delete(chart);
  if (!chart.player.charts.size) chart.player.playing = undefined;
  chart.player = undefined;
  chart.bar?.remove();
  chart.bar = undefined;
}

function standing({ step, steps }) {
  return Math.min(Math.floor(step), steps); // Infinity: at rest at the end, also of a longer path
}

// What a trace holds for each of its points, whole.
function track(data, index, onlyLast) {
  const kept = ALONG.filter((key) => data[index][key] !== undefined && typeof data[index][key] !== "string");
  const whole = Object.fromEntries(kept.map((key) => [key, decode(data[index][key])]));
  return { index, onlyLast, whole };
}

function cut({ whole, onlyLast }, step) {
  const end = whole.customdata.filter((one) => one <= step).length;
  const start = onlyLast ? Math.max(end - 1, 0) : 0;
  return Object.fromEntries(Object.entries(whole).map(([key, values]) => [key, values.slice(start, end)]));
}

// Python sends arrays as base64 of their bytes.
function decode(array) {
  if (!array?.bdata) return array;
  const bytes = Uint8Array.from(atob(array.bdata), (letter) => letter.charCodeAt(0));
  return new ARRAYS[array.dtype](bytes.buffer);
}

// ---- the clock ----------------------------------------------------------------------------------------------

function togglePlay(player) {
  if (player.playing) return halt(player);
  if (player.step >= player.steps) player.step = 0;
  player.playing = {}; // this run; a clock whose run has ended stops
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (reduced) nextStill(player, player.playing);
  else requestAnimationFrame((now) => advance(player, player.playing, now, now));
  return show(player);
}

function halt(player) {
  player.playing = undefined;
  show(player);
}

function advance(player, run, before, now) {
  if (!run || player.playing !== run) return;
  const whole = Math.min(Math.max(player.steps * PACE.perStep, PACE.least), PACE.most);
  player.step += (Math.min(now - before, 100) / whole) * player.steps; // a hidden tab does not run ahead
  if (player.step >= player.steps) return finish(player);
  show(player);
  requestAnimationFrame((later) => advance(player, run, now, later));
}

function nextStill(player, run) {
  setTimeout(() => {
    if (player.playing !== run) return;
    player.step += Math.max(1, player.steps / STILLS);
    if (player.step >= player.steps) return finish(player);
    show(player);
    nextStill(player, run);
  }, PACE.most / STILLS);
}

function finish(player) {
  player.step = Infinity;
  halt(player);
}

function show(player) {
  for (const chart of player.charts) {
    if (chart.bar) label(chart.bar, player);
    update(chart);
  }
}

// ---- the bar ------------------------------------------------------------------------------------------------

function showBar(chart, player, { unit = "Step" }) {
  chart.bar ??= makeBar(chart);
  chart.bar.dataset.unit = unit;
  label(chart.bar, player);
}

function makeBar(chart) {
  const bar = document.createElement("div");
  bar.className = "gradcore-plot-play";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Play");
  bar.innerHTML = `<button type="button"><svg viewBox="0 0 16 16" aria-hidden="true"><path></path></svg></button>
    <input type="range" min="0" step="1" /><output></output>`;
  const [button, slider] = bar.children;
  button.onclick = () => togglePlay(chart.player);
  slider.oninput = () => {
    chart.player.playing = undefined;
    chart.player.step = slider.valueAsNumber >= chart.player.steps ? Infinity : slider.valueAsNumber;
    show(chart.player);
  };
  slider.onkeydown = (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    togglePlay(chart.player);
  };
  chart.plot.after(bar);
  return bar;
}

function label(bar, player) {
  const [button, slider, output] = bar.children;
  const step = standing(player);
  const verb = player.playing ? "Pause" : "Play";
  button.title = verb;
  button.setAttribute("aria-label", verb);
  button.querySelector("path").setAttribute("d", ICONS[verb]);
  slider.max = player.steps;
  slider.value = step;
  slider.style.setProperty("--done", `${(100 * step) / Math.max(player.steps, 1)}%`);
  slider.setAttribute("aria-label", bar.dataset.unit);
  slider.setAttribute("aria-valuetext", `${bar.dataset.unit} ${step} of ${player.steps}`);
  output.textContent = `${bar.dataset.unit} ${step} of ${player.steps}`;
}
