"""The guide's two pictures, drawn with CSS in the colours of both themes: the modern stack and the golden triangle.

Streamlit takes SVG out of a page's HTML, and an image would not know the page's theme.
"""

from collections.abc import Callable, Mapping
from html import escape

from gradcore.figures import theme

# From the bottom up, as a signal meets them: anchor, title, what it is for, layer of the framework.
STACK = (
    ("relu", "ReLU activations", "gradient flow", "Foundation"),
    ("he_init", "He initialisation", "proper scaling", "Foundation"),
    ("batch_norm", "Batch normalisation", "stability", "Stabilisation"),
    ("residual", "Residual connections", "depth enabler", "Architecture"),
    ("adam", "Adam optimizer", "adaptive learning", "Foundation"),
    ("clipping", "Gradient clipping", "safety net", "Stabilisation"),
    ("health_monitoring", "Health monitoring", "diagnostics", "Monitoring"),
)
HUES: Mapping[str, int] = {"Foundation": 0, "Stabilisation": 2, "Architecture": 3, "Monitoring": 1}  # of the theme
CORNERS = (  # anchor, title, what follows from it
    ("healthy_start", "Proper initialisation", "healthy start"),
    ("sustainable_flow", "Good architecture", "sustainable flow"),
    ("efficient_learning", "Smart optimisation", "efficient learning"),
)
# Three arrows from box to box, in the triangle's own units; as a mask, so that they take the theme's colour.
ARROWS = """url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 440 230'%3E
%3Cg fill='none' stroke='black' stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'%3E
%3Cpath d='M160 70 L108 158 M107 145 L107 160 L120 152'/%3E
%3Cpath d='M190 198 L250 198 M239 191 L251 198 L239 205'/%3E
%3Cpath d='M332 160 L280 72 M293 78 L279 70 L279 85'/%3E%3C/g%3E%3C/svg%3E")"""
STYLE = """<style>
.guide-picture { margin: 0.25rem 0 1rem; max-width: 480px; }
.guide-picture p { margin: 0; text-align: center; font-size: 0.8125rem; color: MUTED; }
.guide-picture a { display: block; padding: 0.4rem 0.75rem; border: 1px solid LINE; border-radius: 0.25rem;
  background: BOX; color: INK; text-decoration: none !important; line-height: 1.3; }
.guide-picture a:hover, .guide-picture a:focus-visible { border-color: HUE0; outline: 1px solid HUE0; }
.guide-picture b { display: block; font-weight: 600; }
.guide-picture small { font-size: 0.8125rem; color: MUTED; }
.guide-flow { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr) 1.25rem; gap: 0.6rem; }
.guide-flow > p { writing-mode: vertical-rl; display: flex; align-items: center; }
.guide-flow > p:first-child { transform: rotate(180deg); }
.guide-flow > p span { margin-bottom: 0.5rem; order: -1; }
.guide-flow > p::before { content: ""; flex: 1; border-left: 1.5px solid MUTED; }
.guide-flow > p::after { content: ""; border: 4.5px solid transparent; border-top: 8px solid MUTED;
  border-bottom: 0; }
.guide-bars { display: grid; gap: 0.4rem; padding: 0.3rem 0; }
.guide-bars a { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center;
  border-left-width: 6px; }
.guide-bars em { grid-row: 1 / span 2; grid-column: 2; font-style: normal; font-size: 0.8125rem; }
.guide-corners { position: relative; width: 100%; max-width: 440px; aspect-ratio: 440 / 230; }
.guide-corners::before { content: ""; position: absolute; inset: 0; background: MUTED;
  mask: ARROWS center / 100% 100%; }
.guide-corners a { position: absolute; width: 42%; height: 28%; display: flex; flex-direction: column;
  justify-content: center; padding: 0 0.4rem; text-align: center; }
.guide-corners a:nth-child(1) { left: 29%; top: 0; }
.guide-corners a:nth-child(2) { left: 0; bottom: 0; }
.guide-corners a:nth-child(3) { right: 0; bottom: 0; }
.guide-corners p { position: absolute; left: 35%; width: 30%; top: 41%; }
@media (max-width: 640px) { .guide-corners b { font-size: 0.8125rem; } }
LAYERS
</style>"""


def stack() -> str:
    """Return the modern stack: seven parts, the signal up at the left and the gradient down at the right."""
    bars = "".join(
        f'<a href="#{anchor}" class="guide-{layer.lower()}"><b>{escape(title)}</b><small>{what}</small>'
        f"<em>{layer}</em></a>"
        for anchor, title, what, layer in reversed(STACK)
    )
    return _drawn(
        "The modern stack",
        '<p>loss</p><div class="guide-flow"><p><span>signal</span></p>'
        f'<div class="guide-bars">{bars}</div><p><span>gradient</span></p></div><p>input</p>',
    )


def triangle() -> str:
    """Return the golden triangle: three corners, each leading to the next."""
    top, left, right = (
        f'<a href="#{anchor}"><b>{escape(title)}</b><small>{then}</small></a>' for anchor, title, then in CORNERS
    )
    middle = "<p>a gradient<br>that arrives</p>"
    return _drawn("The golden triangle", f'<div class="guide-corners">{top}{left}{right}{middle}</div>')


PICTURES: Mapping[str, Callable[[], str]] = {"stack": stack, "triangle": triangle}


def _drawn(label: str, inside: str) -> str:
    return f'<figure class="guide-picture" aria-label="{escape(label)}">{_style()}{inside}</figure>'


def _style() -> str:
    """Return the styles with the colours of both themes."""
    colours = {
        "MUTED": (theme.MUTED, theme.DARK_MUTED),
        "LINE": (theme.LINE, theme.DARK_LINE),
        "INK": (theme.INK, theme.DARK_INK),
        "BOX": ("#F4F6F9", "#181F2E"),
        "HUE0": (theme.LIGHT[0], theme.DARK[0]),
    }
    found = STYLE.replace("ARROWS", ARROWS.replace("\n", ""))
    for name, (light, dark) in colours.items():
        found = found.replace(name, f"light-dark({light}, {dark})")
    return found.replace("LAYERS", "\n".join(_layer_style(layer, place) for layer, place in HUES.items()))


def _layer_style(layer: str, place: int) -> str:
    hue, name = f"light-dark({theme.LIGHT[place]}, {theme.DARK[place]})", f".guide-{layer.lower()}"
    return f"{name} {{ border-left-color: {hue} !important; }} {name} em {{ color: {hue}; }}"
