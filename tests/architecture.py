"""The rules of the architecture, as functions of one parsed file: what is wrong, where, and what to do instead."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("gradcore", "ui", "pages", "app", "server")
PAGE_SOURCES = ("app.py", "server.py", "pages/", "ui/")

BARE_FRAGMENT = "decorate with guarded_fragment of ui/ instead; a bare fragment goes past the login gate"
INSTEAD: Mapping[str, str] = {
    "fragment": BARE_FRAGMENT,
    "experimental_fragment": BARE_FRAGMENT,
    "plotly_chart": "draw with ui.plot.plot instead; st.plotly_chart loses zoom and legend at every update",
    "navigation": "let frame() draw the menu instead; st.navigation leaks pages on the first request",
}

# Library -> the only paths that may import it. A path that ends in "/" is a folder.
HOMES: Mapping[str, Sequence[str]] = {
    "streamlit": PAGE_SOURCES,
    "uvicorn": ("server.py",),
    "starlette": ("server.py", "ui/"),
    "pandas": PAGE_SOURCES,
    "pyarrow": ("ui/table.py",),
    "plotly": ("gradcore/figures/", "ui/plot.py"),
    "tensorflow": ("gradcore/engine/",),
    "keras": ("gradcore/engine/",),
    "sqlalchemy": ("gradcore/store.py", "gradcore/store/"),
    "dask": ("gradcore/jobs.py", "gradcore/jobs/"),
    "distributed": ("gradcore/jobs.py", "gradcore/jobs/"),
    "scipy": ("gradcore/paired_tests.py",),
    "sklearn": ("gradcore/tasks/",),
    "psutil": ("gradcore/store/", "gradcore/jobs/"),
    "platformdirs": ("gradcore/settings.py",),
    "numpy": ("gradcore/", "ui/", "pages/", "app.py", "server.py"),
}

# Lowest first: a module imports only from lines above its own in this table, or from its own package.
LAYERS: Sequence[Sequence[str]] = (
    ("gradcore.errors",),
    ("gradcore.checks", "gradcore.npy"),
    ("gradcore.proportions", "gradcore.strict_json"),
    ("gradcore.settings", "gradcore.specs"),
    ("gradcore.arguments_text", "gradcore.records"),
    ("gradcore.early_warning", "gradcore.gradient_stats", "gradcore.paired_tests"),
    (
        "gradcore.clipping",
        "gradcore.optimizers",
        "gradcore.scenarios",
        "gradcore.schedules",
        "gradcore.streams",
        "gradcore.uploads",
        "gradcore.tasks",
    ),
    ("gradcore.network_steps", "gradcore.treatments"),
    ("gradcore.network_plan", "gradcore.solutions"),
    ("gradcore.trial_assembly",),
    ("gradcore.clip_trials", "gradcore.cliffs", "gradcore.networks", "gradcore.structural_zeros", "gradcore.titles"),
    ("gradcore.costs", "gradcore.depth_theory", "gradcore.spec_titles", "gradcore.story_races"),
    ("gradcore.presets", "gradcore.script_other_clips", "gradcore.ward"),
    ("gradcore.health", "gradcore.ranking", "gradcore.store"),
    ("gradcore.verdict_titles",),
    (
        "gradcore.notebook_health",
        "gradcore.notebook_race",
        "gradcore.overlay",
        "gradcore.prescriptions",
        "gradcore.profile",
        "gradcore.script_clipping",
        "gradcore.script_data",
        "gradcore.script_network",
        "gradcore.script_rates",
        "gradcore.stop_reading",
        "gradcore.target_times",
        "gradcore.theory",
        "gradcore.tuning",
        "gradcore.versus",
    ),
    ("gradcore.race_differences", "gradcore.run_titles", "gradcore.script", "gradcore.task_times"),
    ("gradcore.solution_complexity", "gradcore.trial_result"),
    ("gradcore.solution_ratings",),
    ("gradcore.profile_reading",),
    ("gradcore.blow_ups",),
    ("gradcore.advisor",),
    ("gradcore.clip_records",),
    (
        "gradcore.assembly",
        "gradcore.documents",
        "gradcore.figures",
        "gradcore.health_documents",
        "gradcore.health_theory",
        "gradcore.profile_documents",
    ),
    ("gradcore.check_assembly",),
    ("gradcore.example_check", "gradcore.glances", "gradcore.treatment_result"),
    (
        "gradcore.blow_up_reading",
        "gradcore.guide",
        "gradcore.health_reading",
        "gradcore.race_csv",
        "gradcore.reading",
        "gradcore.stories",
    ),
    ("gradcore.demonstration", "gradcore.glance_reading"),
    ("gradcore.engine", "gradcore.exchange"),
    ("gradcore.worker",),
    ("gradcore.jobs", "gradcore.race_memory"),
    ("gradcore.admission",),
    ("gradcore.entrant_rows", "gradcore.several_tasks"),
    ("gradcore.lab",),
    ("gradcore.cli",),
    ("gradcore.__main__",),
    ("ui.page_html",),
    ("ui.bundle", "ui.first_picture", "ui.visitors", "ui.shared", "ui.table", "ui.upload", "ui.words"),
    ("ui.address", "ui.terms"),
    ("ui.miniature", "ui.pace", "ui.plot"),
    ("ui.services",),
    ("ui.frame",),
    (
        "ui.anatomy",
        "ui.clip_notebook",
        "ui.guide_parts",
        "ui.guide_pictures",
        "ui.live_run",
        "ui.clip_rules",
        "ui.race_catalogue",
        "ui.race_download",
        "ui.race_notebook",
        "ui.race_script",
        "ui.race_story",
        "ui.race_table",
        "ui.race_target",
        "ui.scroll",
    ),
    ("ui.guide_framework", "ui.guide_glossary", "ui.guide_questions", "ui.guide_trust"),
    ("ui.race_paths", "ui.race_theory"),
    ("ui.entrants",),
    ("ui.entrant_table", "ui.task_controls"),
    ("ui.controls", "ui.panels", "ui.race_view"),
    ("ui.health_charts", "ui.health_findings", "ui.health_tables", "ui.health_treatment"),
    ("ui.health_network", "ui.health_thresholds"),
    ("ui.health_controls",),
    ("ui.health_presets",),
    ("ui.health_view",),
    ("ui.health_actions",),
    ("ui.health_shown", "ui.treatment_view"),
    ("ui.race_presets",),
    ("ui.solutions_choice", "ui.solutions_source"),
    ("ui.solutions_controls",),
    ("ui.solutions_actions", "ui.solutions_charts"),
    ("ui.solutions_details", "ui.solutions_tables"),
    ("ui.solutions_evidence", "ui.solutions_scenarios"),
    ("ui.race_profile_charts", "ui.race_profile_controls", "ui.race_profile_tables"),
    ("ui.race_profile",),
    ("ui.clip_sources", "ui.race_overlay"),
    ("ui.clip_proof",),
    ("ui.clip_advisor",),
    ("ui.clip_real_charts", "ui.clip_real_controls", "ui.clip_real_tables"),
    ("ui.clip_real",),
    ("ui.clip_own", "ui.clip_stream_controls"),
    ("ui.clip_cliff", "ui.clip_step", "ui.clip_stream"),
    ("ui.race_actions",),
    ("ui.reception_doors", "ui.reception_picture"),
    ("ui.reception_pictures", "ui.reception_runs"),
    ("ui.reception_demonstration",),
    ("ui.warm_up",),
    ("app", "pages", "server"),
)


@dataclass(frozen=True)
class Source:
    """One file of the product, parsed."""

    path: str  # relative to the repository, with "/"
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name, `ui.plot` for ui/plot.py."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"

    def lies_in(self, places: Sequence[str]) -> bool:
        return any(self.path.startswith(place) if place.endswith("/") else self.path == place for place in places)


def parse(path: str, text: str) -> Source:
    return Source(path, text, ast.parse(text, path))


def product_sources() -> list[Source]:
    """Every Python file of the product: neither tests nor benchmarks."""
    files = [ROOT / "app.py", ROOT / "server.py"]
    for folder in ("gradcore", "ui", "pages"):
        files += sorted((ROOT / folder).rglob("*.py"))
    return [parse(file.relative_to(ROOT).as_posix(), file.read_text()) for file in files if file.is_file()]


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) of every import, also inside functions; `from a import b` gives `a.b`."""
    package = source.module.split(".") if source.path.endswith("__init__.py") else source.module.split(".")[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = [*above, *([node.module] if node.module else [])]
            yield from ((".".join([*base, alias.name]), node.lineno) for alias in node.names)


def away_from_home(source: Source) -> list[str]:
    wrong = []
    for name, line in imports(source):
        library = name.partition(".")[0]
        homes = HOMES.get(library)
        if library in sys.stdlib_module_names or library in PRODUCT:
            continue
        if homes is None:
            wrong.append(source.at(line, f"`{library}` has no home; give it one in HOMES of tests/architecture.py"))
        elif not source.lies_in(homes):
            wrong.append(source.at(line, f"`{library}` lives in {', '.join(homes)}; call what is there instead"))
    return wrong


def layer_of(module: str) -> int | None:
    """The line of LAYERS that names this module or the package around it."""
    return next((number for number, line in enumerate(LAYERS) if any(_within(module, name) for name in line)), None)


def upward_imports(source: Source) -> list[str]:
    own = layer_of(source.module)
    if source.path in ("gradcore/__init__.py", "ui/__init__.py"):
        return []
    if own is None:
        return [source.at(1, f"`{source.module}` is on no line of LAYERS in tests/architecture.py; put it there")]
    packages = [name for name in LAYERS[own] if _within(source.module, name) and name != "pages"]
    return [
        source.at(line, f"`{name}` is not below `{source.module}`; move what both need down, or pass it in")
        for name, line in imports(source)
        if (layer_of(name) or 0) >= own > 0 and not any(_within(name, package) for package in packages)
    ]


def early_engine_imports(source: Source) -> list[str]:
    """The engine loads TensorFlow, so only functions of worker.py import it, when they run."""
    if source.lies_in(("gradcore/engine/",)):
        return []
    allowed = _lines_of(source, r".*") if source.path == "gradcore/worker.py" else set()
    return [
        source.at(line, f"import `{name}` inside a function of gradcore/worker.py; no other process loads TensorFlow")
        for name, line in imports(source)
        if _within(name, "gradcore.engine") and line not in allowed
    ]


def misshapen_page(source: Source) -> list[str]:
    """A page is imports and definitions, a `main()` that starts with `frame(...)`, and the guarded call at its end."""
    if not source.lies_in(("app.py", "pages/")):
        return []
    *body, last = source.tree.body or [ast.Pass(lineno=1)]
    wrong = []
    if ast.unparse(last) != "if __name__ == '__main__':\n    main()":
        wrong.append(source.at(last.lineno, "the end must be a guarded main(); workers load the file"))
    wrong += [
        source.at(node.lineno, "only imports and definitions stand at module level; move this to main()")
        for node in (body[1:] if body and _is_text(body[0]) else body)
        if not _is_definition(node)
    ]
    mains = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    if not mains:
        return [*wrong, source.at(1, "a page needs a function main() that starts with frame(...)")]
    first = mains[0].body[1 if _is_text(mains[0].body[0]) and len(mains[0].body) > 1 else 0]
    if not re.match(r"(with )?(ui\.)?(frame\.)?frame\(", ast.unparse(first)):
        wrong.append(source.at(first.lineno, "main() must start with frame(...), which holds the login gate"))
    return wrong


def forbidden_calls(source: Source) -> list[str]:
    allowed = _lines_of(source, "guarded_fragment") if source.lies_in(("ui/",)) else set()
    found = [(name.rpartition(".")[2], line) for name, line in imports(source) if _within(name, "streamlit")]
    found += [
        (node.attr, node.lineno)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and (node.attr == "plotly_chart" or ast.unparse(node.value) in ("st", "streamlit"))
    ]
    return [source.at(line, INSTEAD[name]) for name, line in found if name in INSTEAD and line not in allowed]


def too_long(source: Source) -> list[str]:
    most = 100 if source.lies_in(("pages/",)) else 250
    lines = len(source.text.splitlines())
    return [source.at(most + 1, f"{lines} lines, at most {most}; split the file by subject")] if lines > most else []


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _lines_of(source: Source, function: str) -> set[int]:
    """The lines of every function whose whole name matches."""
    functions = (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef))
    found = (node for node in functions if re.fullmatch(function, node.name))
    return {line for node in found for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_definition(node: ast.stmt) -> bool:
    """True for imports, functions, classes, and constants that are written out without a call."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return not any(isinstance(part, ast.Call) for part in ast.walk(node))
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
