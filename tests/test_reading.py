import numpy as np

from gradcore.documents import ranking
from gradcore.ranking import rank
from gradcore.reading import race_sentences
from gradcore.specs import Choice, RaceSpec
from gradcore.titles import race_title, widths_text
from tests.traces import make_entrant, make_trace

FALLING = np.linspace(2.0, 0.2, 20)[:, None] * np.ones((1, 5))
NORMS = np.geomspace(10.0, 1.0, 20)[:, None] * np.ones((1, 5))
SPREAD = np.array([0.95, 1.0, 1.05, 0.98, 1.02])


def entrant(label: str, final: np.ndarray, **more: object):
    return make_entrant(FALLING, label=label, gradient_norm=NORMS, validation_loss=final, **more)


def sentences(*entrants, **more) -> list[str]:
    trace = make_trace(entrants)
    spec = RaceSpec.from_json({"entrants": [{"optimizer": "SGD", "label": one.label} for one in entrants]})
    return race_sentences(trace, ranking(spec, trace), **more)


def test_the_first_sentence_names_who_ranks_first_and_that_it_is_separated():
    found = sentences(entrant("Adam", 0.1 * SPREAD, validation_metric=[0.96] * 5), entrant("SGD", SPREAD[::-1]))
    assert found[0] == (
        "Adam ranks first (median validation loss 0.1, accuracy 96.0 %); over 5 seeds it is significantly better than "
        "every other entrant."
    )


def test_a_tie_is_called_no_difference_detected():
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", 0.1 * SPREAD[::-1]))
    assert "over 5 seeds no difference is detected between it and " in found[0]


def test_one_seed_says_that_nothing_separates_the_entrants():
    loss = FALLING[:, :1]
    found = sentences(
        make_entrant(loss, label="Adam", validation_loss=[0.1]), make_entrant(loss, label="SGD", validation_loss=[0.9])
    )
    assert found[0].endswith("but one seed gives no interval: nothing separates the entrants.")


def test_one_entrant_is_not_called_better_than_others():
    assert sentences(entrant("Adam", 0.1 * SPREAD))[0] == (
        "Adam ends at a median validation loss of 0.1 (accuracy 50.0 %)."
    )


def test_a_falling_gradient_norm_is_called_learning():
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", SPREAD))
    assert found[-2].startswith("The gradient norm moves most for Adam: from start to end it falls by a factor of 8.86")
    assert found[-2].endswith(
        "while its loss falls by a factor of 7.89: it learns, "
        "and what the notebook calls instability is mostly that fall."
    )


def test_a_loss_that_reaches_zero_is_said_to_fall_to_it():
    solved = np.vstack([FALLING[:10], np.zeros((10, 5))])
    found = sentences(make_entrant(solved, label="SGD", gradient_norm=NORMS, validation_loss=SPREAD))
    assert found[-1] == (
        "The gradient norm moves most for SGD: from start to end it falls by a factor of 8.86, while its loss falls to "
        "0: it learns, and what the notebook calls instability is mostly that fall."
    )


def test_a_norm_that_reaches_zero_moves_most():
    silent = np.vstack([NORMS[:10], np.zeros((10, 5))])
    still = make_entrant(FALLING, label="SGD", gradient_norm=silent, validation_loss=SPREAD)
    found = sentences(entrant("Adam", 0.1 * SPREAD), still)
    assert "The gradient norm moves most for SGD: from start to end it falls to 0, while its loss falls" in found[-2]


def test_who_does_worse_than_a_constant_answer_is_named():
    found = sentences(entrant("Adam", 3.0 * SPREAD), entrant("SGD", SPREAD))
    assert found[1] == "Adam does worse than a constant answer (loss 2.303)."
    assert found[2] == "Every entrant does worse than a linear model (validation loss 0.114)."
    noise = sentences(entrant("Adam", 3.0 * SPREAD), entrant("SGD", 4 * SPREAD), task=Choice("noise_classification"))
    assert noise[1] == "Every entrant does worse than a constant answer (loss 2.303)."


def test_diverged_seeds_are_counted_by_name():
    broken = FALLING.copy()
    broken[10:, :2] = np.nan
    lost = make_entrant(broken, label="SGD", validation_loss=[np.nan, np.nan, 1.0, 1.0, 1.0])
    assert sentences(entrant("Adam", 0.1 * SPREAD), lost)[-2] == (
        "Diverged, which is a result too: SGD on 2 of 5 seeds."
    )


def test_everything_diverged_is_said():
    broken = np.full((20, 5), np.nan)
    broken[0] = 1.0
    lost = make_entrant(broken, label="SGD", validation_loss=[np.nan] * 5)
    assert sentences(lost)[0] == (
        "SGD diverged from every seed, at step 1 (median over the seeds): nothing was learned."
    )


def test_the_notebooks_winner_is_contradicted_where_the_seeds_separate_another():
    steady = make_entrant(FALLING, label="SGD", gradient_norm=np.ones((20, 5)), validation_loss=SPREAD)
    found = sentences(entrant("Adam", 0.1 * SPREAD), steady)
    assert found[-1].startswith("The notebook would crown SGD, from one seed alone, by a score")
    assert "over 5 seeds that does not hold" in found[-1]


def test_the_notebooks_own_start_is_said():
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", SPREAD), notebook=True)
    assert "from weights of its own for each optimizer" in found[-1]


def test_a_tie_with_a_lower_rank_is_no_shared_rank():
    noisy = 0.12 * np.array([0.5, 2.0, 0.9, 1.4, 0.8])
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", noisy), entrant("Lion", 0.101 * SPREAD))
    assert "Lion" not in found[-1].partition("the first rank is shared with ")[2]


def test_many_names_are_cut_short():
    crowd = [entrant(f"E{number}", 0.1 * SPREAD) for number in range(9)]
    assert "no difference is detected between it and E1, E2, E3, E4 and 4 others." in sentences(*crowd)[0]


def test_nobody_is_crowned_alone_or_dead():
    assert not any("notebook would crown" in text for text in sentences(entrant("Adam", SPREAD)))
    broken = np.full((20, 5), np.nan)
    broken[0] = 1.0
    dead = [make_entrant(broken, label=label, validation_loss=[np.nan] * 5) for label in ("SGD", "Adam")]
    assert not any("notebook would crown" in text for text in sentences(*dead))


def test_a_race_that_ended_early_says_who_is_not_ranked():
    half = make_entrant(FALLING[:10], label="SGD")
    assert sentences(entrant("Adam", SPREAD), half)[0] == (
        "Only 1 of 2 entrants reached their last step; the others are not ranked."
    )


def test_one_step_moves_nothing():
    lone = make_entrant(np.ones((1, 5)), label="SGD", validation_loss=SPREAD)
    assert not any(
        "moves most" in text
        for text in sentences(lone, make_entrant(np.ones((1, 5)), label="Adam", validation_loss=SPREAD))
    )


def test_titles_of_races_stay_short():
    spec = RaceSpec.from_json(
        {"entrants": [{"optimizer": "SGD"}] * 3, "network": {"hidden": {"width": 9, "depth": 30}}}
    )
    assert race_title(spec) == "Digits · 3 × SGD · 30 × 9 relu · 5 seeds × 200 steps"
    given = {"entrants": [{"optimizer": "SGD", "learning_rate": rate} for rate in (0.3, 0.3)]}
    assert race_title(RaceSpec.from_json(given)).startswith("Digits · 2 × SGD at 0.3 · ")
    assert race_title(RaceSpec.from_json({**given, "learning_rates": "tuned"})).startswith("Digits · 2 × SGD · ")
    assert widths_text([512, 256, 128, 64, 32, 16, 8]) == "512 – 256 – 128 – … – 8"


def test_the_notebooks_winner_that_shares_the_first_rank_is_said_to_share_it():
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", 0.1 * SPREAD[::-1]))
    assert found[-1].endswith("; over 5 seeds the first rank is shared with SGD, and such a score sees no ties.")
    alone = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", SPREAD[::-1]))
    assert "; nothing here contradicts that, and" in alone[-1]


def test_who_does_worse_than_a_linear_model_is_said_after_who_leads():
    found = sentences(entrant("Adam", 0.1 * SPREAD), entrant("SGD", SPREAD), entrant("Nadam", 0.2 * SPREAD))
    assert found[1] == "SGD and Nadam do worse than a linear model (validation loss 0.114)."
    assert sentences(entrant("Adam", 0.2 * SPREAD))[1] == "Adam does worse than a linear model (validation loss 0.114)."
    both = sentences(entrant("Adam", 0.2 * SPREAD), entrant("SGD", SPREAD))
    assert both[1] == "Every entrant does worse than a linear model (validation loss 0.114)."


def test_what_the_seeds_do_not_separate_from_the_linear_model_is_not_called_worse():
    assert not any("linear" in text for text in sentences(entrant("Adam", 0.1141 * SPREAD)))
    assert any("linear" in text for text in sentences(entrant("Adam", 0.13 * SPREAD)))
    loss = FALLING[:, :1]
    assert any("linear" in text for text in sentences(make_entrant(loss, label="Adam", validation_loss=[0.1141])))


def test_a_seed_that_is_lost_counts_as_a_guess_against_the_linear_model():
    found = sentences(entrant("Adam", np.array([np.nan, np.nan, np.inf, 0.5, 0.6])))
    assert found[1] == "Adam does worse than a linear model (validation loss 0.114)."


def test_the_linear_model_is_that_of_the_tasks_arguments_and_some_tasks_have_none():
    trace = make_trace([entrant("Adam", 0.154 * np.array([1.0, 1.001, 0.999, 1.0, 1.0]))], task="adding_problem")
    ranked = rank(trace, 1 / 6, None)
    assert race_sentences(trace, ranked)[1] == "Adam does worse than a linear model (validation loss 0.15)."
    longer = race_sentences(trace, ranked, task=Choice.of("adding_problem", length=50))
    assert not any("linear" in text for text in longer)  # 1/6 - 2 / (12 x 25) = 0.16
    trace = make_trace([entrant("Adam", 100 * SPREAD)], task="quadratic", metric="distance")
    assert not any("linear" in text for text in race_sentences(trace, rank(trace, 124.0, None)))
