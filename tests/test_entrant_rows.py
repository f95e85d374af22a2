"""Rows of the entrants' table: read back as written, bad cells named by column, names that tell them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.admission import admit_entrant
from gradcore.arguments_text import arguments_from_text, arguments_text
from gradcore.entrant_rows import (
    EntrantRow,
    duplicate,
    entrants_of,
    labels,
    problems,
    proposed_arguments,
    row_document,
    row_from_document,
    row_of,
    with_optimizer,
)
from gradcore.errors import RefusedError
from gradcore.optimizers import OPTIMIZERS
from gradcore.presets import NOTEBOOK_ENTRANTS
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, Choice, EntrantSpec

names = st.sampled_from(["momentum", "nesterov", "weight_decay", "rho", "epsilon"])
values = st.one_of(st.booleans(), st.none(), st.integers(-1000, 1000), st.floats(allow_nan=False))


def test_the_rows_of_the_notebooks_six_ask_for_the_notebooks_six():
    rows = [row_of(entrant) for entrant in NOTEBOOK_ENTRANTS]
    found = entrants_of(rows)
    assert [(one.label, one.optimizer, one.learning_rate, one.clip) for one in found] == [
        (one.label, one.optimizer, one.learning_rate, one.clip) for one in NOTEBOOK_ENTRANTS
    ]
    assert rows[1] == EntrantRow("SGD", "0.01", "momentum=0.9", label="SGD + Momentum")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_with_every_argument_at_its_default_is_read_back_as_it_was(name):
    entrant = admit_entrant(EntrantSpec(Choice.of(name, **OPTIMIZERS[name].arguments), batch_seed_offset=3))
    (found,) = entrants_of([row_of(entrant)])
    assert found == EntrantSpec(
        entrant.optimizer, entrant.learning_rate, label=name, batch_seed_offset=3, schedule=entrant.schedule
    )


@given(st.dictionaries(names, values, max_size=5))
def test_arguments_are_read_back_as_they_were_written(arguments):
    assert arguments_from_text(arguments_text(arguments.items())) == arguments


def test_spaces_capitals_and_a_comma_at_the_end_do_not_matter():
    assert arguments_from_text(" momentum = .9 ,nesterov=True, ") == {"momentum": 0.9, "nesterov": True}


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (
            EntrantRow("SGD", "fast"),
            "learning_rate",
            "`learning_rate` must be a finite number > 0. Received: learning_rate='fast'",
        ),
        (EntrantRow("SGD", "0"), "learning_rate", "must be a finite number > 0. Received: learning_rate=0"),
        (EntrantRow("SGD", "nan"), "learning_rate", "must be a finite number > 0. Received: learning_rate=nan"),
        (
            EntrantRow("SGD", arguments="momentum"),
            "arguments",
            "`settings` must be a list such as momentum=0.9, nesterov=true. Received: settings='momentum'",
        ),
        (EntrantRow("SGD", arguments="momentum=1, momentum=0"), "arguments", "must name each setting once"),
        (EntrantRow("SGD", arguments="momentum=1.5"), "arguments", "must be at least 0 and below 1"),
        (EntrantRow("Adam", arguments="momentum=0.9"), "arguments", "unknown key 'momentum' in the optimizer Adam"),
        (
            EntrantRow("SGD", schedule="cosine", schedule_arguments="final=2"),
            "schedule_arguments",
            "`final` must be from 0 to 1. Received: final=2.0",
        ),
        (
            EntrantRow("SGD", clip="clip_by_global_norm"),
            "clip_arguments",
            "`max_norm` must be given for the clip rule clip_by_global_norm.",
        ),
        (
            EntrantRow("SGD", clip="clip_by_global_norm", clip_arguments="max_norm=-1"),
            "clip_arguments",
            "`max_norm` must be",
        ),
        (EntrantRow("SGD", label="x" * 61), "label", "must be at most 60 characters long"),
        (EntrantRow("SGD", arguments="batch_seed_offset=-1"), "arguments", "must be a whole number >= 0"),
    ],
)
def test_a_bad_cell_is_named_by_its_column_and_what_must_hold(row, column, sentence):
    _, found = problems([EntrantRow("SGD"), row])
    assert list(found) == [column]
    assert sentence in found[column]
    with pytest.raises(RefusedError, match="Entrant 2: "):
        entrants_of([EntrantRow("SGD"), row])


def test_a_good_row_has_no_bad_cell():
    row = EntrantRow("SGD", "1e-2", "momentum=0.9", "step", "factor=0.5", "clip_by_value", "max_value=1", "mine")
    assert problems([row]) == ({},)


def test_what_all_have_is_not_repeated_in_a_row_and_a_rows_own_goes_before_it():
    clip, cosine = Choice.of("clip_by_value", max_value=1.0), Choice.of("cosine", final=0.0)
    entrant = EntrantSpec(Choice("SGD"), 0.1, clip=clip, schedule=cosine)
    assert row_of(entrant, clip, cosine) == EntrantRow("SGD", "0.1")
    assert row_of(entrant).clip_arguments == "max_value=1.0"
    rows = [EntrantRow("SGD"), EntrantRow("Adam", clip="none", schedule="constant")]
    all_have, own = entrants_of(rows, clip, cosine)
    assert (all_have.clip, all_have.schedule) == (clip, cosine)
    assert (own.clip, own.schedule) == (NO_CLIPPING, CONSTANT_RATE)


@pytest.mark.parametrize(
    "row",
    [
        EntrantRow("SGD"),
        EntrantRow("SGD", "0.01", "momentum=0.9", label="SGD + Momentum"),
        EntrantRow("Adam", "0.001", clip="none", schedule="constant"),
        EntrantRow("Adam", "0.001", "", "cosine", "final=0.5", "clip_by_value", "max_value=2.0"),
    ],
)
def test_a_row_is_read_back_from_its_document(row):
    assert row_from_document(row_document(row)) == row


@pytest.mark.parametrize("value", [{}, [], "x", {"optimizer": "Adm"}, {"optimizer": "SGD", "clip": "clap"}])
def test_a_document_that_is_no_entrant_is_refused(value):
    with pytest.raises(RefusedError):
        row_from_document(value)


def test_two_settings_of_one_optimizer_are_told_apart_by_their_rate_else_by_a_number():
    assert labels([EntrantRow("Adam", "0.001"), EntrantRow("Adam", "0.01")]) == ("Adam 0.001", "Adam 0.01")
    assert labels([EntrantRow("Adam", "0.1"), EntrantRow("Adam", "0.1")]) == ("Adam", "Adam 2")
    assert labels([EntrantRow("Adam", label="Adam 2"), EntrantRow("Adam"), EntrantRow("Adam")]) == (
        "Adam 2", "Adam", "Adam 3",
    )  # fmt: skip
    assert labels([]) == ()


def test_the_same_name_twice_is_a_bad_cell_of_the_second():
    rows = [EntrantRow("SGD", label="one"), EntrantRow("Adam", label="one"), EntrantRow("SGD"), EntrantRow("SGD")]
    assert problems(rows) == (
        {},
        {"label": "`label` must be different for each entrant. Received: label='one'"},
        {},
        {},
    )


def test_a_copy_of_a_named_row_gets_a_number_and_one_of_an_unnamed_row_does_not():
    named = EntrantRow("SGD", label="mine")
    assert duplicate(named, [named]).label == "mine 2"
    assert duplicate(named, [named, EntrantRow("SGD", label="mine 2")]).label == "mine 3"
    assert duplicate(EntrantRow("SGD"), [EntrantRow("SGD")]) == EntrantRow("SGD")


def test_another_optimizer_starts_at_its_default_rate_without_the_others_settings():
    row = EntrantRow("SGD", "0.5", "momentum=0.9", clip="none", label="fast SGD")
    assert with_optimizer(row, "Adam") == EntrantRow("Adam", "0.001", clip="none")


def test_a_rule_without_parameters_proposes_nothing():
    assert [proposed_arguments(name) for name in ("", "none", "constant", "clip_by_value")] == [
        "", "", "", "max_value=1.0",
    ]  # fmt: skip


def test_no_row_at_all_is_refused():
    with pytest.raises(RefusedError, match="At least one optimizer must be chosen"):
        entrants_of([])
