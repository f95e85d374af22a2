// Charts that share an x axis (layout.meta.link): what is under the pointer in one is pointed at in the others.

const links = new Map(); // name of a shared x axis -> set of charts

function join(chart, link) {
  if (chart.link === link) return;
  links.get(chart.link)?.delete(chart);
  chart.link = link;
  if (!link) return;
  if (!links.has(link)) links.set(link, new Set());
  links.get(link).add(chart);
}

function others(chart) {
  return [...(links.get(chart.link) ?? [])].filter((other) => other !== chart && !other.busy && other.listening);
}

function pointAt(other, Plotly, { xvals }) {
  if (xvals?.length) Plotly.Fx.hover(other.plot, { xval: xvals[0] }, ["xy"]);
}
