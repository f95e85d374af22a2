// The chart component in the browser. plot.py puts BUNDLE, the file name of plotly.js, and the other plot_*.js in front.
//
// One chart lives as long as its host element. Each update replaces what is to be shown; a single loop draws the
// newest, so that two calls of Plotly.react never overlap. What the reader did (zoom, hidden curves) is kept here and
// put into each new figure, as long as the chart is about the same thing; it even outlives the host, because Streamlit
// mounts the same chart anew when it moves from a fragment to the page.

const charts = new WeakMap(); // host element -> chart
const views = new Map(); // key -> what the reader did to a chart that has left
let library; // promise of window.Plotly

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".gradcore-plot");
  if (!charts.has(host)) charts.set(host, createChart(host));
  const chart = charts.get(host);
  chart.trigger = setTriggerValue;
  chart.text = new TextDecoder().decode(data);
  update(chart);
  // Streamlit also calls this for a call that newer data overtook: only a host that has left ends its chart.
  return () => host.isConnected || dispose(chart);
}

function createChart(host) {
  const plot = host.querySelector(".gradcore-plot-area");
  const chart = { host, plot, view: { hidden: new Set(), ranges: {} } };
  const rem = host.querySelector(".gradcore-plot-rem"); // is 1rem wide: tells when the root's font size changes
  chart.observer = new ResizeObserver(() => update(chart));
  chart.observer.observe(host);
  chart.observer.observe(rem);
  living.add(chart);
  chart.rem = () => rem.getBoundingClientRect().width || 16;
  return chart;
}

function dispose(chart) {
  chart.gone = true;
  chart.observer.disconnect();
  join(chart, undefined);
  leaveGroup(chart);
  charts.delete(chart.host);
  living.delete(chart);
  views.set(chart.key, chart.view);
  if (!chart.busy) leave(chart); // else at the end of the drawing that goes on
}

// A drag over a chart that has left still ends here: it zooms the chart that took its place.
async function leave({ plot }) {
  while (plot._dragging) await nextFrame();
  window.Plotly?.purge(plot);
}

async function update(chart) {
  chart.waiting = true;
  if (chart.busy) return;
  chart.busy = true;
  try {
    while (chart.waiting && !chart.gone) {
      chart.waiting = false;
      await draw(chart);
    }
  } catch (error) {
    if (!chart.gone) console.error("chart:", error);
  } finally {
    chart.busy = false;
    if (chart.gone) leave(chart);
  }
}

async function draw(chart) {
  const message = JSON.parse(chart.text);
  const scale = chart.rem() / 16;
  chart.plot.setAttribute("aria-label", message.label);
  chart.clickable = message.clickable;
  recall(chart, message);
  if (!chart.listening) chart.plot.style.height = `${message.height * scale}px`;
  const Plotly = await loadPlotly(chart);
  const width = chart.host.clientWidth;
  if (chart.gone || !width) return; // not on screen: the observer calls again when it is
  while (chart.plot._dragging) await nextFrame(); // a redraw would end the reader's drag
  if (chart.gone) return;
  const dark = isDark(chart.host);
  const state = [chart.text, dark, width, scale, ...chart.view.hidden, JSON.stringify(chart.view.ranges)].join("|");
  if (state === chart.drawn) return move(chart, Plotly);
  chart.drawn = state;
  const figure = fit(read(dark ? darken(chart.text) : chart.text), width, scale);
  atStep(chart, figure, message);
  hide(chart, figure);
  offer(chart, figure.data);
  zoom(chart, figure.layout);
  chart.plot.style.height = `${figure.layout.height}px`;
  const config = chart.listening ? undefined : settings(chart); // a second one, though equal, rebuilds the chart
  await Plotly.react(chart.plot, figure.data, figure.layout, config);
  join(chart, figure.layout.meta.link);
  if (!chart.listening) listen(chart, Plotly);
  shine(chart);
  await placeNames(chart, Plotly);
}

function recall(chart, { key, about }) {
  if (chart.key === undefined && views.get(key)?.about === about) chart.view = views.get(key);
  chart.key = key;
  if (chart.view.about !== about) chart.view = { about, hidden: new Set(), ranges: {} };
}

function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function loadPlotly(chart) {
  const page = document.querySelector('script[type="module"][src*="static/js/"]').src;
  library ??= import(new URL(BUNDLE, page).href).then(() => window.Plotly);
  return library.catch((error) => {
    library = undefined; // the next update tries again
    chart.plot.textContent = "The chart library could not be loaded. Reload the page.";
    throw error;
  });
}

// ---- hidden curves and names at the line ends ---------------------------------------------------------------

function hide(chart, { data, layout }) {
  if (!chart.view.hidden.size) return;
  for (const trace of data) if (chart.view.hidden.has(trace.meta)) trace.visible = "legendonly";
  for (const note of layout.annotations ?? []) if (chart.view.hidden.has(note.name)) note.opacity = 0.35;
  if (layout.yaxis.type === "log" && layout.yaxis.range) layout.yaxis.autorange = true; // show the rest at full size
}

// Buttons that show when the keyboard reaches them do what a click on a name does.
function offer(chart, data) {
  const names = [...new Set(data.filter((trace) => trace.meta && trace.showlegend !== false).map((trace) => trace.meta))];
  const bar = chart.host.querySelector(".gradcore-plot-names");
  if (bar.childElementCount !== names.length) {
    bar.replaceChildren(...names.map(() => document.createElement("button")));
  }
  names.forEach((name, index) => {
    const button = bar.children[index];
    button.textContent = name;
    button.setAttribute("aria-pressed", !chart.view.hidden.has(name));
    button.onclick = () => toggle(chart, name);
  });
}

function toggle(chart, name) {
  if (!chart.view.hidden.delete(name)) chart.view.hidden.add(name);
  update(chart);
}

function isolate(chart, name) {
  const names = new Set(chart.plot.data.map((trace) => trace.meta).filter(Boolean));
  const alone = chart.view.hidden.size === names.size - 1 && !chart.view.hidden.has(name);
  chart.view.hidden = new Set(alone ? [] : [...names].filter((other) => other !== name));
  update(chart);
}

// Python keeps the names apart for the whole range; after a zoom, or with hidden curves, they follow their lines.
async function placeNames(chart, Plotly) {
  const full = chart.plot._fullLayout;
  const notes = full.annotations ?? [];
  if (!notes.some((note) => note.name && note.yref === "paper")) return;
  const { _offset: top, _length: length } = full.yaxis;
  const wanted = [];
  notes.forEach((note, index) => {
    const trace = chart.plot._fullData.find((one) => one.meta === note.name && one.showlegend !== false && one.mode === "lines");
    if (!note.name || !trace) return;
    const size = (lines(note) * LINE * chart.rem()) / 16;
    const value = lastValue(trace, full.xaxis);
    const pixel = value === undefined ? note.y * length : length - full.yaxis.d2p(value);
    const diverged = note.text.includes("<br>") && value === undefined;
    wanted.push({ index, size, place: diverged ? length : Math.min(Math.max(pixel, 0), length) });
  });
  if (!chart.view.hidden.size && !Object.keys(chart.view.ranges).length) return;
  const changes = {};
  for (const { index, at } of apart(wanted, length)) {
    changes[`annotations[${index}].y`] = at / length;
    changes[`annotations[${index}].x`] = Math.min(notes[index].x, full.xaxis.range[1]);
  }
  if (Object.keys(changes).length) await Plotly.relayout(chart.plot, changes);
}

function lastValue(trace, axis) {
  // d2l: the range of a logarithmic axis is in exponents
  for (let at = trace.y.length - 1; at >= 0; at--) {
    if (axis.d2l(trace.x[at]) <= axis.range[1] && trace.y[at] > 0) return trace.y[at];
  }
  return undefined;
}

// ---- what the reader does -----------------------------------------------------------------------------------

function settings(chart) {
  const icons = window.Plotly.Icons;
  const buttons = [
    { name: "png", title: "Save as PNG", icon: icons.camera, click: () => save(chart, "png") },
    { name: "svg", title: "Save as SVG", icon: icons.disk, click: () => save(chart, "svg") },
    { name: "whole", title: "Show the whole chart (double click)", icon: icons.home, click: () => reset(chart) },
  ];
  return { displayModeBar: "hover", displaylogo: false, modeBarButtons: [buttons], doubleClick: false, showTips: false };
}

// The reader has chosen another range.
function zoomed(chart, change) {
  const axes = Object.keys(change).flatMap((key) => key.match(/^[xy]axis\d*(?=\.range)/) ?? []);
  if (!axes.length) return; // a change of our own
  for (const axis of axes) chart.view.ranges[axis] = [...chart.plot._fullLayout[axis].range];
  for (const one of living) if (one.view === chart.view) update(one); // another one, where this one has left
}

function zoom({ view }, layout) {
  for (const [axis, range] of Object.entries(view.ranges)) {
    Object.assign(layout[axis], { range, autorange: false });
    if (layout[axis].tickvals && layout[axis].type === "log") layout[axis].tickmode = "auto";
  }
}

function reset(chart) {
  chart.view.ranges = {};
  update(chart);
}

function listen(chart, Plotly) {
  chart.listening = true;
  listenForNames(chart);
  const { plot } = chart;
  plot.on("plotly_legendclick", ({ fullData, curveNumber }) => {
    toggle(chart, fullData[curveNumber].meta);
    return false;
  });
  plot.on("plotly_legenddoubleclick", ({ fullData, curveNumber }) => {
    isolate(chart, fullData[curveNumber].meta);
    return false;
  });
  plot.on("plotly_clickannotation", ({ annotation }) => annotation.name && toggle(chart, annotation.name));
  plot.on("plotly_doubleclick", () => reset(chart));
  plot.on("plotly_relayout", (change) => zoomed(chart, change));
  plot.on("plotly_click", ({ points }) => chart.clickable && chart.trigger("clicked", describe(points[0])));
  plot.on("plotly_hover", () => typesetHover(plot));
  plot.on("plotly_hover", (hover) => hover.event && others(chart).forEach((other) => pointAt(other, Plotly, hover)));
  plot.on("plotly_unhover", ({ event }) => event && others(chart).forEach((other) => Plotly.Fx.unhover(other.plot)));
}

function describe(point) {
  const { x, y, z, text, customdata, curveNumber, pointNumber, data } = point;
  return { x, y, z, text, customdata, curve: curveNumber, point: pointNumber, name: data.name };
}
