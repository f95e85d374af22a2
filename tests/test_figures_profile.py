"""The chart of a performance profile: its lines, the names at their ends, and what its title claims."""

import numpy as np
import pytest

from gradcore.figures import theme
from gradcore.figures.profile import performance_profile, profile_title
from gradcore.profile_documents import example_times
from gradcore.task_times import profile_by
from tests.test_profile_documents import INF, made
from tests.traces import decoded


def drawn(times, measure="steps"):
    return performance_profile(times, profile_by(times, measure))


def title(times, measure="steps"):
    return profile_title(times, profile_by(times, measure))


def test_each_line_is_a_step_function_that_starts_at_one_and_ends_at_four():
    lines = decoded(drawn(made([[10, 40], [25, 20]])))
    assert [line["name"] for line in lines] == ["SGD", "Adam"]  # the highest score first
    assert all(line["line"]["shape"] == "hv" for line in lines)
    assert (lines[0]["x"][0], lines[0]["x"][-1]) == (1, 4)
    rises = [line["x"][np.flatnonzero(np.diff(line["y"]) > 0.1)[0] + 1] for line in lines]
    assert rises == [2, 2.5]  # rho is reached at the ratio itself


def test_a_line_stands_at_its_share_up_to_what_keeps_it_from_hiding_another():
    for line in decoded(drawn(example_times())):
        solved = np.array([int(text.split(" ")[0]) for text in line["text"]])
        assert np.abs(np.array(line["y"]) - solved / 6).max() < 0.4 / 6


def test_lines_that_coincide_lie_side_by_side():
    first, second = decoded(drawn(made([[10, 20], [10, 20]])))
    assert first["text"] == second["text"]
    assert min(np.array(first["y"]) - np.array(second["y"])) > 0.005


def test_a_line_that_coincides_with_no_other_stands_exactly_at_its_share():
    first, second = decoded(drawn(made([[10, 10], [50, 50]])))
    assert set(first["y"]) == {1.0}
    assert set(second["y"]) == {0.0}


def test_hovering_says_how_many_tasks_are_solved():
    lines = decoded(drawn(made([[10, 40], [25, 20]])))
    assert lines[1]["text"][0] == "1 of 2"
    assert lines[1]["text"][-1] == "2 of 2"
    assert lines[1]["hovertemplate"].startswith("Adam  %{text}")


def test_names_with_scores_stand_at_the_line_ends_and_leave_a_narrow_chart():
    figure = drawn(made([[10, 40], [25, 20]]))
    assert [note.text for note in figure.layout.annotations] == ["SGD 0.83", "Adam 0.75"]
    assert figure.layout.annotations[0].x == pytest.approx(np.log10(4))
    assert figure.layout.meta["narrow"]["annotations"] == []
    heights = [note.y for note in drawn(example_times()).layout.annotations]
    assert heights == sorted(heights, reverse=True)
    assert min(-np.diff(heights)) > 0.04  # 17 px of 320


def test_colours_and_dashes_are_those_of_every_other_chart():
    times = example_times()
    lines = {line["name"]: line["line"] for line in decoded(drawn(times))}
    looks = dict(zip(times.labels, theme.styles(times.optimizers), strict=True))
    assert {name: (line["color"], line["dash"]) for name, line in lines.items()} == {
        label: (look.color, look.dash) for label, look in looks.items()
    }


def test_more_entrants_than_fit_get_a_legend():
    labels = [f"o{number}" for number in range(24)]
    figure = drawn(made([[10 + number] for number in range(24)], labels=labels))
    assert len(figure.layout.annotations) == 0
    assert figure.layout.showlegend


@pytest.mark.parametrize(
    ("times", "claim"),
    [
        (made([[10, 10], [30, 20]]), "SGD is significantly ahead, with a score of 1.00"),
        (made([[10, 10], [30, 20]], seeds=3), "SGD has the highest score, 1.00; 3 seeds tell nobody apart"),
        (made([[10, 40], [40, 10]]), "SGD and Adam share the highest score, 0.50"),
        (made([[INF], [INF]]), "Nobody reaches a target"),
        (made([[10, INF]], labels=["Adam"]), "Adam reaches the target on 1 of 2 tasks"),
    ],
)
def test_the_title_says_who_leads_and_how_surely(times, claim):
    assert title(times) == claim


def test_the_title_by_seconds_claims_no_difference():
    assert title(made([[10, 10], [30, 20]]), "seconds") == "SGD has the highest score, 1.00"


def test_a_lead_that_nothing_separates_says_from_whom():
    times = made([[10, 10], [10, 10]])
    times.steps[1, 0] = [12, 9, 13, 8, 14]  # on the median slower, on two seeds of five faster
    assert title(times) == "SGD has the highest score, 1.00; nothing separates it from Adam"


def test_a_label_is_drawn_as_text_and_cut():
    figure = drawn(made([[10]], labels=["<b>a very long label that no margin holds</b>"]))
    assert figure.layout.annotations[0].text.startswith("&lt;b>a very long label")
    assert decoded(figure)[0]["name"].endswith("…")
