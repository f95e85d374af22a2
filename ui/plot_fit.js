// What a figure becomes on this screen: its colours in the dark theme, its layout at this width and type size.
// plot.py puts the constants DARK (light colour -> dark one) and NARROW (px) in front of this file.

const LINE = 17; // px of a line of a name, as in gradcore/figures/labels.py

function isDark(host) {
  const color = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = color; // any CSS colour comes back as #rrggbb
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(canvas.fillStyle.slice(at, at + 2), 16));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}

function darken(text) {
  return text.replace(/#[0-9A-F]{6}\b|rgba\((\d+),(\d+),(\d+),([\d.]+)\)/gi, (color, red, green, blue, opacity) => {
    if (red === undefined) return DARK[color.toUpperCase()] ?? color;
    const hex = [red, green, blue].map((part) => (+part).toString(16).padStart(2, "0")).join("");
    const dark = DARK[`#${hex.toUpperCase()}`];
    if (!dark) return color;
    const parts = [1, 3, 5].map((at) => parseInt(dark.slice(at, at + 2), 16));
    return `rgba(${parts.join(",")},${+Math.pow(opacity, 0.75).toFixed(2)})`; // thin tints drown on a dark ground
  });
}

function fit({ figure, height }, width, scale) {
  const { data, layout } = figure;
  if (width < NARROW * scale) merge(layout, layout.meta.narrow);
  layout.width = width;
  layout.height = height;
  if (layout.showlegend) makeRoomForLegend(data, layout, width / scale);
  wrapTitle(layout, width / scale, scale);
  keepApart(layout);
  if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false; // a finger on the chart scrolls the page
  if (scale !== 1) enlarge(figure, scale);
  return figure;
}

// Python kept the names apart for its own height and a title of one line.
function keepApart({ annotations = [], height, margin }) {
  const length = height - margin.t - margin.b;
  const notes = annotations.filter((note) => note.name && note.yref === "paper");
  const wanted = notes.map((note, index) => ({ index, size: lines(note) * LINE, place: note.y * length }));
  for (const { index, at } of apart(wanted, length)) notes[index].y = at / length;
}

function lines(note) {
  return note.text.split("<br>").length;
}

function merge(target, patch) {
  for (const [key, value] of Object.entries(patch ?? {})) {
    const both = [value, target[key]].every((part) => part && typeof part === "object" && !Array.isArray(part));
    if (both) merge(target[key], value);
    else target[key] = value;
  }
}

// As many columns as the longest name allows; Python, which cannot measure it, has guessed rather too much.
function makeRoomForLegend(data, layout, width) {
  const entries = data.filter((trace) => trace.showlegend !== false);
  const { font } = layout.template.layout;
  const longest = Math.max(...entries.map((trace) => measure(trace.name ?? "", `${font.size}px ${font.family}`)));
  layout.legend.entrywidth = Math.min(layout.legend.entrywidth, Math.ceil(longest) + 2);
  const inner = width - layout.margin.l - layout.margin.r;
  const columns = Math.max(1, Math.floor(inner / (layout.legend.entrywidth + 46)));
  const room = 20 * Math.ceil(entries.length / columns);
  layout.margin.b = 64 + room;
  layout.height += room;
}

function measure(text, font) {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = font;
  return canvas.measureText(text).width;
}

const BESIDE = 640; // px below which a chart may stand beside another: room for two lines and two aligns their frames

// Title and subtitle become one text: Plotly wraps neither, and sets one line otherwise than two.
function wrapTitle(layout, width, scale) {
  const { title, margin } = layout;
  if (!title?.text) return;
  const { font, title: style } = layout.template.layout;
  const [main, sub] = [style.font, style.subtitle.font];
  const lines = balance(title.text, `${main.weight} ${main.size}px ${font.family}`, width - 16);
  const below = wrap(title.subtitle.text, `${sub.size}px ${font.family}`, width - 16);
  const small = `font-size:${sub.size * scale}px;font-weight:400;color:${sub.color}`;
  title.text = [...lines, ...below.map((line) => `<span style="${small}">${line}</span>`)].join("<br>");
  title.subtitle.text = "";
  title.pad = { ...style.pad, t: style.pad.t + 0.7 * main.size };
  const count = Math.max(lines.length + below.length, width < BESIDE ? 4 : 0);
  const above = layout.xaxis?.side === "top" ? LINE + 8 : 0; // names of columns between the title and the plot
  margin.t = style.pad.t + count * 1.3 * main.size + 16 + above;
}

// Lines of about the same length, as few as the room allows.
function balance(text, font, room) {
  let lines = wrap(text, font, room);
  for (let narrower = room * 0.95; narrower > room / 2; narrower -= room * 0.05) {
    const tried = wrap(text, font, narrower);
    if (tried.length > lines.length) break;
    lines = tried;
  }
  return lines;
}

function wrap(text, font, room) {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = font;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && canvas.measureText(longer).width > room) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

const LENGTHS = new Set(["size", "l", "r", "t", "b", "height", "standoff", "xshift", "yshift", "entrywidth", "ticklen"]);

function enlarge(part, scale) {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === "number" && LENGTHS.has(key)) part[key] = value * scale;
    else if (value && typeof value === "object" && key !== "meta") enlarge(value, scale);
  }
}

// Moves names apart as little as possible; the same rule as `spread` in gradcore/figures/curves.py.
function apart(wanted, length) {
  const groups = [];
  const bottom = (group) => {
    let offset = 0;
    let sum = 0;
    for (const one of group) {
      sum += one.place - offset - one.size / 2;
      offset += one.size;
    }
    return Math.max(0, Math.min(sum / group.length, length - offset));
  };
  const top = (group) => bottom(group) + group.reduce((sum, one) => sum + one.size, 0);
  for (const one of wanted.sort((first, second) => first.place - second.place)) {
    groups.push([one]);
    while (groups.length > 1 && top(groups.at(-2)) > bottom(groups.at(-1))) groups.push(groups.splice(-2).flat());
  }
  return groups.flatMap((group) => {
    let edge = bottom(group);
    return group.map((one) => ({ ...one, at: (edge += one.size) - one.size / 2 }));
  });
}
