"""Measures of a recorded check that do not depend on the unit of the loss; NaN where there is nothing to measure.

Shapes as in `gradcore.records.check`: T steps, M of them sampled, S seeds, V variables, D layers with a kernel (the
last is the head).
"""

import numpy as np
from numpy.typing import NDArray

from gradcore.records import CheckTrace, Doubles, Flags

BLOWN_UP = 1000.0  # times the first loss
EARLY = 10  # steps over which the back-propagated signal is read
RECENT = 10  # parts of a check, of which the last is recent
SCORE = "attention_score"  # beside the path: a softmax over T time steps divides what comes back by T
LEAST_FOR_SLOPE = 3  # layers


def backprop_ratio(trace: CheckTrace) -> Doubles:
    """Return a = rms(delta_l) / rms(delta_L), the signal that comes back to each layer from the head, (M, S, D).

    Of a recurrent layer: of its first time step over its last. 0 where nothing comes back at all.

    Reference: Glorot & Bengio 2010, section 4. https://proceedings.mlr.press/v9/glorot10a.html
    """
    signal = trace.signal.astype(np.float64)
    found = _over(signal, signal[..., -1:]) if signal.shape[-1] else signal
    time = trace.time_signal.astype(np.float64)
    found[..., trace.setup.recurrent] = _over(time[..., 0], time[..., 1])
    return found


def early_ratio(trace: CheckTrace) -> Doubles:
    """Return a_l of each layer with a kernel, (D,): the median over the samples of the first 10 steps, then the seeds.

    NaN where the layer is not on the path of the signal: cut off from the loss, or a score of attention. Steps from
    which on the loss has blown up are left out: what is measured there is what is left of the network.
    """
    return _ratio_of(trace, trace.sampled < EARLY)


def late_ratio(trace: CheckTrace) -> Doubles:
    """Return a_l as `early_ratio` does, (D,), of the samples of the last 10 recorded steps."""
    return _ratio_of(trace, trace.sampled >= trace.recorded - EARLY)


def blown_up(trace: CheckTrace) -> Flags:
    """Return where the loss is not finite or above 1,000 times the first one, (T, S)."""
    loss = trace.loss.astype(np.float64)
    with np.errstate(invalid="ignore"):
        found: Flags = ~np.isfinite(loss) | ((loss[:1] > 0) & (loss > BLOWN_UP * loss[:1]))
    return found


def slope(trace: CheckTrace, ratio: Doubles) -> float:
    """Return by how many decades a_l changes from one layer to the next towards the head, by least squares.

    Args:
        trace: the check.
        ratio: a_l, (D,); recurrent layers, zeros and what is not finite are left out. NaN below three layers.
    """
    kept = np.isfinite(ratio) & (ratio > 0)
    kept[trace.setup.recurrent] = False
    place = np.flatnonzero(kept)
    if len(place) < LEAST_FOR_SLOPE:
        return np.nan
    away = place - place.mean()
    return float((away * np.log10(ratio[place])).sum() / np.square(away).sum())


def last_error(trace: CheckTrace) -> float:
    """Return e at the last recorded step, the median over the seeds: 1 = chance, 0 = fitted; NaN before any."""
    return float(median(trace.error[-1])) if trace.recorded else np.nan


def recent_error(trace: CheckTrace) -> float:
    """Return e over the last tenth of the recorded steps, the median over them and the seeds; NaN before any.

    A single batch may be easy; this is what says whether a network trains.
    """
    return float(median(median(trace.error[-recent_steps(trace) :]))) if trace.recorded else np.nan


def recent_steps(trace: CheckTrace) -> int:
    """Return how many steps are the last tenth of the recorded ones, at least one."""
    return max(trace.recorded // RECENT, 1)


def update_ratio(trace: CheckTrace) -> Doubles:
    """Return u = |update| / |weights| of each variable, (T, S, V): NaN for 0/0, Inf for weights that are all zero."""
    return _divided(trace.update_norm, trace.weight_norm)


def layer_update_ratio(trace: CheckTrace) -> Doubles:
    """Return u of each layer, (T, S, L): the norms of all its variables together."""
    return _divided(trace.by_layer(trace.update_norm), trace.by_layer(trace.weight_norm))


def signal_to_noise(trace: CheckTrace, since: int = 0) -> float:
    """Return the squared norm of the task's gradient over the variance of a batch's, |G|^2 / (tr Sigma / B).

    Numerator and denominator are averaged over samples and seeds before they are divided; the mean of the ratios would
    be biased. NaN where there are none.

    Args:
        trace: the check.
        since: the first step that counts.

    Reference: McCandlish, Kaplan, Amodei et al. 2018, appendix A.1. https://arxiv.org/abs/1812.06162
    """
    square, noise = _noise_parts(trace, since)
    return square * trace.batch_size / noise if noise > 0 else np.nan


def noise_scale(trace: CheckTrace, since: int = 0) -> float:
    """Return the simple noise scale tr Sigma / |G|^2 in rows: far smaller batches are mostly noise, far larger waste.

    Averaged like `signal_to_noise`; Inf where the estimate of |G|^2 is not above zero, NaN where there is none.
    """
    square, noise = _noise_parts(trace, since)
    if not noise > 0 or np.isnan(square):
        return np.nan
    return noise / square if square > 0 else np.inf


def kernel_names(trace: CheckTrace) -> list[str]:
    """Return the names of the D layers with a kernel."""
    return [trace.setup.layers[place] for place in trace.setup.kernels]


def connected(trace: CheckTrace) -> Flags:
    """Return which of the layers with a kernel the loss depends on, (D,)."""
    owners = trace.setup.owners[trace.setup.connected]
    return np.isin(trace.setup.kernels, owners)


def on_path(trace: CheckTrace) -> Flags:
    """Return the layers with a kernel through which the signal comes back to the input, (D,)."""
    found: Flags = connected(trace) & np.array([name != SCORE for name in kernel_names(trace)], bool)
    return found


def hidden(trace: CheckTrace) -> Flags:
    """Return the layers on the path without the head, (D,)."""
    found = on_path(trace)
    found[-1:] = False
    return found


def median(values: NDArray[np.floating]) -> Doubles:
    """Return the median over the first axis without NaN; NaN where nothing else is left.

    Example:
        >>> median(np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]]))
        array([ 2., nan])
    """
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    ordered = np.sort(values.astype(np.float64), axis=0)  # NaN last
    count = np.asarray((~np.isnan(values)).sum(axis=0))[None]
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, len(values) - 1), axis=0)[0]
    with np.errstate(invalid="ignore"):  # between -Inf and Inf there is none
        middle: Doubles = low / 2 + high / 2
    return middle


def _ratio_of(trace: CheckTrace, chosen: Flags) -> Doubles:
    lost = np.logical_or.accumulate(blown_up(trace), axis=0)[trace.sampled]  # (M, S)
    kept = np.where(lost[..., None], np.nan, backprop_ratio(trace))[chosen]
    return np.where(on_path(trace), median(median(kept)), np.nan)


def _noise_parts(trace: CheckTrace, since: int) -> tuple[float, float]:
    late = trace.sampled >= since
    return _mean(trace.signal_square[late]), _mean(trace.noise_trace[late])


def _mean(values: NDArray[np.floating]) -> float:
    known = values[np.isfinite(values)].astype(np.float64)
    return float(known.mean()) if known.size else np.nan


def _over(values: Doubles, reference: Doubles) -> Doubles:
    return np.where(values == 0, 0.0, _divided(values, reference))


def _divided(values: NDArray[np.floating], reference: NDArray[np.floating]) -> Doubles:
    with np.errstate(all="ignore"):  # 0/0 and Inf/Inf are NaN, and NaN is data
        found: Doubles = np.divide(values, reference, dtype=np.float64)
    return found
