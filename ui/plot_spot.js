// Pointing at a name: the curves of that name stand out from the others, in every chart of the page that has them.

const living = new Set(); // charts on the page
let pointed; // the name that is pointed at
const FADED = 0.12;
const DRAWN = ".scatterlayer .trace, .barlayer .trace";

// Names in the legend, names at the line ends, and the buttons for the keyboard.
function listenForNames(chart) {
  const { plot, host } = chart;
  plot.addEventListener("pointerover", ({ target, pointerType }) => pointerType !== "touch" && spot(nameAt(target)));
  plot.addEventListener("pointerleave", () => spot(undefined));
  const bar = host.querySelector(".gradcore-plot-names");
  bar.addEventListener("focusin", ({ target }) => spot(target.textContent));
  bar.addEventListener("focusout", () => spot(undefined));
}

function nameAt(target) {
  const entry = target.closest?.(".legend .traces");
  if (entry) return entry.__data__?.[0]?.trace?.meta;
  const note = target.closest?.(".annotation");
  const index = note?.dataset.index;
  return index === undefined ? undefined : note.closest(".js-plotly-plot")?._fullLayout.annotations[index]?.name;
}

function spot(name) {
  if (name === pointed) return;
  pointed = name;
  living.forEach(shine);
}

// Also after a drawing: Plotly sets every curve's opacity anew.
function shine(chart) {
  const known = pointed !== undefined && chart.plot.data?.some((trace) => trace.meta === pointed);
  if (!known && !chart.faded) return;
  chart.faded = known;
  for (const curve of chart.plot.querySelectorAll(DRAWN)) {
    const trace = curve.__data__?.[0]?.trace ?? {};
    const away = known && trace.meta !== undefined && trace.meta !== pointed;
    curve.style.opacity = away ? FADED : (trace.opacity ?? 1);
  }
}
