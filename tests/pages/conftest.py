"""Pages are drawn by AppTest on a store and a worker of their own, shared by the tests of this folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gradcore.jobs import pool
from gradcore.lab import Lab
from tests.waiting import wait_until
from ui import services

ROOT = Path(__file__).parents[2]
RECEPTION = "app.py"
RACE = "pages/2_Optimizer_Race.py"
SECONDS = 120  # a worker loads TensorFlow first

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The Lab that the pages use, with one real worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADCORE_DB", f"sqlite:///{tmp_path_factory.mktemp('pages') / 'runs.db'}")
        patch.setenv("GRADCORE_WORKERS", "1")
        # Nobody looks on: beside tests that keep every core busy a gentle worker would get a tenth of one.
        patch.setattr(pool, "PRELOADED", [name for name in pool.PRELOADED if name != "gradcore.jobs.gently"])
        made = services.lab()
        # Dask's watcher of the garbage collector fails where it is switched on during a collection, as after a script.
        wait_until(lambda: made.workers().warm, SECONDS, "the worker is warm")
        yield made
        made.close()
        services.lab.clear()
        services.settings.clear()


@pytest.fixture
def open_page(lab: Lab) -> Callable[..., AppTest]:
    """Open a page as a new visitor, with parameters in its address."""

    def open_page(path: str, **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / RECEPTION), default_timeout=30)
        if path != RECEPTION:
            app = app.switch_page(path)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return open_page


@pytest.fixture
def finish(lab: Lab) -> Callable[[str], None]:
    """Wait until a run has ended."""
    return lambda run_id: wait_until(lambda: lab.info(run_id).status.ended, SECONDS, f"run {run_id} ends")


def texts(app: AppTest) -> list[str]:
    """Every sentence of a page."""
    return [shown(element.value) for element in (*app.caption, *app.markdown)]


def shown(markdown: str) -> str:
    """What a reader sees of an escaped text."""
    return markdown.replace("\\", "").replace("\xa0", " ")


def charts(app: AppTest) -> list[dict[str, Any]]:
    """What each chart was given, in the page's order."""
    found = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.bytes or proto.json) for proto in found]
