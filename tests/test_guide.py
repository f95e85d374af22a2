"""The guide's contract: every claim has a mark, evidence and a link; every word that a page links is explained."""

import json
import math
import re
from pathlib import Path

import pytest

from bench import guide_figures
from bench._guide_commands import FIGURES
from bench.guide_accuracy import TABLE
from gradcore import strict_json
from gradcore.clipping import CLIP_RULES
from gradcore.guide.accuracy import HELD_OUT, accuracy, document_of, sides_of, values
from gradcore.guide.glossary import GLOSSARY, SUBJECTS
from gradcore.guide.limits import LIMITS
from gradcore.guide.measured import document, places, told, value
from gradcore.guide.model import MARKS, PAGES
from gradcore.guide.questions import QUESTIONS
from gradcore.guide.sections import CLAIMS, SECTIONS
from gradcore.guide.theory_checks import measured, theory_checks
from gradcore.health import RULES
from gradcore.presets import PRESETS
from gradcore.specs import Thresholds
from gradcore.ward import WARD
from ui.terms import explained, term

ROOT = Path(__file__).parents[1]
SENTENCES = [claim.evidence for claim in CLAIMS.values()] + [question.answer for question in QUESTIONS]
LINKS = [
    *(link for claim in CLAIMS.values() for link in claim.links),
    *(question.run for question in QUESTIONS),
    *(limit.link for limit in LIMITS if limit.link),
    *(link for entry in GLOSSARY.values() for link in entry.seen),
    *(check.link for check in theory_checks()),
]
# What the seed notebook's framework teaches, heading by heading.
TAUGHT = [
    "The Complete Medical Analogy", "Prevention", "Early Detection", "Treatment", "Long-term Care",
    "Foundation Layer", "ReLU Activations", "He Initialization", "Adam Optimizer",
    "Stabilization Layer", "Batch Normalization", "Gradient Clipping", "Learning Rate Scheduling",
    "Architecture Layer", "Residual Connections", "LSUV Initialization", "Attention Mechanisms",
    "Monitoring Layer", "Gradient Health Monitoring", "Adaptive Clipping", "Training Diagnostics",
    "The Modern Deep Learning Stack", "The Golden Triangle", "Proper Initialization", "Good Architecture",
    "Smart Optimization", "Implementation Strategy", "Start Simple", "Add Stability", "Scale Up", "Monitor Always",
    "GOLDEN RULES", "Common Pitfalls to Avoid", "Using sigmoid", "without scaling", "Ignoring gradient monitoring",
    "before mastering basics", "Learning Objectives", "Integrate", "Implement", "Design", "Apply",
    "The Journey", "Discovered the Problem", "Understood the Opposite", "Analyzed the Mathematics",
    "Tested Activation Functions", "Mastered Initialization", "Implemented Solutions", "From Crisis to Triumph",
    "Congratulations", "AlexNet to GPT", "Your toolkit is complete",
]  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_every_claim_has_a_mark_evidence_a_source_and_a_link(claim):
    assert claim.mark in MARKS
    assert claim.text.startswith("**")
    assert claim.source
    assert all(link.page in PAGES for link in claim.links)
    sentence = told(claim.evidence)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "NaN" not in sentence or "NaN" in claim.evidence
    if claim.mark == "depends":
        assert sentence.startswith("on ")  # what it depends on


def test_marks_are_not_all_alike():
    marks = [claim.mark for claim in CLAIMS.values()]
    assert min(marks.count(mark) for mark in MARKS) >= 5


@pytest.mark.parametrize("heading", TAUGHT)
def test_what_the_notebook_teaches_keeps_a_place(heading):
    assert any(heading in section.covers for section in SECTIONS.values())


def test_names_are_anchors_and_none_comes_twice():
    names = [*SECTIONS, *CLAIMS, *(f"term-{name}" for name in GLOSSARY)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names)
    assert sum(len(section.claims) for section in SECTIONS.values()) == len(CLAIMS)
    assert sum(map(len, SUBJECTS.values())) == len(GLOSSARY)


@pytest.mark.parametrize("link", dict.fromkeys(LINKS), ids=lambda link: f"{link.page}{link.query}")
def test_every_link_names_a_known_preset_and_what_is_seen(link):
    parameters = dict(link.parameters)
    known = {"health": WARD, "race": PRESETS}.get(link.page, {})
    assert link.shows
    assert "preset" not in parameters or parameters["preset"] in known


def test_every_command_is_one_that_measured_a_figure_or_a_page_or_a_bench():
    commands = {figure.command for figure in FIGURES}
    for claim in CLAIMS.values():
        if claim.source.startswith("gradcore ") or "guide_figures" in claim.source:
            assert claim.source in commands, claim.name


def test_every_number_of_a_sentence_was_measured_and_by_a_command_that_the_bench_still_runs():
    names = {figure.name for figure in FIGURES}
    assert set(document()["figures"]) == names
    for figure, name in {place for sentence in SENTENCES for place in places(sentence)}:
        assert isinstance(value(figure, name), float | int | str), (figure, name)


@pytest.mark.parametrize("name", ["c_explosive", "c_lasting", "c_notebook_stream", "c_non_finite"])
def test_figures_that_need_no_training_are_what_their_command_says_today(name, tmp_path):
    figure = next(figure for figure in FIGURES if figure.name == name)
    found = strict_json.plain(guide_figures.told(figure, tmp_path))
    assert found == document()["figures"][name]


def test_numbers_are_put_into_sentences_with_few_digits():
    assert told("a norm of {c_explosive.before}, turned by {c_explosive.angle_0}°") == "a norm of 474, turned by 19.5°"
    assert told("{c_notebook_stream.rate_0%}") == "40\u00a0%"
    with pytest.raises(KeyError):
        told("{c_explosive.unknown}")


def test_the_ten_questions_have_one_right_answer_and_a_page_to_run():
    assert len(QUESTIONS) == 10
    for question in QUESTIONS:
        assert 3 <= len(question.choices) <= 4
        assert len(set(question.choices)) == len(question.choices)
        assert 0 <= question.right < len(question.choices)
        assert question.run.page in ("clipping", "race", "health")
        assert question.do.endswith(".")
    assert len({question.right for question in QUESTIONS}) == 4  # the right one does not always stand in one place


def test_the_measured_numbers_agree_with_the_right_answers():
    assert 1e-7 < value("h_sigmoid_stack", "first_a") < 1e-5
    assert value("r_notebook", "apart") == 0
    assert value("h_glorot_relu_30", "first_a") < 1e-4
    assert value("c_explosive", "angle_0") > 1
    assert value("c_explosive", "angle_1") > 1
    assert value("c_explosive", "angle_2") < 0.1
    assert value("c_non_finite", "lost_2") == 5
    assert value("c_lasting", "exploding_clips_0") < 20
    assert value("r_exploding_rnn", "diverged_0") == value("r_exploding_rnn", "seeds")
    assert value("r_exploding_rnn", "diverged_1") == 0
    assert value("r_exploding_rnn", "loss_1") > 0.15
    assert 6 < value("r_why_momentum", "steps_0") / value("r_why_momentum", "steps_1") < 10
    assert value("h_batchnorm_no_residual_40", "greatest_a") > 200
    assert (value("s_scaled", "verdict"), value("h_healthy_mlp", "vanished")) == ("healthy", 0)
    assert value("s_scaled", "vanished") > 100


# ---- glossary


@pytest.mark.parametrize("entry", GLOSSARY.values(), ids=GLOSSARY)
def test_every_entry_has_a_definition_and_a_place_where_it_is_seen(entry):
    assert entry.title
    assert len(entry.definition) > 30
    assert entry.definition.endswith((".", ":"))
    assert entry.seen
    assert "$" not in entry.formula
    assert entry.formula.count("{") == entry.formula.count("}")


def test_every_health_rule_and_clip_rule_is_explained():
    assert set(RULES) <= set(GLOSSARY)
    assert set(CLIP_RULES) - {"none"} <= set(GLOSSARY)


def test_every_word_that_a_page_links_is_explained():
    linked = set()
    for path in [*(ROOT / "ui").glob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]:
        linked |= set(re.findall(r"Guide\?term=(\w+)", path.read_text(encoding="utf-8")))
        linked |= set(re.findall(r'\bterm\("(\w+)"', path.read_text(encoding="utf-8")))
    assert "activation" in linked
    assert linked <= set(GLOSSARY)
    with pytest.raises(KeyError):
        term("unknown")
    assert explained("All start alike.", "seed") == "All start alike.  \nGlossary: [Seed](Guide?term=seed)."


# ---- how far to trust it


def test_the_accuracy_that_ships_is_the_published_table():
    shipped = json.loads((ROOT / "gradcore" / "guide" / "rules_accuracy.json").read_text(encoding="utf-8"))
    published = document_of(TABLE.read_text(encoding="utf-8"))
    assert shipped == json.loads(strict_json.dumps(published)), "run: python -m bench.guide_accuracy --write"


def test_accuracy_is_read_as_it_is_published():
    side = next(side for side in accuracy() if side.name == HELD_OUT)
    ours = side.row("vanishing")
    assert ours.recall.share == pytest.approx(ours.recall.part / ours.recall.whole, abs=0.006)
    assert ours.recall.low <= ours.recall.share <= ours.recall.high
    assert {row.condition for row in side.rows} == {"vanishing", "exploding", "dead"}
    assert values()["vanishing_recall"] == ours.recall.share


@pytest.mark.parametrize("text", ["", "no heading at all", "| a | b | c |"])
def test_a_text_that_is_no_such_table_is_refused(text):
    with pytest.raises(ValueError, match="must have a part named"):
        sides_of(text)


@pytest.mark.parametrize("check", theory_checks(), ids=lambda check: check.name)
def test_every_theory_check_has_a_prediction_a_measurement_near_it_and_tests_that_exist(check):
    assert math.isfinite(check.predicted)
    assert measured()[check.name] == pytest.approx(check.predicted, rel=0.12)
    for test in check.tests:
        path, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


def test_predictions_are_those_of_the_papers():
    found = {check.name: check.predicted for check in theory_checks()}
    assert found["t01_he"] == pytest.approx(1)
    assert found["t01_glorot"] == pytest.approx(0.5)
    assert found["t03_sigmoid"] == pytest.approx(0.05572, rel=1e-3)
    assert found["t04"] == pytest.approx(1.46694, rel=1e-5)
    assert found["t07"] == pytest.approx(1.5925, rel=1e-3)
    assert found["t08_descent"] == pytest.approx(0.818182, rel=1e-5)
    assert found["t09"] == pytest.approx(3.453, abs=1e-3)
    assert found["t18"] == pytest.approx(0.979, abs=1e-3)


def test_limits_are_sentences():
    assert len(LIMITS) >= 10
    assert all(limit.text.endswith(".") for limit in LIMITS)


def test_the_glossary_names_the_thresholds_that_the_rules_have():
    usual = Thresholds()
    assert (usual.vanishing, usual.vanishing_warn, usual.exploding, usual.exploding_warn) == (0.005, 0.01, 15.0, 10.0)
    assert "below 0.005 (warned below 0.01)" in GLOSSARY["vanishing"].definition
    assert "above 15 (warned above 10)" in GLOSSARY["exploding"].definition
