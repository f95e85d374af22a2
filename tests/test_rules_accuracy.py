import numpy as np
import pytest

from bench import _rule_families, rules_accuracy
from bench._other_rules import auto_trainer, notebook, sagemaker_debugger
from bench._rules_outcome import condition, outcome
from bench._rules_table import table
from bench.early_warning import Run
from bench.early_warning import summary as warnings
from bench.rules_accuracy import said, summary, warned
from gradcore.health import diagnose
from gradcore.specs import Thresholds
from gradcore.tuning import chosen
from tests.check_traces import make_check, make_setup

SIZES = np.array([100, 10, 100, 10, 100, 10])  # entries of the six variables of a made check


def row(side: str, is_a: str, says: list[str], *, quiet: bool = True, former: str = "") -> dict[str, object]:
    named = dict.fromkeys(("ours", "ours_with_warnings", "sagemaker_debugger"), says)
    named |= {name: [] for name in ("notebook", "auto_trainer", "auto_trainer_formulas")}
    told = {"family": "f", "task": "digits", "dose": 1.0, "best": 1.0, "own": 1.0, "chance": 2.3, "verdict": "healthy"}
    return {"side": side, "condition": is_a, "tuned_condition": former or is_a, "said": named, "quiet": quiet, **told}


@pytest.mark.parametrize(
    ("best", "own", "cured", "disease", "expected"),
    [
        (1.0, 0.9, None, "dead", "healthy"),
        (1.0, 1.2, None, "dead", "neither"),
        (1.2, 1.2, 0.1, "dead", "neither"),
        (2.0, 2.0, 0.1, "dead", "dead"),
        (2.0, 1.9, 0.1, "dead", "neither"),
        (2.0, 2.0, 1.2, "dead", "neither"),
        (2.0, 2.0, None, "dead", "neither"),
        (np.inf, np.inf, 0.1, "exploding", "exploding"),
        (np.inf, 1.0, 0.1, "exploding", "neither"),
        (2.0, 2.0, 0.1, "", "neither"),
    ],
)
def test_a_condition_is_an_outcome_in_parts_of_chance_of_both_seeds_and_of_the_one_that_is_checked(
    best, own, cured, disease, expected
):
    assert condition(best, own, cured, 2.3, disease) == expected


def test_the_outcome_of_the_checked_seed_is_its_own_at_the_tuned_rate():
    family = next(family for family in _rule_families.FAMILIES if family.name == "sigmoid, 6 layers")
    found = outcome(family, chosen(0, np.array([0.1, 1.0]), np.array([[2.2, 2.2], [2.0, 0.1]])), None, 2.3)
    assert (found["rate"], found["own"]) == (1.0, 2.0)
    assert (found["tuned_condition"], found["condition"]) == ("healthy", "neither")


def test_precision_and_recall_are_counted_by_side_and_what_is_neither_is_left_out():
    rows = [
        row("calibration", "vanishing", ["vanishing"]),
        row("calibration", "healthy", ["vanishing"], quiet=False),
        row("calibration", "dead", []),
        row("calibration", "neither", ["vanishing"], former="healthy"),
        row("held out", "healthy", []),
    ]
    found = summary(rows)
    ours = found["calibration"]["rules"]["ours"]
    assert ours["vanishing"]["precision"] == {"share": 0.5, "interval": [0.095, 0.905]}
    assert ours["vanishing"]["recall"]["share"] == 1.0
    assert (ours["dead"]["precision"], ours["dead"]["recall"]["share"]) == (None, 0.0)
    assert found["calibration"]["conditions"] == {"vanishing": 1, "healthy": 1, "dead": 1, "neither": 1}
    assert found["calibration"]["healthy_without_a_finding_above_info"]["share"] == 0.0
    assert found["held out"]["healthy_without_a_finding_above_info"]["share"] == 1.0
    former = found["by_tuned_loss"]["calibration"]["rules"]["ours"]["vanishing"]
    assert former["precision"]["share"] == 0.333
    assert "dead" not in found["calibration"]["rules"]["notebook"]
    assert len(found["missed_by_ours"]) == 2
    assert "| vanishing | Gradient Clinic | 0.50 (0.10 to 0.91), 1 of 2 | 1.00 (0.21 to 1.00), 1 of 1 |" in table(found)
    pooled = "* vanishing, 378 and 1 networks: precision 1.00 (0.94 to 1.00), 56 of 56, recall 0.98"
    assert pooled in table(found)
    assert "* dead, 1 networks: precision –, recall –." in table(found)
    assert "* Calibration: vanishing 0.33 (0.06 to 0.79), 1 of 3 said, 1.00 (0.21 to 1.00), 1 of 1 found" in table(
        found
    )


def test_ours_says_a_disease_by_its_verdict_and_warns_by_its_findings():
    weak, sick = (diagnose(make_check(signal=[value, 1, 1]), Thresholds()) for value in (7e-3, 1e-4))
    assert (said(weak), warned(weak)) == ([], ["vanishing"])
    assert (said(sick), warned(sick)) == (["vanishing"], ["vanishing"])
    diverged = diagnose(make_check(loss=[1, 1e4, 1, 1], error=1.0, signal=[1e4, 100, 1]), Thresholds())
    assert (diverged.verdict, said(diverged)) == ("diverged", ["exploding"])


def test_a_sound_check_is_sound_to_every_rule_set():
    trace = make_check()
    assert notebook(trace) == sagemaker_debugger(trace, SIZES) == []
    assert auto_trainer(trace, SIZES, gated=True) == auto_trainer(trace, SIZES, gated=False) == []


def test_the_notebook_counts_norms_below_a_millionth_and_above_ten():
    assert notebook(make_check(gradient_norm=1e-7)) == ["vanishing"]
    assert notebook(make_check(gradient_norm=11.0)) == ["exploding"]


def test_sagemaker_debugger_looks_at_each_tensor_and_at_relu_alone():
    assert sagemaker_debugger(make_check(gradient_norm=[1, 1, 1, 1, 1, 1e-7]), SIZES) == ["vanishing"]
    assert sagemaker_debugger(make_check(gradient_norm=[1, 1, 1, 1, 1, np.inf]), SIZES) == ["exploding"]
    assert sagemaker_debugger(make_check(dead_units=[0.6, 0, 0]), SIZES) == ["dead"]
    assert sagemaker_debugger(make_check(make_setup(activation="tanh"), dead_units=[0.6, 0, 0]), SIZES) == []


def test_auto_trainer_compares_the_first_kernel_with_the_last_and_asks_only_where_training_fails():
    vanished, grown = [1e-5, 1, 1, 1, 1, 1], [71, 1, 1, 1, 1, 1]
    assert auto_trainer(make_check(gradient_norm=vanished, error=0.9), SIZES, gated=True) == ["vanishing"]
    assert auto_trainer(make_check(gradient_norm=vanished, error=0.4), SIZES, gated=True) == []
    assert auto_trainer(make_check(gradient_norm=grown, error=0.9), SIZES, gated=True) == ["exploding"]
    assert auto_trainer(make_check(zeros=0.75), SIZES, gated=False) == ["dead"]
    assert auto_trainer(make_check(loss=[1, np.nan, 1, 1], error=0.4), SIZES, gated=True) == ["exploding"]


def test_doses_follow_from_the_family_and_lie_in_its_range():
    for number, family in enumerate(_rule_families.FAMILIES):
        doses = family.doses(number, 14)
        assert doses == family.doses(number, 14)
        assert family.low * 0.99 <= min(doses) <= max(doses) <= family.high * 1.01


def test_there_are_more_than_300_networks_on_three_tasks_on_each_side():
    families = _rule_families.FAMILIES
    assert len(families) * rules_accuracy.NETWORKS == 2352
    assert len({family.name for family in families}) == len(families)
    assert sorted({family.side for family in families}) == ["calibration", "held out"]
    held_out = [family for family in families if family.side == "held out"]
    assert len(held_out) * rules_accuracy.NETWORKS == 420
    assert {family.task.name for family in held_out} == {"digits", "breast_cancer", "wine", "two_spirals"}


def test_no_held_out_family_has_the_activation_depth_task_and_optimizer_of_another_one():
    found = {"calibration": [], "held out": []}
    for family in _rule_families.FAMILIES:
        network = family.network
        kind = (network.activation, len(network.hidden), family.task.name, family.optimizer.optimizer)
        found[family.side].append(kind)
    assert len(set(found["held out"])) == len(found["held out"]) == 30
    assert not set(found["held out"]) & set(found["calibration"])


def test_leads_are_counted_in_runs_that_leave_room_for_one_and_alarms_in_healthy_ones():
    diverging = [Run("digits", 40, 20), Run("digits", 40, 39), Run("digits", 40, None), Run("digits", 3, None)]
    healthy = [Run("digits", None, None), Run("digits", None, 50)]
    found = warnings(diverging, healthy, at_best=[Run("digits", None, 12)])
    assert (found["at_best_rate"], found["of_these_warned"]) == (1, 1)
    assert (found["of_these_before_step_20"], found["median_lead"], found["share_warned_ahead"]) == (1, 1.0, 0.667)
    assert (found["share_15_steps_ahead"], found["false_alarms"], found["false_alarm_share"]) == (0.333, 1, 0.5)
