"""Miniatures: small moving pictures, drawn as SVG that is whole without motion, in both themes' colours.

What moves carries its moments in `data-` attributes, which `ui/miniature.js` reads: a `data-grow` rectangle shows
what it clips, a `data-along` circle follows its points, `data-heights` bars stand on a line, a `data-says` text
changes, a `data-from` element appears. A miniature has moments 0 to `moments`; at the last one everything is shown.
"""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from gradcore.figures import theme
from gradcore.records import Floats

Box = tuple[float, float, float, float]  # left, top, right, bottom
Points = NDArray[np.float64]  # (N, 2) x and y
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Miniature:
    """One moving picture."""

    svg: str
    label: str  # in one sentence, for those who hear the page
    moments: int  # from 0 to here it moves


def miniature(size: tuple[int, int], parts: Sequence[str], label: str, moments: int) -> Miniature:
    """Return the parts as one picture of this width and height."""
    body = "".join(parts)
    svg = f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(label)}">{body}</svg>'
    return Miniature(svg, label, moments)


def paint(color: str) -> str:
    """Return a colour of the light theme as one that follows the theme.

    Example:
        >>> paint("#FFFFFF")
        'light-dark(#FFFFFF,#0F1420)'
    """
    return f"light-dark({color},{theme.dark_of_light()[color]})"


def power(exponent: int) -> str:
    """Return a power of ten as text.

    Example:
        >>> power(-6), power(0), power(1)
        ('10⁻⁶', '1', '10')
    """
    return {0: "1", 1: "10"}.get(exponent, f"10{str(exponent).translate(SUPERSCRIPT)}")


def spots(values: Floats, box: Box, reach: tuple[float, float]) -> Points:
    """Return where values lie that are equally far apart in x; reach is the range of y, bottom and top.

    Values beyond the reach lie on its edge; those that are not finite are NaN.
    """
    left, top, right, bottom = box
    x = np.linspace(left, right, max(len(values), 2))[: len(values)]
    share = (np.clip(values.astype(np.float64), *reach) - reach[0]) / (reach[1] - reach[0])
    share[~np.isfinite(values)] = np.nan
    return np.column_stack([x, bottom - share * (bottom - top)])


def line(points: Points, color: str, *, width: float = 2, dash: str = "") -> str:
    """Return a curve through points; a gap where they are not finite."""
    finite = _finite(points)
    path = " ".join(
        f"{'L' if ahead else 'M'}{x:.1f} {y:.1f}"
        for (x, y), ahead, here in zip(points, [False, *finite[:-1]], finite, strict=True)
        if here
    )
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    style = f"stroke:{paint(color)}"
    return f'<path d="{path}" fill="none" stroke-width="{width}" stroke-linejoin="round" style="{style}"{dashes}/>'


def tip(points: Points, color: str, radius: float = 3.5) -> str:
    """Return a dot that runs along points, one for each moment; where they end, it stays."""
    kept = points[_finite(points)]
    if not len(kept):
        return ""
    along = " ".join(f"{x:.1f},{y:.1f}" for x, y in kept)
    x, y = kept[-1]
    style = f"fill:{paint(color)}"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" data-along="{along}" style="{style}"/>'


def grown(name: str, box: Box, parts: Sequence[str], *, leftward: bool = False) -> str:
    """Return parts that are uncovered from one side to the other; `name` is unique on the page."""
    left, top, right, bottom = box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4
    ends = f"{right} {left}" if leftward else f"{left} {right}"
    whole = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" data-grow="{ends}"'
    clip = f'<clipPath id="{name}"><rect {whole}/></clipPath>'
    return f'{clip}<g clip-path="url(#{name})">{"".join(parts)}</g>'


def bars(heights: Floats, box: Box, color: str) -> str:
    """Return bars side by side whose heights change: shares of the box for each moment, (T, N)."""
    left, top, right, bottom = box
    room = (right - left) / heights.shape[1]
    tall = np.clip(np.nan_to_num(heights.astype(np.float64)), 0.006, 1) * (bottom - top)
    found = []
    for number, one in enumerate(tall.T):
        told = " ".join(f"{height:.1f}" for height in one)
        place = f'x="{left + (number + 0.14) * room:.1f}" width="{0.72 * room:.1f}" rx="2"'
        now = f'y="{bottom - one[-1]:.1f}" height="{one[-1]:.1f}" data-base="{bottom}" data-heights="{told}"'
        found.append(f'<rect {place} {now} style="fill:{paint(color)}"/>')
    return "".join(found)


def text(
    at: tuple[float, float],
    told: str | Sequence[str],
    *,
    size: float = 13,
    anchor: str = "start",
    color: str = theme.MUTED,
    bold: bool = False,
    shown_from: int | None = None,
) -> str:
    """Return a text; several are what it says at each moment, and `shown_from` the moment at which it appears."""
    moments = [told] if isinstance(told, str) else list(told)
    says = "" if isinstance(told, str) else f' data-says="{escape("|".join(moments))}"'
    late = "" if shown_from is None else f' data-from="{shown_from}"'
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place}{weight}{says}{late} style="fill:{paint(color)}">{escape(moments[-1])}</text>'


def rule(ends: tuple[float, float, float, float], color: str = theme.GRID, *, shown_from: int | None = None) -> str:
    """Return a straight thin line between two points, x, y, x, y."""
    x1, y1, x2, y2 = (f"{end:.1f}" for end in ends)
    late = "" if shown_from is None else f' data-from="{shown_from}"'
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" style="stroke:{paint(color)}"{late}/>'


def powers(box: Box, reach: tuple[int, int], every: int, *, size: float) -> str:
    """Return horizontal lines at powers of ten, with their names left of the box."""
    left, top, right, bottom = box
    found = []
    for exponent in range(reach[0], reach[1] + 1, every):
        y = bottom - (exponent - reach[0]) / (reach[1] - reach[0]) * (bottom - top)
        found += [rule((left, y, right, y)), text((left - 6, y + size / 3), power(exponent), size=size, anchor="end")]
    return "".join(found)


def cells(values: Floats, box: Box, reach: tuple[float, float], shades: Sequence[str], lost: str) -> str:
    """Return a heatmap of (rows, columns), first row at the bottom; `lost` is the colour of what is not finite."""
    stops = np.array([_rgb(shade) for shade in shades], np.float64)
    with np.errstate(invalid="ignore"):
        share = np.clip((values.astype(np.float64) - reach[0]) / (reach[1] - reach[0]), 0, 1)
    place = np.where(np.isfinite(values), share, 0) * (len(shades) - 1)
    channels = [np.interp(place, range(len(shades)), stops[:, channel]) for channel in range(3)]
    pixels = np.stack(channels, axis=-1)
    pixels[~np.isfinite(values)] = _rgb(lost)
    left, top, right, bottom = box
    where = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" preserveAspectRatio="none"'
    return f'<image {where} style="image-rendering:pixelated" href="{_png(pixels[::-1].round().astype(np.uint8))}"/>'


def thinned(length: int, most: int) -> NDArray[np.intp]:
    """Return at most this many places of a series, its first and its last among them.

    Example:
        >>> thinned(200, 3).tolist(), thinned(2, 3).tolist()
        ([0, 100, 199], [0, 1])
    """
    return np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(np.intp))


def _finite(points: Points) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
    return found


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _png(pixels: NDArray[np.uint8]) -> str:
    """Return pixels (rows, columns, 3) as the address of a PNG."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    made = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + made).decode()
