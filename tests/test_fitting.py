"""What of a network that is too large would fit: found by trying, so that it does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.admission import admit
from gradcore.admission.fitting import largest, what_fits
from gradcore.errors import RefusedError
from gradcore.settings import Limits
from gradcore.specs import HealthSpec, NetworkSpec, TreatmentSpec

LIMITS = Limits(parameters=100_000)


def refusal(network: NetworkSpec, limits: Limits = LIMITS) -> str:
    with pytest.raises(RefusedError) as refused:
        admit(HealthSpec(network=network), limits)
    return str(refused.value)


def test_a_network_that_is_too_large_is_told_the_largest_width_and_depth_that_fit():
    wide = NetworkSpec((256,) * 4)
    assert refusal(wide) == (
        "the network must have at most 100,000 parameters. Received: 216,586; with everything else as it is, a width "
        "of at most 170 or a depth of at most 2 fits"
    )
    for fitting, beyond in (((170,) * 4, (171,) * 4), ((256,) * 2, (256,) * 3)):
        admit(HealthSpec(network=replace(wide, hidden=fitting)), LIMITS)
        assert "must have at most 100,000 parameters" in refusal(replace(wide, hidden=beyond))


def test_widths_that_differ_are_told_by_how_much_to_scale_them():
    assert refusal(NetworkSpec((400, 200, 100))).endswith(
        "Received: 127,310; with everything else as it is, the same widths times 0.87 fit"
    )
    admit(HealthSpec(network=NetworkSpec((348, 174, 87))), LIMITS)


def test_one_layer_can_only_be_made_narrower_and_rates_for_each_layer_fix_the_depth():
    assert refusal(NetworkSpec((2000,))).endswith("everything else as it is, a width of at most 1,333 fits")
    thinned = NetworkSpec((256,) * 4, dropout=(0.1, 0.1, 0.1, 0.1))
    assert refusal(thinned).endswith("a width of at most 170 fits")


def test_replicas_side_by_side_are_counted_in_what_fits():
    wide = HealthSpec(network=NetworkSpec((1000, 1000)))
    with pytest.raises(RefusedError, match=r"with everything else as it is, a width of at most 9\d\d or a depth of at"):
        admit(TreatmentSpec(wide, wide), Limits())


def test_where_nothing_fits_nothing_is_promised():
    assert what_fits(NetworkSpec((4, 4)), lambda network: False) == ""
    assert refusal(NetworkSpec((8, 8)), Limits(parameters=20)).endswith("Received: 682")


@given(st.integers(0, 99), st.integers(1, 100))
def test_the_largest_that_fits_is_found(most: int, below: int):
    found = largest(lambda number: number <= most, max(below, most + 1))
    assert found == most
