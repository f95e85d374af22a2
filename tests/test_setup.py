"""What a fresh clone relies on: pinned versions that agree with each other, and files that name no machine."""

import os
import re
import subprocess
import sys

import pytest

from bench.__main__ import benchmarks, measure
from gradcore.settings import Limits
from tests.architecture import HOMES, ROOT

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned(name):
    lines = (ROOT / name).read_text().splitlines()
    packages = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert [line for line in packages if not re.match(r"[a-z0-9.-]+==[0-9][^ ]*( ; .+)?$", line)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_no_requirement_names_where_it_came_from(name):
    assert "://" not in (ROOT / name).read_text()


def test_both_files_pin_the_same_versions():
    runtime, development = (pins((ROOT / name).read_text()) for name in REQUIREMENTS)
    assert {name: (runtime[name], pin) for name, pin in development.items() if runtime.get(name, pin) != pin} == {}


def pins(text):
    found = {}
    for line in re.findall(r"^[a-z0-9.-]+==.+$", text, re.MULTILINE):
        name, _, rest = line.partition("==")
        found.setdefault(name, set()).add(rest)
    return found


def test_every_library_with_a_home_is_required():
    wanted = (ROOT / "requirements.in").read_text().lower()
    distributions = {"sklearn": "scikit-learn"}
    assert [library for library in HOMES if distributions.get(library, library) not in wanted] == []


def test_make_and_the_image_use_the_same_uv():
    found = [re.search(r"UV_VERSION\W+([0-9.]+)", (ROOT / name).read_text()) for name in ("Makefile", "Dockerfile")]
    assert found[0].group(1) == found[1].group(1)


def test_the_readme_names_every_limit_and_its_default():
    readme = (ROOT / "README.md").read_text()
    for name, value in vars(Limits()).items():
        assert re.search(rf"`GRADCORE_MAX_{name.upper()}` \|[^|]*\| {value:.0f} \|", readme), name


def make(*arguments):
    """Run make as from a shell, also where these tests were themselves started by make."""
    fresh = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=fresh, capture_output=True, text=True, check=False)


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    assert {line.split()[0] for line in make("help").stdout.splitlines()} == set(
        re.findall(r"^\.PHONY: (\S+)", makefile, re.MULTILINE)
    )


def test_make_says_in_one_sentence_that_python_is_too_old(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.10.1'\nexit 1\n")
    old.chmod(0o755)
    made = make("--silent", "lock", f"PYTHON={old}", f"VENV={tmp_path}/venv")
    assert made.returncode == 2
    assert made.stderr.startswith("Python must be 3.11, 3.12 or 3.13. Received: Python 3.10.1;")
    assert not (tmp_path / "venv").exists()


def test_every_benchmark_is_found():
    assert "__main__" not in benchmarks()
    assert benchmarks() == sorted(file.stem for file in (ROOT / "bench").glob("[a-z]*.py"))


def test_a_benchmark_that_fails_is_named():
    assert measure("absent")["error"] == "python -m bench.absent ended with 1"


def test_the_command_is_installed_with_the_environment():
    assert subprocess.run([f"{sys.prefix}/bin/gradcore", "--help"], capture_output=True, check=False).returncode == 0
