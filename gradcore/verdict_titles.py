"""One name for each verdict and rule of the health check, used wherever one is shown."""

from gradcore.health import HEALTHY, PENDING, RULES

OTHERS = {HEALTHY: "Healthy", PENDING: "No verdict yet"}


def verdict_title(name: str) -> str:
    """Return the title of a verdict or rule; the words of its name, where no rule has it any more.

    Example:
        >>> [verdict_title(name) for name in ("vanishing", "correlation_collapse", "healthy", "a_retired_rule")]
        ['Vanishing gradient', 'Inputs become alike', 'Healthy', 'A retired rule']
    """
    if name in RULES:
        return RULES[name].title
    return OTHERS.get(name, name.replace("_", " ").capitalize())
