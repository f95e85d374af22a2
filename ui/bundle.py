"""Where plotly.js lies inside Streamlit; light, because server.py tells browsers to load it before anything else."""

from pathlib import Path

import streamlit as st

FOLDER = "static/js"  # below the server's base address


def bundle() -> str:
    """Return the file name of plotly.js inside Streamlit, which is undocumented and changes with its version."""
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    found = sorted(path.name for path in folder.glob("PlotlyChart.*.js"))
    if len(found) != 1:
        raise RuntimeError(f"Streamlit {st.__version__} must hold one PlotlyChart.*.js in {folder}. Received: {found}")
    return found[0]
