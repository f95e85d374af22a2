"""A race as CSV: hand-made numbers come back, what is not finite too, and no label becomes a formula."""

import csv
import gzip
import io
from dataclasses import replace

import numpy as np
import pytest

from gradcore import race_csv
from gradcore.race_csv import curves_csv, file_name, ranking_csv, safe
from gradcore.records import ClipRecord
from gradcore.specs import RaceSpec
from tests.traces import make_entrant, make_trace

NAN, INF = float("nan"), float("inf")
SPEC = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "seeds": 2, "first_seed": 7})


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def clip(clipped):
    flags = np.array(clipped)
    blank = np.ones(flags.shape, np.float32)
    return ClipRecord(blank, blank, flags, np.zeros_like(flags))


def test_the_curves_have_a_row_for_each_entrant_seed_and_step():
    first = make_entrant([[1.5, 2.0], [NAN, 0.1]], label="SGD", gradient_norm=[[3.0, 4.0], [INF, 0.25]])
    trace = make_trace([replace(first, clip=clip([[True, False], [False, True]])), make_entrant([[1.0, 1.0]])])
    rows = read(curves_csv(SPEC, trace))
    assert [tuple(row.values()) for row in rows] == [
        ("SGD", "7", "0", "1.5", "3.0", "true"),
        ("SGD", "7", "1", "NaN", "Infinity", "false"),
        ("SGD", "8", "0", "2.0", "4.0", "false"),
        ("SGD", "8", "1", "0.1", "0.25", "true"),
        ("Adam", "7", "0", "1.0", "1.0", ""),
        ("Adam", "8", "0", "1.0", "1.0", ""),
    ]
    assert list(rows[0]) == ["entrant", "seed", "step", "loss", "gradient_norm", "clipped"]


def test_every_number_is_read_again_as_the_same_float32():
    losses = np.random.default_rng(0).lognormal(0, 15, size=(300, 1)).astype(np.float32)
    rows = read(curves_csv(SPEC, make_trace([make_entrant(losses)])))
    assert np.array_equal(np.array([row["loss"] for row in rows], np.float32), losses[:, 0])


def test_long_curves_come_in_pieces_and_beyond_a_million_rows_compressed(monkeypatch):
    trace = make_trace([make_entrant(np.ones((4_100, 2), np.float32))])
    plain = curves_csv(SPEC, trace)
    assert [row["step"] for row in read(plain)] == [str(step) for step in range(4_100)] * 2
    monkeypatch.setattr(race_csv, "MOST_PLAIN", 8_199)
    assert gzip.decompress(curves_csv(SPEC, trace)) == plain


def test_the_ranking_holds_the_table_with_all_digits():
    good = make_entrant([[1.0] * 3, [0.05] * 3], label="SGD", validation_loss=[0.1, 0.2, 0.4])
    lost = make_entrant([[1.0] * 3, [NAN] * 3], label="Adam", validation_loss=[NAN] * 3, validation_metric=[NAN] * 3)
    rows = read(ranking_csv(SPEC, make_trace([lost, good])))
    assert rows[0] == {
        "rank": "1", "entrant": "SGD", "optimizer": "SGD", "learning_rate": "0.001", "median_validation_loss": "0.2",
        "times_best_low": "1.0", "times_best_high": "1.0", "median_accuracy": "0.5", "no_difference_from": "",
        "seeds": "3", "seeds_diverged": "0", "seeds_at_target": "3", "median_steps_to_target": "1.0",
        "median_seconds_to_target": "0.5",
    }  # fmt: skip
    assert (rows[1]["rank"], rows[1]["median_validation_loss"], rows[1]["times_best_low"]) == ("2", "Infinity", "")
    assert (rows[1]["seeds_diverged"], rows[1]["median_steps_to_target"]) == ("3", "Infinity")


def test_a_race_of_which_nobody_has_ended_has_a_header_alone():
    assert ranking_csv(SPEC, make_trace([make_entrant([[1.0]])])) == b"rank\r\n"


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_label_that_begins_like_a_formula_gets_a_quote_in_front(label):
    made = [make_entrant([[1.0]], label=name, optimizer="SGD", validation_loss=[0.1]) for name in (label, "b")]
    assert {row["entrant"] for row in read(curves_csv(SPEC, make_trace(made)))} == {f"'{label}", "b"}
    ranked = read(ranking_csv(SPEC, make_trace(made)))
    assert {row["entrant"] for row in ranked} == {f"'{label}", "b"}
    assert {row["no_difference_from"] for row in ranked} == {f"'{label}", "b"}


def test_labels_with_commas_quotes_and_lines_stay_one_cell():
    label = 'a, "b"\nc'
    assert safe(label) == label
    rows = read(curves_csv(SPEC, make_trace([make_entrant([[1.0]], label=label, optimizer="SGD")])))
    assert [row["entrant"] for row in rows] == [label]


def test_the_name_says_task_run_and_what_it_holds():
    assert file_name(SPEC, "q72mp1z6no", "curves") == "digits-q72mp1z6no-curves.csv"
    assert file_name(SPEC, "q72mp1z6no", "curves", packed=True) == "digits-q72mp1z6no-curves.csv.gz"
