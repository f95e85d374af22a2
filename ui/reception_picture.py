"""The reception's picture: a sick network and a treated one that train side by side."""

import re
from functools import cache

import numpy as np
import streamlit as st

from gradcore.example_check import example_treatment
from gradcore.figures import theme
from gradcore.figures.glance_network import CURED, SICK, bar_reach, network
from gradcore.figures.miniature import Miniature
from gradcore.glance_reading import both_sentence
from gradcore.prescriptions import TREATMENTS
from gradcore.titles import counted
from ui.frame import RECEPTION
from ui.miniature import miniature
from ui.words import escaped

SECONDS = 7.0  # of 50 steps


def sick_and_treated() -> None:
    """Draw both networks, moving, and say what is seen."""
    miniature(both(), key="sick_and_treated", seconds=SECONDS, control=True)
    st.markdown(escaped(both_sentence(*example_treatment())))


@cache
def both() -> tuple[Miniature, ...]:
    """Return the untreated and the treated network of the example, as pictures."""
    spec, checks = example_treatment()
    most = max(float(np.nanmax(trace.loss)) for trace in checks.networks)
    hidden = spec.before.network
    titles = (counted(len(hidden.hidden), f"{hidden.activation} layer"), TREATMENTS[spec.solution].title)
    sides = zip(("Sick", "Treated"), checks.networks, titles, (SICK, CURED), strict=True)
    reach = bar_reach(checks.networks)
    return tuple(
        network(
            side.lower(),
            trace,
            f"{side}: {title[0].lower() if side == 'Sick' else title[0]}{title[1:]}",
            color,
            reach,
            most,
        )
        for side, trace, title, color in sides
    )


def first_picture() -> str:
    """Return the HTML of the picture for before the front end is there: its bars rise and its curves are drawn by CSS.

    What only a script could move is left out: dots, and texts that change.
    """
    pictures = "".join(f"<div>{_without_script(one.svg)}</div>" for one in both())
    words = f"<strong>{RECEPTION.title}</strong><p>{RECEPTION.sentence}</p>"
    main = f'<div class="main">{words}<div class="pictures">{pictures}</div></div>'
    return f'<div id="gradcore-first" aria-hidden="true">{FIRST_STYLE}<div class="menu"></div>{main}</div>\n'


def _without_script(svg: str) -> str:
    kept = re.sub(r"<text[^>]* data-says=.*?</text>|<circle.*?/>", "", svg)
    kept = re.sub(
        r'id="(\w+)"|url\(#(\w+)\)',
        lambda found: found[0].replace(found[1] or found[2], f"first_{found[1] or found[2]}"),
        kept,
    )
    kept = re.sub(r' data-grow="[^"]*"', ' class="grow"', kept)
    kept = re.sub(r' data-heights="[^"]*"', ' class="bar"', kept)
    return re.sub(r' (data-\w+|role|aria-label)="[^"]*"', "", kept)


# Places and sizes are those of the page, so that little moves when it takes over.
FIRST_STYLE = f"""<style>
#gradcore-first {{
  color-scheme: light dark; position: fixed; inset: 0; z-index: 1; display: flex; overflow: hidden;
  background: light-dark({theme.BACKGROUND},{theme.DARK_BACKGROUND}); color: light-dark({theme.INK},{theme.DARK_INK});
  font: 1rem {theme.FONT}; pointer-events: none;
}}
body:has(.gradcore-miniature svg, [data-testid="stAlert"], [role="dialog"]) #gradcore-first {{ display: none; }}
#gradcore-first .menu {{ flex: none; width: 220px; background: light-dark(#F4F6F9,#0B0F18); }}
#gradcore-first .main {{ flex: 1; max-width: 1360px; margin: 0 auto; padding: 2.25rem 2rem; box-sizing: border-box; }}
#gradcore-first strong {{ font-size: 1.75rem; font-weight: 650; }}
#gradcore-first p {{ margin: 0.4rem 0 4.55rem; }}
#gradcore-first .pictures {{
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 2.5rem;
}}
#gradcore-first svg {{ display: block; width: 100%; overflow: visible; }}
#gradcore-first .grow {{ transform-box: fill-box; animation: gradcore-grow 7s linear infinite; }}
#gradcore-first .bar {{ transform-box: fill-box; transform-origin: bottom; animation: gradcore-rise 1.2s ease-out; }}
@keyframes gradcore-grow {{ from {{ transform: scaleX(0); }} }}
@keyframes gradcore-rise {{ from {{ transform: scaleY(0); }} }}
@media (max-width: 767px) {{
  #gradcore-first .menu {{ display: none; }}
  #gradcore-first .main {{ padding: 4.25rem 1rem; }}
}}
@media (prefers-reduced-motion: reduce) {{ #gradcore-first * {{ animation: none !important; }} }}
@media print {{ #gradcore-first {{ display: none; }} }}
</style>"""
