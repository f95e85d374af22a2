"""Every heavy library has one home, imports point down, and pages keep their shape: see architecture.py."""

import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest

from tests import architecture
from tests.architecture import ROOT, Source, parse, product_sources

SOURCES = product_sources()
PAGE = '''
"""A page."""
import streamlit as st
from ui.frame import frame

def main() -> None:
    frame("Race")

if __name__ == "__main__":
    main()
'''


def assert_holds(rule: Callable[[Source], list[str]]) -> None:
    wrong = [line for source in SOURCES for line in rule(source)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_library_is_imported_only_in_its_home():
    assert_holds(architecture.away_from_home)


def test_imports_point_down():
    assert_holds(architecture.upward_imports)


def test_only_functions_of_the_worker_import_the_engine():
    assert_holds(architecture.early_engine_imports)


def test_every_page_starts_with_its_frame_and_ends_with_the_guard():
    assert_holds(architecture.misshapen_page)


def test_no_bare_fragment_no_plotly_chart_no_navigation():
    assert_holds(architecture.forbidden_calls)


def test_no_file_outgrew_its_size():
    assert_holds(architecture.too_long)


DRAW_EVERY_PAGE = """
import os
import sys
from pathlib import Path
from streamlit import config
from streamlit.testing.v1 import AppTest

if __name__ == "__main__":
    config.get_option("client.showErrorDetails")
    config.set_option("client.showErrorDetails", "full")
    app = AppTest.from_file(str(Path("app.py").resolve()), default_timeout=60).run()
    assert not app.exception, app.exception
    for page in sorted(Path("pages").glob("*.py")):
        app.switch_page(page.as_posix()).run()
        assert not app.exception, (page, app.exception)
    loaded = {name.partition(".")[0] for name in sys.modules} & {"tensorflow", "keras"}
    assert not loaded, f"the dashboard loaded {loaded}; find the import with: python -X importtime"
    print("drawn without TensorFlow", flush=True)
    os._exit(0)  # the workers, which are still warming up, end with their parent
"""


def test_drawing_every_page_loads_no_tensorflow(tmp_path, monkeypatch):
    if not (ROOT / "app.py").is_file():
        return
    script = tmp_path / "draw_every_page.py"
    script.write_text(DRAW_EVERY_PAGE)
    monkeypatch.setenv("GRADCORE_DB", f"sqlite:///{tmp_path / 'runs.db'}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told = tmp_path / "told.txt"  # a pipe would stay open until the workers, which still warm up, have ended
    with told.open("w") as out:
        drawn = subprocess.run([sys.executable, script], check=False, cwd=ROOT, stdout=out, stderr=out, timeout=180)
    assert drawn.returncode == 0, told.read_text()
    assert "drawn without TensorFlow" in told.read_text()


@pytest.mark.parametrize(
    ("rule", "path", "text", "line"),
    [
        ("away_from_home", "ui/panels.py", "def f():\n    import tensorflow as tf", 2),
        ("away_from_home", "gradcore/lab.py", "from sqlalchemy import select", 1),
        ("away_from_home", "gradcore/lab.py", "import requests", 1),
        ("upward_imports", "gradcore/specs.py", "from gradcore import lab", 1),
        ("upward_imports", "gradcore/specs.py", "from .lab import Lab", 1),
        ("upward_imports", "gradcore/engine/race.py", "from ..worker import execute", 1),
        ("upward_imports", "pages/1_Race.py", "from pages import other", 1),
        ("upward_imports", "gradcore/novelty.py", "", 1),
        ("early_engine_imports", "gradcore/worker.py", "from gradcore.engine.race import run_race", 1),
        ("early_engine_imports", "gradcore/cli.py", "def f():\n    import gradcore.engine", 2),
        ("misshapen_page", "pages/1_Race.py", PAGE.replace('frame("Race")', "st.title('Race')"), 7),
        ("misshapen_page", "app.py", PAGE.replace("def main", "st.title('x')\n\ndef main"), 6),
        ("misshapen_page", "app.py", "def main():\n    frame('x')\n\nmain()", 4),
        ("misshapen_page", "app.py", "", 1),
        ("forbidden_calls", "ui/panels.py", "import streamlit as st\n@st.fragment\ndef f(): ...", 2),
        ("forbidden_calls", "ui/panels.py", "from streamlit import fragment", 1),
        ("forbidden_calls", "app.py", "def f(column):\n    column.plotly_chart({})", 2),
        ("too_long", "pages/1_Race.py", "x = 1\n" * 101, 101),
    ],
)
def test_each_rule_names_file_and_line(rule, path, text, line):
    wrong = getattr(architecture, rule)(parse(path, text))
    assert [found.partition(": ")[0] for found in wrong[:1]] == [f"{path}:{line}"]


def test_what_the_rules_allow():
    guarded = textwrap.dedent("""
        import streamlit as st
        def guarded_fragment(function):
            return st.fragment(function)
    """)
    late = "def execute():\n    from gradcore.engine.race import run_race"
    assert architecture.forbidden_calls(parse("ui/frame.py", guarded)) == []
    assert architecture.early_engine_imports(parse("gradcore/worker.py", late)) == []
    assert architecture.misshapen_page(parse("pages/1_Race.py", PAGE)) == []
    assert architecture.upward_imports(parse("gradcore/engine/race.py", "from gradcore.engine import network")) == []
