"""Which measurement the page of solutions shows: the one in the address, else one that ships."""

from dataclasses import dataclass

import streamlit as st

from gradcore.errors import GradcoreError
from gradcore.records import RunInfo, RunStatus
from gradcore.solutions import FULL, QUICK, Measurement, protocol_of, shipped
from gradcore.specs import SolutionsSpec
from gradcore.worker import versions
from ui import services
from ui.panels import checked_kind
from ui.words import as_sentence, escaped

TITLES = {FULL: "Full, shipped", QUICK: "Quick, shipped"}
INSTEAD = "The measurement that ships is shown instead."
LATEST = 12  # own measurements that are offered


@dataclass(frozen=True)
class Source:
    """A measurement, and the run that it came from; None where it ships."""

    measurement: Measurement
    info: RunInfo | None = None
    cursor: int = 0

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.info.id if self.info else self.measurement.run_id} {self.cursor}"

    @property
    def is_trial(self) -> bool:
        """Whether it tries stacks on another task, and is no measurement of all solutions."""
        return self.measurement.spec.task is not None


def source() -> Source:
    """Return the run in the address, else the measurement that the address chooses of those that ship."""
    if (run_id := st.query_params.get("run")) is not None:
        try:
            info = checked_kind(services.lab().info(run_id), SolutionsSpec.kind)
            found, cursor = services.lab().measurement(info.id)
            return Source(found, info, cursor)
        except GradcoreError as error:
            st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
    chosen = st.session_state.get("source", st.query_params.get("source"))
    return Source(shipped(QUICK if chosen == QUICK else FULL))


def source_control(current: Source) -> None:
    """Draw the choice between what ships and this server's own measurements."""
    runs = [run for run in services.lab().runs(kind=SolutionsSpec.kind, limit=LATEST) if _is_listed(run)]
    titles = dict(TITLES) | {run.id: _title(run) for run in runs}
    if current.info is not None and current.info.id not in titles:
        titles[current.info.id] = f"Trial, {current.info.created:%d %b %H:%M}" if current.is_trial else current.info.id
    at = current.info.id if current.info else st.query_params.get("source", FULL)
    st.session_state["solutions_source"] = at if at in titles else FULL
    st.selectbox("Measurement", list(titles), format_func=titles.__getitem__, key="solutions_source", on_change=_choose)


def provenance(current: Source) -> str:
    """Return where, when and with what it was measured, in one line; and whether these are other versions."""
    found = current.measurement
    here = found.environment
    parts = [f"{name} {here[name]}" for name in ("tensorflow", "keras") if name in here]
    parts.append(str(here.get("machine", "")))
    spec = found.spec
    size = f"{spec.rates} rates, {spec.tuning_seeds} + {spec.seeds} seeds, {spec.steps} steps"
    line = f"Measured {found.measured_at[:16].replace('T', ' ')} UTC with {', '.join(filter(None, parts))}: {size}."
    if over := sum(bool(cell.run_id) for cell in found.cells):
        line += f" {over} of {len(found.cells)} cells were taken over from earlier runs of the same configuration."
    return line


def other_versions(current: Source) -> str:
    """Return which versions differ from those that are installed, "" where none does."""
    known, now = current.measurement.environment, versions()
    differ = [f"{name} {known[name]} (now {now[name]})" for name in now if name in known and known[name] != now[name]]
    return f"An older measurement, made with {', '.join(differ)}." if differ and known else ""


def _is_listed(run: RunInfo) -> bool:
    return protocol_of(SolutionsSpec.from_json(run.spec)) is not None and run.status is not RunStatus.FAILED


def _title(run: RunInfo) -> str:
    kind = (protocol_of(SolutionsSpec.from_json(run.spec)) or "").capitalize()
    return f"{kind}, {run.created:%d %b %H:%M}, {run.status}"


def _choose() -> None:
    chosen = st.session_state["solutions_source"]
    st.query_params.pop("run", None)
    for key in ("source", "scenario"):
        st.query_params.pop(key, None)
    if chosen in TITLES:
        st.query_params["source"] = chosen
    else:
        st.query_params["run"] = chosen
