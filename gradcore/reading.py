"""What a reader sees in a race, in sentences that are computed from its numbers."""

from collections.abc import Sequence

import numpy as np

from gradcore.notebook_race import notebook_table
from gradcore.paired_tests import LEVEL, paired_p_values
from gradcore.ranking import SMALLEST_LOSS, all_fell, diverged_at, falls, median, median_metric, nobody_left
from gradcore.records import EntrantTrace, Floats, RaceTrace, Ranked
from gradcore.specs import Choice
from gradcore.stop_reading import count_stopped, fell_words, stop_sentences
from gradcore.tasks import TASKS, Task, known_task
from gradcore.titles import counted, listed, number

MOST_NAMES = 6  # in one sentence
METRICS = {"accuracy": "accuracy", "mae": "mean absolute error", "r2": "R²", "distance": "distance to the optimum"}


def race_sentences(
    trace: RaceTrace, ranked: Sequence[Ranked], notebook: bool = False, task: Choice | None = None
) -> list[str]:
    """Return what a race says: who leads, who does worse than a linear model, how the gradients went, and what the
    notebook would have made of it.

    Args:
        trace: a finished race.
        ranked: its ranking.
        notebook: whether each entrant started from weights of its own, as in the notebook.
        task: with its arguments; by default as the trace names it.
    """
    anchored = _anchored(trace, known_task(task or Choice(trace.task)))
    return [
        *_unfinished(trace, ranked),
        _lead(trace, ranked),
        *anchored,
        *stop_sentences(trace),
        *_gradients(trace),
        *_notebook(trace, ranked, notebook),
    ]


def fallen_sentence(falls: Sequence[tuple[str, Sequence[int | None]]], entrants: int, fell: str = "diverged") -> str:
    """Return that all diverged, and by what they are ranked then: the step of it, the later the better.

    Args:
        falls: the label of each ranked entrant, and the step at which each of its seeds diverged.
        entrants: in the race, whether or not they have ended.
        fell: what happened to them, where some were stopped at a warning instead (`stop_reading.fell_text`).

    Example:
        >>> fallen_sentence([("SGD", [3, 9]), ("Adam", [1, 2])], 2)
        'Every entrant diverged from every seed: nothing was learned. They rank by the step at which they diverged \
(median over the seeds), the later the better: SGD at step 6 and Adam at step 1.5.'
    """
    at = [(label, median(np.array(steps, np.float64))) for label, steps in falls]
    plain = fell == "diverged"
    ended, how = ("nothing was learned", fell) if plain else ("nothing is left to judge", "ended")
    over = " (median over the seeds)" if len(falls[0][1]) > 1 else ""
    if entrants == 1:
        (label, step), *_ = at
        return f"{label} {fell} from every seed, at step {step:g}{over}: {ended}."
    who = "Every entrant" if len(falls) == entrants else "Every entrant that ended"
    told = _names([f"{label} at step {step:g}" for label, step in at])
    by = f"They rank by the step at which they {how}{over}, the later the better"
    return f"{who} {fell} from every seed: {ended}. {by}: {told}."


def untuned_sentence(trace: RaceTrace) -> str:
    """Return which learning rates a tuned race that was stopped had chosen by then, "" where it had all of them."""
    tuned = [(one.label, one.tuning.chosen) for one in trace.entrants if one.tuning is not None]
    if len(tuned) == len(trace.entrants):
        return ""
    if not tuned:
        return "It was stopped before the first learning rate was chosen."
    told = _names([f"{number(rate, 3)} for {label}" for label, rate in tuned])
    share = f"{len(tuned)} of {counted(len(trace.entrants), 'entrant')}"
    return f"It was stopped while learning rates were tried: {share} had theirs, {told}."


def metric_value(metric: str, value: float) -> str:
    """Return a validation metric with its unit.

    Example:
        >>> metric_value("accuracy", 0.9644), metric_value("mae", 0.25123), metric_value("accuracy", -np.inf)
        ('96.4 %', '0.2512', 'not finite')
    """
    if not np.isfinite(value):
        return "not finite"
    return f"{100 * value:.1f} %" if metric == "accuracy" else number(value)


def _lead(trace: RaceTrace, ranked: Sequence[Ranked]) -> str:
    first, by_label = ranked[0], {one.label: one for one in trace.entrants}
    entrant, others = by_label[first.label], [by_label[place.label] for place in ranked[1:]]
    if all_fell(entrant):  # those that fell rank last: it is every one of them
        return _fallen(trace, ranked)
    assert entrant.outcome is not None  # only ended entrants are ranked
    value = metric_value(trace.metric, median_metric(trace.metric, entrant.outcome.validation_metric))
    metric = f"{METRICS[trace.metric]} {value}"
    if not others:
        return f"{first.label} ends at a median validation loss of {first.median:.4g} ({metric})."
    found = f"{first.label} ranks first (median validation loss {number(first.median)}, {metric})"
    if all(all_fell(one) for one in others):
        fell = fell_words(others).replace("was", "were" if len(others) > 1 else "was")
        return f"{found}; {_names([one.label for one in others])} {fell} from every seed."
    if trace.seeds == 1:
        alive = "those that finished" if any(map(count_stopped, others)) else "those that did not diverge"
        who = alive if any(all_fell(one) for one in others) else "the entrants"
        return f"{found}, but one seed gives no interval: nothing separates {who}."
    if not first.tied_with:
        return f"{found}; over {trace.seeds} seeds it is significantly better than every other entrant."
    return f"{found}; over {trace.seeds} seeds no difference is detected between it and {_names(first.tied_with)}."


def _fallen(trace: RaceTrace, ranked: Sequence[Ranked]) -> str:
    by_label = {one.label: one for one in trace.entrants}
    fell = [(place.label, falls(by_label[place.label])) for place in ranked]
    return fallen_sentence(fell, len(trace.entrants), fell_words(by_label[place.label] for place in ranked))


def _anchored(trace: RaceTrace, task: Task | None) -> list[str]:
    """Return who does worse than a constant answer, and than the best linear model: on the median, and significantly
    where there are seeds."""
    if task is None or not task.has_network:
        return []
    found = [_worse_than(trace, task.chance_loss, f"a constant answer (loss {task.chance_loss:.4g})", task)]
    if task.linear_anchor is not None:
        linear = f"a linear model (validation loss {task.linear_anchor:.3g})"
        found.append(_worse_than(trace, task.linear_anchor, linear, task))
    return [sentence for sentence in found if sentence]


def _worse_than(trace: RaceTrace, anchor: float, what: str, task: Task) -> str:
    """Return who does worse than an anchor, "" where nobody does."""
    ended = [one for one in trace.entrants if one.outcome is not None and not count_stopped(one)]
    worse = [one.label for one in ended if _is_worse(one, anchor, task.chance_loss)]
    if not worse:
        return ""
    everyone = len(worse) == len(ended) > 1
    verb = "does" if everyone or len(worse) == 1 else "do"
    return f"{'Every entrant' if everyone else _names(worse)} {verb} worse than {what}."


def _is_worse(entrant: EntrantTrace, anchor: float, chance: float) -> bool:
    assert entrant.outcome is not None  # the caller has left out entrants without one
    loss = entrant.outcome.validation_loss
    if not median(loss) > anchor:
        return False
    capped = np.where(np.isfinite(loss), np.maximum(loss, SMALLEST_LOSS), chance)
    return len(loss) == 1 or bool(paired_p_values(np.log(capped / anchor)[None])[0] <= LEVEL)


def _unfinished(trace: RaceTrace, ranked: Sequence[Ranked]) -> list[str]:
    if len(ranked) == len(trace.entrants):
        return []
    return [f"Only {len(ranked)} of {len(trace.entrants)} entrants reached their last step; the others are not ranked."]


def _gradients(trace: RaceTrace) -> list[str]:
    if nobody_left(trace):
        return []  # the first sentence says so
    lost = [(one.label, _lost(one)) for one in trace.entrants if _lost(one)]
    if lost:
        parts = [f"{label} on {count} of {trace.seeds} seeds" for label, count in lost]
        return [f"Diverged, which is a result too: {_names(parts)}."]
    if trace.steps == 1 or any(map(count_stopped, trace.entrants)):
        return []
    changes = {one.label: _change(one.gradient_norm) for one in trace.entrants}
    label = max(changes, key=lambda name: _distance(changes[name]))
    loss = _change(next(one for one in trace.entrants if one.label == label).loss)
    ending = f", while its loss {_moves(loss)}"
    if changes[label] < 1 and loss < 0.9:
        ending += ": it learns, and what the notebook calls instability is mostly that fall"
    task = TASKS.get(trace.task)
    if task is not None and task.target is None:
        ending = (
            f"; a constant answer has an expected loss of {task.chance_loss:.4g} here, and nothing else can be learned"
        )
    return [f"The gradient norm moves most for {label}: from start to end it {_moves(changes[label])}{ending}."]


def _notebook(trace: RaceTrace, ranked: Sequence[Ranked], own_weights: bool) -> list[str]:
    first = notebook_table(trace)[0]
    if len(ranked) < 2 or not np.isfinite(first["score"]) or nobody_left(trace):
        return []  # nobody to crown, or none alive
    winner = first["label"]
    place = next(place for place in ranked if place.label == winner)
    level = [other.label for other in ranked if other.rank == 1 and other is not place]
    over = f"over {counted(trace.seeds, 'seed')}"
    if place.rank > 1:
        verdict = f"{over} that does not hold"
    elif level:
        verdict = f"{over} the first rank is shared with {_names(level)}"
    elif place.tied_with:
        verdict = f"{over} nothing separates it from {_names(place.tied_with)}"
    else:
        verdict = "nothing here contradicts that"
    start = "from weights of its own for each optimizer" if own_weights else "from one seed alone"
    return [
        f"The notebook would crown {winner}, {start}, by a score that adds the loss and the spread of the gradient "
        f"norm and subtracts the fall of the loss, three different units; {verdict}, and such a score sees no ties."
    ]


def _lost(entrant: EntrantTrace) -> int:
    return sum(step is not None for step in diverged_at(entrant.loss, entrant.trained))


def _change(curve: Floats) -> float:
    """Return the median of the last tenth of the steps over that of the first; 1 where there is no such number."""
    span = max(1, curve.shape[0] // 10)
    first, last = float(np.median(curve[:span])), float(np.median(curve[-span:]))
    return last / first if first > 0 and np.isfinite(last / first) else 1.0


def _distance(change: float) -> float:
    """Return how far a change is from none, up or down."""
    return abs(float(np.log(change))) if change > 0 else np.inf


def _moves(change: float) -> str:
    """Return a change as a verb, with its factor.

    Example:
        >>> _moves(0.05), _moves(3.0), _moves(0.0), _moves(1.0)
        ('falls by a factor of 20', 'grows by a factor of 3', 'falls to 0', 'does not change')
    """
    if change == 0:
        return "falls to 0"
    if change == 1:
        return "does not change"
    return f"{'grows' if change > 1 else 'falls'} by a factor of {number(max(change, 1 / change), 3)}"


def _names(found: Sequence[str]) -> str:
    return listed(found, MOST_NAMES)
