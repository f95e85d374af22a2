"""Each claim leads to where its own figures are seen: what the controls then ask for is what was measured."""

from functools import cache
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bench._guide_commands import FIGURES, Figure
from gradcore import strict_json
from gradcore.admission import admit
from gradcore.entrant_rows import row_document, row_from_document
from gradcore.guide import places
from gradcore.guide.measured import places as cited
from gradcore.guide.model import CLIPPING, GUIDE, HEALTH, RACE, SOLUTIONS, Link
from gradcore.guide.questions import QUESTIONS
from gradcore.guide.sections import CLAIMS
from gradcore.presets import PRESETS
from gradcore.settings import Limits
from gradcore.specs import HealthSpec, RaceSpec
from gradcore.tasks import TASKS
from gradcore.ward import WARD
from tests.test_guide import LINKS

ASKED = {
    RACE: """
import streamlit as st
from gradcore.settings import Limits
from ui.controls import race_controls
from ui.race_presets import take_preset
take_preset()
st.session_state["asked"] = race_controls(Limits())
""",
    HEALTH: """
import streamlit as st
from gradcore.settings import Limits
from ui.health_controls import check_controls
from ui.health_presets import take_preset
take_preset("")
st.session_state["asked"] = check_controls(Limits())
""",
}
CLIPS = {  # figures of the clipping lab, and the state that draws them
    "c_explosive": (places.EXPLOSIVE, places.MATCHED),  # turned alike at any strength
    "c_mixed": (places.MIXED,),
    "c_non_finite": (places.NON_FINITE,),
    "c_notebook_stream": (places.NOTEBOOK_STREAM,),
    "c_lasting": (places.LASTING,),
    "c_steady": (places.STEADY,),
}
BUNDLED = {"r_exploding_rnn": places.REAL_RUN}  # shown at once, without a worker
NOT_OFFERED = ("q_schedule_noise",)  # batches of eight rows: the claim names the command instead
BY_NAME = {figure.name: figure for figure in FIGURES}
SAID = {name: (cited(claim.evidence), claim.links) for name, claim in CLAIMS.items()} | {
    question.name: (cited(question.answer), (question.run,)) for question in QUESTIONS
}
# An answer compares with what another question or the page's own table shows.
BESIDE = {("glorot", "s_he30"), ("units", "h_healthy_mlp")}
CITED = sorted({(name, figure) for name, (found, _) in SAID.items() for figure, _ in found})


@cache
def asked(link: Link) -> HealthSpec | RaceSpec:
    """What the controls of a page ask for where a link has opened it."""
    app = AppTest.from_string(ASKED[link.page], default_timeout=60)
    for key in dict(link.parameters):
        app.query_params[key] = [value for other, value in link.parameters if other == key]
    app.run()
    assert not app.exception
    assert not app.warning, [one.value for one in app.warning]
    return admit(app.session_state["asked"], Limits())


def measured(figure: Figure) -> HealthSpec | RaceSpec:
    """What the command of a figure trains."""
    kind = {"health": HealthSpec, "race": RaceSpec}[figure.arguments[0]]
    if figure.spec is not None:
        return admit(kind.from_json(dict(figure.spec)), Limits())
    name = figure.arguments[2]
    return admit(WARD[name].spec if kind is HealthSpec else PRESETS[name], Limits())


def trained(spec: HealthSpec | RaceSpec) -> dict[str, Any]:
    """What trains, as JSON: names of entrants do not, nor does a network where a task has none."""
    found = spec.to_json()
    if isinstance(spec, RaceSpec):
        found["entrants"] = [{**one, "label": None} for one in found["entrants"]]
        found["network"] = found["network"] if TASKS[spec.task.name].has_network else None
    return found


@pytest.mark.parametrize(("name", "figure"), CITED)
def test_a_figure_that_is_cited_is_seen_behind_one_of_the_links(name, figure):
    links = SAID[name][1]
    pages = [link.page for link in links]
    if figure == "rules":
        assert places.ACCURACY in links
    elif figure == "solutions":
        assert SOLUTIONS in pages
    elif figure in CLIPS:
        assert set(CLIPS[figure]) & set(links)
    elif figure in BUNDLED:
        assert BUNDLED[figure] in links
    elif figure not in NOT_OFFERED and (name, figure) not in BESIDE:
        found = [asked(link) for link in links if link.page in ASKED]
        assert trained(measured(BY_NAME[figure])) in [trained(spec) for spec in found]


def test_one_text_of_a_link_leads_to_one_place():
    leads: dict[str, set[str]] = {}
    for claim in CLAIMS.values():
        for link in claim.links:
            assert len(link.opens) > 10
            leads.setdefault(link.opens, set()).add(link.page + link.query)
    assert {text: where for text, where in leads.items() if len(where) > 1} == {}


def test_entrants_stand_in_a_link_as_the_page_itself_writes_them():
    packed = [value for link in LINKS for key, value in link.parameters if key == "entrants"]
    assert len(set(packed)) == 4
    for text in packed:
        rows = [row_from_document(one) for one in strict_json.loads(text)]
        assert strict_json.dumps([row_document(row) for row in rows]) == text


def test_only_what_no_page_offers_is_left_to_a_command():
    for name in NOT_OFFERED:
        (claim,) = (claim for claim in CLAIMS.values() if name in {figure for figure, _ in cited(claim.evidence)})
        assert claim.source == BY_NAME[name].command


def test_the_guide_links_itself_and_every_other_page():
    assert {link.page for claim in CLAIMS.values() for link in claim.links} >= {
        CLIPPING,
        RACE,
        HEALTH,
        SOLUTIONS,
        GUIDE,
    }
