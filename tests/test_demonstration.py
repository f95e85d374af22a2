"""The demonstration tells what is recorded: each scene's words, and that none of its numbers is typed."""

import re
from pathlib import Path

import pytest

from gradcore import demonstration
from gradcore.demonstration import SCENES, finding, prescriptions, result, scene, what_changed


def test_it_walks_from_the_patient_over_finding_and_treatment_to_the_proof_and_back_to_the_visitor():
    assert [scene(step).name for step in range(1, len(SCENES) + 1)] == [
        "patient", "watch", "signal", "finding", "prescription", "cure", "compare", "pairs", "proof", "live",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "title", "sentences"),
    [
        (1, "Sigmoid stack", (
            "Eight sigmoid layers: each passes on less than a quarter of the signal that comes back.",
            "The loss hardly moves, from 2.54 to 2.31 over 50 steps, and the network is no better than a guess.",
        )),
        (2, "Every layer, at every step", (
            "The gradient of dense_1 is 24,000 times smaller than that of output.",
            "The gradient of every layer, at each of 50 steps. Input side at the bottom, output on top; dark is small.",
        )),
        (3, "How much of the signal comes back", (
            "The loss sends a signal back, from the output to the input.",
            "The signal shrinks on its way back: 4.4e-6 of it reaches dense_1.",
            "Sigmoid: the mean square of the signal changes by × 0.0541 per layer towards the input (mean field, "
            "Schoenholz et al. 2017).",
        )),
        (4, "Vanishing gradient at dense_1", (
            "The gradient vanishes on its way back.",
            "a = 4.5e-6 at dense_1, below 0.005; on its way back the signal shrinks by a factor of 4.46 a layer; "
            "5 of 9 layers are like that.",
            "a = rms(dLoss/dz of the layer) / rms(dLoss/dz of the head), median over the first 10 steps: 4.515e-6; "
            "threshold 0.005.",
        )),
        (5, "ReLU with He's initialiser", (
            "ReLU lets all of the signal through where it is active, and He's variance makes up for where it is not.",
            "Measured on 6 sigmoid layers: it gave back 97.6 % (95 % interval 96.2 % to 99 %) of the lost loss.",
        )),
        (6, "The signal, treated", (
            "The same measurement after the change, before the first update.",
            "The signal keeps its size on its way back: 0.35 to 1 of the output's.",
            "ReLU: the mean square of the signal changes by × 1.02 per layer towards the input (He et al. 2015).",
        )),
        (7, "Before and after, in the same colours", (
            "Before: the gradient of dense_1 is 24,000 times smaller than that of output.",
            "After: gradients of the layers are of one order: 0.58 to 0.8 at the last step.",
        )),
        (9, "The patient is cured", (
            "Over 5 seeds the final validation loss fell by 2.012 (95 %: 1.916 to 2.107): more than chance explains.",
            "The verdict changed from 'Vanishing gradient' to 'Healthy'.",
        )),
    ],
)  # fmt: skip
def test_a_scene_says_what_is_recorded(step, title, sentences):
    assert (scene(step).title, scene(step).sentences) == (title, sentences)


def test_the_pairs_say_how_they_were_trained():
    first, second = scene(8).sentences
    assert first == "Both networks train in 5 pairs: the same seeds and batches, 200 steps."
    assert second.startswith(
        "Learning rates, each the best of the same grid, or a smaller one that is as good: 0.01 before, 0.1 after. "
    )


def test_the_visitor_is_sent_to_the_same_patient():
    assert scene(10).sentences[0] == (
        "The patient waits in the health check: Digits · 8 × 64 sigmoid · SGD at 0.1 · 50 steps."
    )


def test_what_is_proven_is_what_was_prescribed_first():
    assert finding().rule == "vanishing"
    assert [one.field for one in what_changed()] == ["network.activation", "network.kernel_initializer"]
    assert prescriptions()[0].changes == what_changed()
    assert result().cured


def test_no_number_of_a_sentence_is_typed():
    source = Path(demonstration.__file__).read_text(encoding="utf-8")
    texts = re.findall(r'f?"([^"\n]*)"', source)
    told = [re.sub(r"\{[^}]*\}", "", text) for text in texts]
    assert [text for text in told if re.search(r"\d", text)] == []
