// Numbers as every text of the product shows them: 1.2e−4, with true minus signs. The same rule as `typeset` in
// gradcore/titles.py. Plotly writes those of a hover itself, so what it wrote is set right when it stands there.

const EXPONENT = /(?<![\w.])(-?\d+(?:\.\d+)?)e([+-]?)0*(\d+)(?!\w)/g;
const MINUS = /(?<![\w.=)\]/'-])-(?=\.?\d|Inf\b)/g;
const NO_TEXT = new Set(["bdata", "path"]); // of a figure: numbers in base64, and the lines of a shape

function typeset(text) {
  const short = text.replace(EXPONENT, (_, digits, sign, power) => `${digits}e${sign === "-" ? "−" : ""}${power}`);
  return short.replace(MINUS, "−");
}

function read(text) {
  return JSON.parse(text, (key, value) => (typeof value === "string" && !NO_TEXT.has(key) ? typeset(value) : value));
}

function typesetHover(plot) {
  for (const layer of plot.querySelectorAll(".hoverlayer")) {
    const texts = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const shown = typeset(texts.currentNode.data);
      if (shown !== texts.currentNode.data) texts.currentNode.data = shown;
    }
  }
}
