"""The pictures of a proof: both clip rates and both losses, by windows of steps."""

import numpy as np
import pytest

from gradcore.advisor import proof_spec, read_proof
from gradcore.figures.clip_proof import proof_losses, proof_rates
from gradcore.records import RaceTrace
from gradcore.specs import Choice, RaceSpec
from tests.traces import decoded, make_entrant, make_trace

RULE = Choice.of("clip_by_global_norm", max_norm=2.5)
PAIR = proof_spec(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "seeds": 1}), 0, RULE)


def pair(without: np.ndarray, clipped: np.ndarray, loss: np.ndarray) -> RaceTrace:
    """Return the records of a pair, its second norms clipped at 2.5; (T, 1) each."""
    one = make_entrant(loss, label="without clipping", optimizer="SGD", gradient_norm=without)
    two = make_entrant(
        loss / 2, label="clipped at 2.5", optimizer="SGD", gradient_norm=clipped, clipped_norm=np.minimum(clipped, 2.5)
    )
    return make_trace([one, two])


@pytest.fixture
def recorded() -> RaceTrace:
    """Sixty steps: of each two one is above the threshold without clipping, and both in the second half with it."""
    without = np.tile([[1.0], [3.0]], (30, 1))
    clipped = np.where(np.arange(60)[:, None] < 30, without, 3.0)
    return pair(without, clipped, np.linspace(4.0, 1.05, 60)[:, None])


def drawn(figure):
    return {line["name"]: [round(float(value), 4) for value in line["y"]] for line in decoded(figure)}


def test_both_rates_are_drawn_by_windows_of_steps(recorded):
    proof = read_proof(PAIR, recorded, 20)
    figure = proof_rates(PAIR, recorded, proof, 20)
    assert drawn(figure) == {"without clipping": [0.5] * 31, "clipped at 2.5": [0.5] * 15 + [1.0] * 16}
    assert figure.layout.title.text.startswith("87.5 % of the steps were clipped, 50 % were predicted")
    assert "2 steps at a time" in figure.layout.title.subtitle.text
    assert [shape.x0 for shape in figure.layout.shapes] == [20]  # too few steps for an interval: no band
    assert "not counted" in [note.text for note in figure.layout.annotations]


def test_the_predicted_interval_is_a_band_from_the_first_counted_step_on():
    norms = np.exp(np.random.default_rng(0).normal(size=(2000, 1))) * 2.5 / np.exp(1.28)
    records = pair(norms, norms, np.ones((2000, 1)))
    proof = read_proof(PAIR, records)
    (band,) = proof_rates(PAIR, records, proof).layout.shapes
    assert (band.type, band.x0, band.x1, (band.y0, band.y1)) == ("rect", 0, 1999, proof.interval)


def test_steps_of_a_seed_that_blew_up_are_a_gap():
    norms = np.full((60, 1), 3.0)
    loss = np.ones((60, 1))
    loss[30:] = np.inf
    records = pair(norms, norms, loss)
    found = drawn(proof_rates(PAIR, records, read_proof(PAIR, records)))
    assert found["without clipping"][:16] == [1.0] * 16  # the last has its end: a level as wide as the others
    assert np.isnan(found["without clipping"][16:]).all()


@pytest.mark.parametrize(("steps", "lost", "x"), [(1, 1, [0, 1]), (4, 1, [0, 1, 1, 2, 3]), (100, 3, [0, 4])])
def test_a_run_that_explodes_in_its_first_window_has_a_level_there(steps, lost, x):
    norms, loss = np.full((steps, 1), 3.0), np.ones((steps, 1))
    loss[lost:] = np.inf
    records = pair(norms, norms, loss)
    line = decoded(proof_rates(PAIR, records, read_proof(PAIR, records)))[0]
    assert line["x"][: len(x)] == x
    assert line["y"][:2] == [1.0, 1.0]
    assert np.isnan(line["y"][2:]).all()


def test_both_losses_are_medians_of_windows_and_their_ends_are_told(recorded):
    figure = proof_losses(PAIR, recorded)
    assert drawn(figure)["without clipping"][0] == 3.975  # of 4 and 3.95
    assert figure.layout.title.text.replace("<br>", " ").startswith(
        "The loss ends near 1.07 without clipping, near 0.537 with it"
    )
    proof = read_proof(PAIR, recorded)
    assert (round(proof.without.loss, 4), round(proof.clipped.loss, 4)) == (1.075, 0.5375)  # the same two numbers


def test_a_loss_that_explodes_leaves_the_frame_and_is_called_no_number():
    loss = np.ones((60, 1))
    loss[30:] = np.inf
    figure = proof_losses(PAIR, pair(loss, loss, loss))
    assert np.isnan(drawn(figure)["without clipping"][16:]).all()
    assert "ends at no number without clipping" in figure.layout.title.text.replace("<br>", " ")
