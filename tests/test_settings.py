import pytest

from gradcore.errors import RefusedError
from gradcore.settings import Limits, read_settings


def test_the_defaults_are_the_contracts():
    settings = read_settings({})
    assert settings.limits == Limits(steps=20_000, seeds=100, entrants=24, parameters=2_000_000, minutes=10)
    assert settings.database.startswith("sqlite:///")
    assert settings.database.endswith("gradcore/runs.db")


def test_every_limit_has_its_variable():
    names = ("STEPS", "SEEDS", "ENTRANTS", "PARAMETERS", "MINUTES")
    settings = read_settings({f"GRADCORE_MAX_{name}": str(7 + place) for place, name in enumerate(names)})
    assert settings.limits == Limits(steps=7, seeds=8, entrants=9, parameters=10, minutes=11)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "1e3", "٣"])
def test_a_setting_that_is_not_a_whole_number_above_zero_is_refused_by_name(value):
    with pytest.raises(RefusedError) as refusal:
        read_settings({"GRADCORE_WORKERS": value})
    assert str(refusal.value) == f"`GRADCORE_WORKERS` must be a whole number > 0. Received: GRADCORE_WORKERS='{value}'"
