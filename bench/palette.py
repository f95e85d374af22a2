"""Searches the ten categorical colours of each theme and prints them as JSON; `figures/theme.py` holds the result.

Every colour has a contrast of at least 4.5 on its background (WCAG 2), stays in the hue window of its name, and
the least OKLab distance between any two, over normal vision and full deuteranopia and protanopia, is the largest found.
Run: python bench/palette.py
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
BACKGROUNDS = {"light": "#FFFFFF", "dark": "#0F1420"}
LEAST_CONTRAST = 4.5
HALF_WINDOW = 11  # degrees of hue
# name: OKLCH hue, then lightness and chroma in which it still looks like its name, light theme and dark theme
WINDOWS = {
    "blue": (262, {"light": (0.38, 0.54, 0.16, 0.26), "dark": (0.62, 0.76, 0.10, 0.18)}),
    "orange": (50, {"light": (0.52, 0.60, 0.13, 0.20), "dark": (0.70, 0.82, 0.12, 0.20)}),
    "green": (158, {"light": (0.42, 0.60, 0.08, 0.16), "dark": (0.68, 0.90, 0.10, 0.20)}),
    "purple": (303, {"light": (0.38, 0.58, 0.14, 0.27), "dark": (0.62, 0.80, 0.10, 0.22)}),
    "red": (18, {"light": (0.40, 0.58, 0.15, 0.24), "dark": (0.62, 0.76, 0.12, 0.21)}),
    "cyan": (215, {"light": (0.44, 0.60, 0.07, 0.14), "dark": (0.76, 0.95, 0.06, 0.15)}),
    "ochre": (85, {"light": (0.38, 0.60, 0.08, 0.14), "dark": (0.70, 0.94, 0.10, 0.19)}),
    "slate": (255, {"light": (0.34, 0.52, 0.02, 0.05), "dark": (0.62, 0.88, 0.02, 0.05)}),
    "lime": (127, {"light": (0.36, 0.60, 0.09, 0.19), "dark": (0.72, 0.95, 0.12, 0.24)}),
    "magenta": (345, {"light": (0.30, 0.58, 0.11, 0.25), "dark": (0.64, 0.90, 0.08, 0.24)}),
}
NAMES = tuple(WINDOWS)
# Full deficiency, on linear RGB: Machado, Oliveira & Fernandes 2009, https://doi.org/10.1109/TVCG.2009.113
VISIONS = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
# OKLab: Ottosson 2020, https://bottosson.github.io/posts/oklab/
_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def linear_rgb(colors: list[str]) -> Doubles:
    """Return hex colours as linear RGB, (N, 3)."""
    coded = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in colors]) / 255
    linear: Doubles = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return linear


def contrast(linear: Doubles, background: str) -> Doubles:
    """Return the WCAG 2 contrast ratio of each colour with the background, (N,)."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    own, other = linear @ weights + 0.05, linear_rgb([background])[0] @ weights + 0.05
    ratios: Doubles = np.maximum(own, other) / np.minimum(own, other)
    return ratios


def oklab(linear: Doubles) -> Doubles:
    """Return OKLab coordinates, (..., 3)."""
    lab: Doubles = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def distances(linear: Doubles, other: Doubles | None = None) -> Doubles:
    """Return the least OKLab distance of every pair over the three visions, (N, M)."""
    found = []
    for matrix in VISIONS.values():
        seen = [oklab(np.clip(part @ matrix.T, 0, 1)) for part in (linear, linear if other is None else other)]
        found.append(np.linalg.norm(seen[0][:, None] - seen[1][None], axis=-1))
    least: Doubles = np.minimum.reduce(found)
    return least


def candidates(name: str, theme: str) -> list[str]:
    """Return the hex colours that may stand for one name: in its window, in gamut, with enough contrast."""
    center, windows = WINDOWS[name]
    dark, bright, low, high = windows[theme]
    lightness, chroma, hue = np.meshgrid(
        np.linspace(dark, bright, 13), np.linspace(low, high, 9), center + np.linspace(-1, 1, 7) * HALF_WINDOW
    )
    angle = np.radians(hue)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1).reshape(-1, 3)
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T
    linear = linear[((linear >= 0) & (linear <= 1)).all(axis=1)]
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    colors = ["#{:02X}{:02X}{:02X}".format(*row) for row in np.rint(coded * 255).astype(int)]
    readable = contrast(linear_rgb(colors), BACKGROUNDS[theme]) >= LEAST_CONTRAST + 0.02
    return sorted({color for color, good in zip(colors, readable, strict=True) if good})


def search(theme: str, seed: int = 0, restarts: int = 60) -> list[str]:
    """Return the best palette of many random starts, each improved one colour at a time until nothing helps."""
    draw = np.random.default_rng(seed)
    slots = [candidates(name, theme) for name in NAMES]
    owner = np.repeat(np.arange(len(slots)), [len(slot) for slot in slots])
    colors = np.array([color for slot in slots for color in slot])
    apart = distances(linear_rgb(list(colors))).astype(np.float32)
    best: tuple[list[float], list[int]] = ([0.0], [])
    for _ in range(restarts):
        chosen = _improve([int(draw.choice(np.flatnonzero(owner == slot))) for slot in range(len(slots))], owner, apart)
        best = max(best, (_score(chosen, apart), chosen))
    return [str(color) for color in colors[best[1]]]


def _score(chosen: list[int], apart: NDArray[np.float32]) -> list[float]:
    """Return the smallest distances first, so that the list order is the order of quality."""
    block = apart[np.ix_(chosen, chosen)]
    return [float(value) for value in np.sort(block[np.triu_indices(len(chosen), 1)])[:6]]


def _improve(chosen: list[int], owner: NDArray[np.int64], apart: NDArray[np.float32]) -> list[int]:
    score, better = _score(chosen, apart), True
    while better:
        better = False
        for slot in range(len(chosen)):
            others = [index for place, index in enumerate(chosen) if place != slot]
            options = np.flatnonzero(owner == slot)
            nearest = apart[options][:, others].min(axis=1)
            tried = [*chosen[:slot], int(options[nearest.argmax()]), *chosen[slot + 1 :]]
            if (found := _score(tried, apart)) > score:
                chosen, score, better = tried, found, True
    return chosen


def report(theme: str, colors: list[str]) -> dict[str, Any]:
    """Return a palette with what it was chosen for."""
    linear = linear_rgb(colors)
    apart = distances(linear) + np.eye(len(colors)) * 9
    first, second = np.unravel_index(apart.argmin(), apart.shape)
    return {
        "background": BACKGROUNDS[theme],
        "colors": colors,
        "names": NAMES,
        "contrast": [round(float(value), 2) for value in contrast(linear, BACKGROUNDS[theme])],
        "least_distance": round(float(apart.min()), 4),
        "closest_pair": [NAMES[first], NAMES[second]],
    }


def main() -> None:
    """Print the search's result for both themes, and what design.md's starting list reaches."""
    print(json.dumps({theme: report(theme, search(theme)) for theme in BACKGROUNDS}, indent=2))


if __name__ == "__main__":
    main()
