"""The proof that ships with the product: what it is of, what it came to, and that the command would record it alike."""

import zipfile

from gradcore.admission import admit
from gradcore.example_check import example_check, example_treatment, example_treatment_spec, slim, write_records
from gradcore.figures.race import final_validation
from gradcore.records import CheckSetup, TraceChunk
from gradcore.settings import Limits
from gradcore.treatment_result import result_sentences, treatment_result
from tests.stand_in import chunk


def test_the_proof_is_of_the_first_prescription_over_five_seeds_and_200_steps():
    spec, checks = example_treatment()
    assert spec == admit(example_treatment_spec(), Limits())
    assert spec.solution == "relu_he"
    assert (spec.before.network.activation, spec.after.network.activation) == ("sigmoid", "relu")
    assert checks.pairs is not None
    assert [entrant.loss.shape for entrant in checks.pairs.entrants] == [(200, 5), (200, 5)]


def test_the_untreated_network_is_the_one_of_the_example_check():
    assert (example_treatment()[1].networks[0].loss == example_check()[1].loss).all()


def test_the_proof_says_that_the_patient_is_cured():
    spec, checks = example_treatment()
    result = treatment_result(spec, checks)
    assert result is not None
    assert result.cured
    assert result_sentences(spec, result)[:2] == (
        "Over 5 seeds the final validation loss fell by 2.012 (95 %: 1.916 to 2.107): more than chance explains.",
        "The verdict changed from 'Vanishing gradient' to 'Healthy'.",
    )


def test_the_final_losses_go_from_the_untreated_to_the_treated_network():
    pairs = example_treatment()[1].pairs
    assert pairs is not None
    title = final_validation(pairs, as_given=True).layout.title.text
    assert title == "Median validation loss goes from 2.3 (untreated) to 0.304 (treated)"


def test_a_slim_record_keeps_its_losses_and_drops_its_layers():
    whole = chunk(0, 0, [2.0, 1.0], seeds=5)
    kept = slim(whole)
    assert isinstance(kept, TraceChunk)
    assert (kept.loss == whole.loss).all()
    assert kept.layer_norms.shape == kept.update_ratio.shape == (2, 5, 0)


def test_records_that_are_written_as_an_example_are_read_back_in_their_order(tmp_path):
    _, checks = example_treatment()
    setup = checks.networks[0].setup
    write_records([setup, chunk(0, 0, [2.0], 1)], tmp_path / "made.zip")
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        assert archive.namelist() == [f"000-{CheckSetup.kind}", f"001-{TraceChunk.kind}"]
