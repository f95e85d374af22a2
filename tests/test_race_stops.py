"""Seeds that were stopped at a warning: how they are asked for, counted, ranked, drawn and told; never as a finish."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore import strict_json
from gradcore.blow_ups import is_pair
from gradcore.cli.results import describe
from gradcore.documents import race_document, ranking, trace_from_document
from gradcore.early_warning import first_warning
from gradcore.errors import RefusedError
from gradcore.figures import race as figures
from gradcore.figures.curves import curves
from gradcore.figures.end_labels import end_text
from gradcore.figures.final_loss import finals
from gradcore.race_csv import curves_csv, ranking_csv
from gradcore.ranking import all_fell, divergences, falls, nobody_left, stops
from gradcore.reading import race_sentences
from gradcore.records import ClipRecord, EntrantTrace, RaceTrace
from gradcore.specs import RaceSpec
from gradcore.target_times import seconds_to_target
from gradcore.titles import race_title
from tests.traces import decoded, make_entrant, make_trace

STEPS, SEEDS = 20, 5
SPEC = RaceSpec.from_json(
    {"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "steps": STEPS, "stop_at_warning": True}
)


def entrant(label: str, stopped_at: list[int | None], final: float = 0.2, **more: object) -> EntrantTrace:
    """An entrant whose loss falls from 2, of whose seeds some were stopped."""
    ends = np.array([np.inf if step is None else step for step in stopped_at])
    stopped = np.arange(STEPS)[:, None] > ends
    loss = np.where(stopped, np.nan, np.linspace(2.0, 0.2, STEPS)[:, None]).astype(np.float32)
    validation = [final * (1 + 0.01 * seed) if step is None else np.nan for seed, step in enumerate(stopped_at)]
    return replace(make_entrant(loss, label=label, validation_loss=validation, **more), stopped=stopped)


def race(*stopped_at: list[int | None]) -> RaceTrace:
    labels = ("SGD", "Adam")[: len(stopped_at)]
    return make_trace([entrant(label, steps) for label, steps in zip(labels, stopped_at, strict=True)])


def subtitle(drawn: Any) -> str:
    return str(drawn.layout.title.subtitle.text)


NONE = [None] * SEEDS
SOME = [7, None, 9, None, None]
ALL = [7, 8, 9, 10, 11]


def test_the_wish_is_written_only_where_it_is_made_so_that_older_races_stay_the_same():
    plain = replace(SPEC, stop_at_warning=False)
    assert "stop_at_warning" not in plain.to_json()
    assert SPEC.to_json()["stop_at_warning"] is True
    assert RaceSpec.from_json(SPEC.to_json()) == SPEC
    assert RaceSpec.from_json(plain.to_json()) == plain
    with pytest.raises(RefusedError, match=r"`stop_at_warning` must be true or false\. Received: stop_at_warning=1"):
        RaceSpec.from_json({**plain.to_json(), "stop_at_warning": 1})


@given(st.integers(0, 99), st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_a_warning_is_found_at_the_same_step_however_the_norms_arrive(seed: int, lengths: list[int]):
    norms = np.exp(np.cumsum(np.random.default_rng(seed).normal(size=sum(lengths)) * 0.5)).astype(np.float32)
    updates, found, since = norms[::-1] / 2, None, 0
    for length in lengths:
        end = since + length
        found = found if found is not None else first_warning(norms[:end], updates[:end], 2.0, since=since)
        since = end
    assert found == first_warning(norms, updates, 2.0)


def test_a_stopped_seed_has_not_diverged_but_it_fell():
    one = entrant("SGD", SOME)
    assert divergences(one) == NONE
    assert stops(one) == SOME == falls(one)
    assert not all_fell(one)
    assert all_fell(entrant("SGD", ALL))


def test_a_seed_that_diverged_before_its_stop_counts_as_diverged_alone():
    one = entrant("SGD", [7, 5, None, None, None])
    one.loss[6, 0] = 1e9
    assert divergences(one) == [6, None, None, None, None]
    assert stops(one) == [None, 5, None, None, None]
    assert falls(one) == [6, 5, None, None, None]


def test_a_stopped_seed_is_ranked_as_a_guess():
    whole = ranking(SPEC, race(NONE, NONE))
    part = ranking(SPEC, race(NONE, [None, None, None, None, 9]))
    assert [place.tied_with for place in whole] == [("Adam",), ("SGD",)]
    assert part[0].label == "SGD"
    assert part[1].interval is not None
    assert part[1].interval[1] > 2  # one seed at the loss of a guess, 2.3, where the other has 0.2


def test_an_entrant_whose_every_seed_was_stopped_comes_last_without_an_interval():
    places = ranking(SPEC, race(ALL, NONE))
    assert [(place.label, place.rank, place.interval) for place in places][1] == ("SGD", 2, None)
    assert places[1].median == np.inf


def test_where_every_seed_of_all_was_stopped_the_later_is_better():
    trace = race(ALL, [12, 12, 13, 14, 15])
    places = ranking(SPEC, trace)
    assert nobody_left(trace)
    assert [(place.label, place.rank) for place in places] == [("Adam", 1), ("SGD", 2)]
    assert race_sentences(trace, places)[0] == (
        "Every entrant was stopped at a warning from every seed: nothing is left to judge. They rank by the step at "
        "which they ended (median over the seeds), the later the better: Adam at step 13 and SGD at step 9."
    )
    drawn = figures.ranking(trace, places)
    assert "Every entrant was stopped at a warning; Adam held out longest" in drawn.layout.title.text


def test_the_sentences_say_who_was_stopped_and_call_nobody_diverged():
    trace = race(SOME, NONE)
    found = race_sentences(trace, ranking(SPEC, trace))
    assert (
        "Stopped at an early warning, as asked: SGD on 2 of 5 seeds (the first at step 7). A stopped seed is not "
        "judged, and counts as a guess in the ranking."
    ) in found
    assert not any("iverged" in sentence for sentence in found)
    trace = race(ALL, NONE)
    assert race_sentences(trace, ranking(SPEC, trace))[0].endswith("; SGD was stopped at a warning from every seed.")


def test_a_line_of_which_most_seeds_were_stopped_ends_there_by_name():
    stopped, some = curves(race(ALL, SOME).entrants, "loss")
    assert (stopped.diverged_at, stopped.stopped_at, stopped.lost) == (None, 9, ())
    assert end_text(stopped) == "SGD<br>stopped at step 9"
    assert (some.stopped_at, some.stops, end_text(some)) == (None, ((7, 1), (9, 1)), "Adam")


def test_a_stop_is_a_cross_on_the_upper_edge_and_the_title_names_who_it_was():
    drawn = figures.loss_curves(race(ALL, SOME), ended=True)
    crosses = [one for one in decoded(drawn) if one.get("marker", {}).get("symbol") == "x" and one.get("yaxis") == "y2"]
    assert [one["x"] for one in crosses] == [[7, 8, 9, 10, 11], [7, 9]]
    assert crosses[1]["text"][0] == "Adam: 1 of 5 seeds stopped at a warning at step 7"
    assert drawn.layout.title.text == "Loss ends lowest with Adam, on every seed; SGD stopped at a warning"
    assert "band 10 to 90 % of those that train on; crosses: seeds stopped at a warning" in subtitle(drawn)
    everyone = figures.gradient_norms(race(ALL, ALL), ended=True)
    assert "Every entrant was stopped at a warning" in everyone.layout.title.text


def test_the_final_losses_say_how_many_seeds_were_stopped_and_where():
    trace = race(SOME, ALL)
    assert [(final.label, final.fate) for final in finals(trace)] == [("SGD", "2 stopped"), ("Adam", "5 stopped")]
    drawn = figures.final_validation(trace)
    notes = [note.text for note in drawn.layout.annotations]
    assert notes[1:] == ["50.0 %, 2 stopped", "5 stopped"]
    said = [text for part in decoded(drawn) for text in part.get("text") or []]
    assert "SGD, seed 0: stopped at a warning at step 7, not judged" in said
    assert "not drawn, because not finite or stopped: Adam" in subtitle(figures.stability(trace))


def test_the_document_holds_where_each_seed_was_stopped_and_gives_it_back():
    document = race_document(None, SPEC, race(SOME, NONE))
    assert [one["stopped_at"] for one in document["entrants"]] == [SOME, NONE]
    assert document["entrants"][0]["diverged_at"] == NONE
    assert document["entrants"][0]["mean_norm"] == pytest.approx(1.1, abs=1e-6)  # of the seeds that went on
    read = trace_from_document(strict_json.loads(strict_json.dumps(document)))
    np.testing.assert_array_equal(read.entrants[0].trained, race(SOME, NONE).entrants[0].trained)
    plain = race_document(None, replace(SPEC, stop_at_warning=False), race(NONE, NONE))
    assert "stopped_at" not in plain["entrants"][0]


def test_the_command_line_says_who_was_stopped():
    document = race_document(None, SPEC, race(SOME, NONE))
    said = describe(document)
    assert "SGD (stopped: 2 of 5)" in said
    assert "Stopped at an early warning, as asked: SGD on 2 of 5 seeds (the first at step 7)." in said
    everyone = describe(race_document(None, SPEC, race(ALL, ALL)))
    assert "Every entrant was stopped at a warning from every seed" in everyone


def test_the_files_count_stopped_seeds_and_end_their_rows_where_they_were_stopped():
    trace = race(SOME, NONE)
    header, first, *_ = ranking_csv(SPEC, trace).decode().splitlines()
    assert header.endswith("seeds_stopped")
    assert (first.split(",")[1], first.rsplit(",", 1)[1]) == ("Adam", "0")
    rows = curves_csv(SPEC, trace).decode().splitlines()
    assert len(rows) == 1 + 2 * 5 * 20 - (20 - 8) - (20 - 10)
    assert "SGD,0,7," in "\n".join(rows)
    assert "SGD,0,8," not in "\n".join(rows)


def test_a_clip_rate_is_a_share_of_the_steps_that_were_trained():
    stopped = np.array([[False, False], [False, True], [False, True], [False, True]])
    clipped = np.array([[True, True], [False, False], [True, False], [False, False]])
    numbers = np.ones((4, 2), np.float32)
    record = ClipRecord(numbers, numbers, clipped, ~clipped, stopped)
    assert record.rate().tolist() == [0.5, 1.0]
    assert record.rate(last=2).tolist() == [0.5, 1.0]
    assert ClipRecord(numbers, numbers, clipped, ~clipped).rate(last=2).tolist() == [0.5, 0.0]


def test_seconds_to_the_target_are_those_of_trained_steps():
    one = entrant("SGD", [9, 9, 9, 9, 9])  # trained for 10 steps, 1 second; the loss is at most 1.2 from step 9 on
    assert one.trained_steps == 10
    assert seconds_to_target(one, 1.2) == pytest.approx([0.9] * 5)


def test_a_race_that_stops_at_warnings_is_no_measurement_of_who_blows_up_and_its_title_says_what_it_is():
    pair = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "SGD", "clipnorm": 1}]})
    assert is_pair(pair)
    assert not is_pair(replace(pair, stop_at_warning=True))
    assert "stops at warnings" in race_title(SPEC)
