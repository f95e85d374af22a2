"""What solutions give back of a disease and what a step costs with them, as sentences of the guide cite it."""

from collections.abc import Mapping

from gradcore.solutions import NOTEBOOK, shipped, solutions_document
from gradcore.titles import number, percent, typeset


def values() -> Mapping[str, float | str]:
    """Return what sentences cite as {solutions.name}: E by disease and overall, step-time ratios.

    Example:
        >>> found = values()
        >>> found["relu_sigmoid_stack"] > 0.5, found["residual_deep_relu"] < 0.1
        (True, True)
    """
    listed = {one["id"]: one["measured"] for one in solutions_document(shipped()) if one["measured"]}
    found: dict[str, float | str] = {}
    for name, measured in listed.items():
        effects = {disease: value for disease, value in measured["by_disease"].items() if value is not None}
        found |= {f"{name}_{disease}": _plain(value) for disease, value in effects.items()}
        found |= {f"{name}_overall": _plain(measured["effectiveness"]), f"{name}_least": _plain(min(effects.values()))}
        found[f"{name}_most"] = _plain(max(effects.values()))
        if measured["step_time_ratio"] is not None:
            found[f"{name}_step"] = measured["step_time_ratio"]
    return found | {"sentence": _sentence({name: listed[name]["by_disease"] for name in NOTEBOOK if name in listed})}


def _plain(value: float) -> float:
    """Return an effect with two decimals, and no minus in front of nothing."""
    return round(value, 2) + 0.0


def _sentence(effects: Mapping[str, Mapping[str, float | None]]) -> str:
    values = [value for by_disease in effects.values() for value in by_disease.values() if value is not None]
    low, high = (typeset(number(_plain(end))) for end in (min(values), max(values)))
    cured = sum(value > 0.5 for value in values)
    return (
        f"Measured, they give back from {low} to {high} of what a disease costs; more than {percent(0.5)} in {cured} "
        f"of {len(values)} cases. It is a matter of the disease as much as of the solution."
    )
