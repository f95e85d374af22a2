"""Learning-rate schedules as lines of Python, for scripts that run alone; `tests/test_script.py` compares them."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.schedules import SCHEDULES
from gradcore.specs import CONSTANT_RATE, Choice

RATE_OF_STEP = "    optimizer.learning_rate = LEARNING_RATE * FACTORS[step]\n"
_COSINE = "{final!r} + (1 - {final!r}) * 0.5 * (1 + np.cos(np.pi * {done}))"
_FACTORS: Mapping[str, str] = MappingProxyType(
    {
        "cosine": f"FACTORS = {_COSINE}",
        "exponential": "FACTORS = {final!r} ** {done}",
        "step": "FACTORS = {factor!r} ** (({done} >= {first!r}).astype(float) + ({done} >= {second!r}))",
        "warmup_cosine": "rising = {done} / ({warmup!r} or 1)\n"
        "after = np.maximum({done} - {warmup!r}, 0) / (1 - {warmup!r} or 1)\n"
        f"FACTORS = np.where({{done}} < {{warmup!r}}, rising, {_COSINE.replace('{done}', 'after')})",
    }
)


def schedule_code(schedule: Choice) -> str:
    """Return the lines that make `FACTORS`, what the learning rate is multiplied by at each step; "" of a constant one.

    Example:
        >>> print(schedule_code(Choice.of("exponential", final=0.01)))
        done = np.arange(STEPS) / STEPS
        FACTORS = 0.01 ** done
    """
    if schedule.name == CONSTANT_RATE.name:
        return ""
    values = {**SCHEDULES[schedule.name].parameters, **dict(schedule.arguments)}
    return "done = np.arange(STEPS) / STEPS\n" + _FACTORS[schedule.name].format(done="done", **values)
