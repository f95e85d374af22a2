// A chart as a picture of its own. The page's font goes into it: a picture knows none of the page's, and in a wider
// one its names would be cut.

const RUN = /^[a-z0-9]{10}(\+[a-z0-9]{10})?$/; // what a chart is about, where that is one run or two
const SHARP = 2; // pixels of a PNG for each of the screen
let fonts; // promise of the rule that holds the font

async function save(chart, format) {
  const { width, height } = chart.plot._fullLayout;
  const drawn = await window.Plotly.toImage(chart.plot, { format: "svg", width, height });
  fonts ??= fontRule(getComputedStyle(chart.plot).fontFamily);
  const style = `<style>${await fonts}</style>`;
  const text = decodeURIComponent(drawn.slice(drawn.indexOf(",") + 1)).replace(/<svg[^>]*>/, (start) => start + style);
  const svg = new Blob([text], { type: "image/svg+xml" });
  const picture = format === "svg" ? svg : await pixels(svg, width, height);
  offerFile(picture, `${pictureName(chart)}.${format}`);
}

function pictureName(chart) {
  const { about } = chart.view;
  const run = RUN.test(about) ? `, ${about.includes("+") ? "runs" : "run"} ${about.replace("+", " and ")}` : "";
  return chart.plot.getAttribute("aria-label").replaceAll(/[\\/:*?"<>|]/g, "-") + run;
}

async function pixels(svg, width, height) {
  const address = URL.createObjectURL(svg);
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * SHARP, height * SHARP];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function offerFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The @font-face of the page's first upright font with its file inside, "" where the page has none: pictures then look
// as the viewer's own fonts make them.
async function fontRule(family) {
  const first = plainName(family.split(",")[0]);
  try {
    const [rule] = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].filter((one) => isFont(one, first)));
    const address = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/)[1];
    const file = await fetch(new URL(address, rule.parentStyleSheet.href ?? document.baseURI));
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const weight = rule.style.getPropertyValue("font-weight");
    return `@font-face{font-family:"${first}";font-weight:${weight};src:url(data:font/woff2;base64,${text})}`;
  } catch (error) {
    console.warn("chart: its font cannot be put into a picture:", error);
    return "";
  }
}

function isFont(rule, family) {
  if (!(rule instanceof CSSFontFaceRule)) return false;
  const { style } = rule;
  return plainName(style.getPropertyValue("font-family")) === family && style.getPropertyValue("font-style") !== "italic";
}

function plainName(family) {
  return family.trim().replaceAll(/["']/g, "");
}
