"""What a pair of trainings with and without clipping shows, in sentences that are computed from its numbers."""

import numpy as np

from gradcore.blow_ups import Pair, Side, clip_rate, read_pair
from gradcore.records import RaceTrace
from gradcore.tasks import TASKS
from gradcore.titles import counted

LEVEL = 0.05
NOTHING, SOLVED = 0.9, 0.1  # of the loss of a constant answer
RARE, MOST = 0.1, 0.5  # clip rates of a seat belt, and of a step-size limiter


def pair_sentences(trace: RaceTrace) -> list[str]:
    """Return what a finished pair shows: who blew up, how surely, how often clipping acted, what was learned."""
    pair = read_pair(trace)
    return [_blow_ups(pair), _test(pair), _rate(trace), _learned(trace, pair)]


def share_text(side: Side) -> str:
    """Return how many runs of a side blew up, with the interval of the share.

    Example:
        >>> share_text(Side("SGD", (3, None), None))
        '1 of 2 (95 % interval 9 to 91 %)'
    """
    low, high = side.interval
    return f"{side.blow_ups} of {side.seeds} (95 % interval {100 * low:.0f} to {100 * high:.0f} %)"


def _blow_ups(pair: Pair) -> str:
    fallen = sorted(step for step in pair.without.blown_up_at if step is not None)
    when = "" if not fallen else f", at step {fallen[0]}" if len(set(fallen)) == 1 else ", at steps "
    when += f"{fallen[0]} to {fallen[-1]}" if len(set(fallen)) > 1 else ""
    return f"Without clipping {share_text(pair.without)} runs blow up{when}; with it {share_text(pair.clipped)}."


def _test(pair: Pair) -> str:
    seeds = counted(pair.without.seeds, "seed")
    found = f"From the same weights and batches, {pair.only_without} of {seeds} blew up only without clipping "
    found += f"and {pair.only_clipped} only with it (exact McNemar test, p = {pair.p_value:.2g})"
    if pair.p_value > LEVEL:
        return f"{found}: these seeds do not show a difference."
    cure = pair.only_without > pair.only_clipped
    return f"{found}: clipping {'cures the explosion' if cure else 'makes it worse'}, beyond chance."


def _rate(trace: RaceTrace) -> str:
    rate = clip_rate(trace.entrants[1])
    found = f"Clipping changed {100 * rate:.3g} % of the steps"
    if np.isnan(rate) or rate == 0:
        return "Clipping changed no step: the threshold lies above every gradient norm."
    if rate <= RARE:
        return f"{found}: a seat belt, which acts rarely and lets all other steps pass."
    if rate < MOST:
        return f"{found}: more than a seat belt, but most steps passed unchanged."
    return f"{found}: it limits the step on most of them, so that the learning rate alone no longer sets its length."


def _learned(trace: RaceTrace, pair: Pair) -> str:
    task, loss = TASKS.get(trace.task), pair.clipped.validation_loss
    if task is None or loss is None:
        return "How well the clipped runs learned is not known."
    if not task.has_network:  # no answer to compare with
        return f"The clipped runs end at a median loss of {loss:.3g}."
    found = f"The clipped runs end at a median validation loss of {loss:.3g}; a constant answer has "
    found += f"{task.chance_loss:.3g}"
    if not np.isfinite(loss) or pair.clipped.blow_ups * 2 >= pair.clipped.seeds:
        return f"{found}. The clipped runs blow up too: this threshold is too high for this learning rate."
    if loss > NOTHING * task.chance_loss:
        return f"{found}. Nothing is learned yet: clipping cures explosion, not vanishing."
    if loss > SOLVED * task.chance_loss:
        return f"{found}. They learn, but the task is not solved: clipping cures explosion, not vanishing."
    return f"{found}. They also solve the task; what clipping cured is the explosion."
