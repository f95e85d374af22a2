"""How many independent steps a correlated stream is worth, for each threshold: its effective steps.

The clip events of a threshold c are the indicator series 1[norm > c]. With autocorrelations rho_k its mean over N
steps has the variance p (1 - p) tau / N, tau = 1 + 2 sum rho_k: the stream is worth N / tau independent steps
(Priestley 1981, Spectral analysis and time series, 5.3). The sum is cut where Geyer's initial monotone sequence ends
(Geyer 1992, Practical Markov chain Monte Carlo, section 3.3), with two additions that `bench/advisor_coverage.py` asked
for. The window is that of the indicator or of the norms' normal scores, whichever is longer, times WIDER: a
slow drift under much noise is seen in the scores long before it is seen in rare events. And the bias that comes from
subtracting the sample's own mean is divided out.

Shapes: C thresholds, T steps, S seeds, N finite steps of all seeds, L lags.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.advisor.quantiles import normal_scores
from gradcore.advisor.stream import NormStream
from gradcore.records import Doubles, Floats

WIDER, SHORT = 1.75, 4  # times the window at which the monotone sequence ends, for what is beyond SHORT lags
LONGEST = 4  # the window is at most 1 / LONGEST of the steps: beyond, no interval is given anyway
LEAST_LEFT = 0.2  # of the bias correction, where the window is nearly as long as the stream
AT_ONCE = 8  # thresholds in one transform: small enough for the cache


@dataclass(frozen=True)
class Effective:
    """What the correlation of the steps leaves, for each threshold."""

    time: Doubles  # (C,) autocorrelation time tau in steps, at least 1
    window: Doubles  # (C,) lags that were summed
    steps: Doubles  # (C,) N / tau


def effective(stream: NormStream, thresholds: Sequence[float] | Doubles) -> Effective:
    """Return the effective steps of the clip events of each threshold.

    Steps of different seeds are independent: their autocovariances are averaged around the common mean.

    Example:
        >>> stream = NormStream.of(np.tile([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0], 500))
        >>> alternating = effective(NormStream.of(np.tile([1.0, 2.0], 500)), [1.5])
        >>> alternating.time  # claims no more steps than there are
        array([1.])
    """
    lags = max(1, min(stream.steps - 1, stream.counted // LONGEST)) if stream.steps > 1 else 1
    scores = _initial(_correlations(stream, _scores(stream)[None], lags))[1]
    found = [_one_block(stream, block, lags, int(scores[0])) for block in _blocks(np.asarray(thresholds, np.float64))]
    time, window = (np.concatenate(parts) for parts in zip(*found, strict=True)) if found else (np.zeros(0),) * 2
    return Effective(time, window, stream.counted / time)


def _one_block(stream: NormStream, thresholds: Doubles, lags: int, scores: int) -> tuple[Doubles, Doubles]:
    """Return autocorrelation times and windows of a few thresholds."""
    events = (stream.norms > thresholds[:, None, None]).astype(np.float32)  # (C, T, S)
    rates = stream.rates(thresholds).astype(np.float32)
    centred = np.where(stream.finite, events - rates[:, None, None], np.float32(0))
    rho = _correlations(stream, centred, lags)
    least, end = _initial(rho)
    longer = np.maximum(end, scores)
    window = np.minimum((longer + (WIDER - 1) * np.maximum(longer - SHORT, 0)).astype(int), lags)
    summed = 2 * np.cumsum(rho, axis=1, dtype=np.float64)[np.arange(len(rho)), window - 1] - 1
    left = np.maximum(1 - (2 * window + 1) / stream.counted, LEAST_LEFT)
    return np.maximum(np.maximum(summed, least) / left, 1.0), window.astype(np.float64)


def _correlations(stream: NormStream, centred: Floats, lags: int) -> Floats:
    """Return the autocorrelations of centred series (C, T, S) at lags 0 to L - 1, (C, L); 0 for a constant one."""
    length = _fast_length(stream.steps + lags)
    power = np.zeros((len(centred), length // 2 + 1), dtype=np.float32)
    for seed in range(stream.seeds):
        spectrum = np.fft.rfft(centred[:, :, seed], length, axis=1)
        power += spectrum.real**2 + spectrum.imag**2
    covariance = np.fft.irfft(power, length, axis=1)[:, :lags]
    variance = covariance[:, :1]
    found: Floats = np.where(variance > 0, covariance / np.where(variance > 0, variance, 1), 0).astype(np.float32)
    found[:, 0] = 1
    return found


def _fast_length(least: int) -> int:
    """Return the next length that is a power of 2 times 1, 3, 5 or 9, which a transform is quick for.

    Example:
        >>> [_fast_length(least) for least in (7, 100, 130, 1000)]
        [8, 128, 144, 1024]
    """
    return min(odd << max(0, math.ceil(math.log2(least / odd))) for odd in (1, 3, 5, 9))


def _initial(rho: Floats) -> tuple[Doubles, NDArray[np.int64]]:
    """Return tau by Geyer's initial monotone sequence, and the lag at which it ends, (C,) each."""
    even = rho[:, : rho.shape[1] // 2 * 2] if rho.shape[1] > 1 else np.pad(rho, ((0, 0), (0, 1)))
    pairs = even[:, ::2] + even[:, 1::2]
    positive = np.logical_and.accumulate(pairs > 0, axis=1)
    monotone = np.minimum.accumulate(np.where(positive, pairs, 0), axis=1)
    return 2 * monotone.sum(axis=1, dtype=np.float64) - 1, np.maximum(2 * positive.sum(axis=1), 1)


def _scores(stream: NormStream) -> Floats:
    """Return the normal scores of all norms, (T, S), 0 where a step is not finite; equal norms share one."""
    ordered = stream.ordered  # looked up in order: the cache stays warm
    ranks = (np.searchsorted(ordered, ordered, "left") + np.searchsorted(ordered, ordered, "right")) / 2
    scores = np.zeros(stream.norms.size, dtype=np.float32)
    places = np.argsort(stream.norms, axis=None, kind="stable")  # NaN and Inf last
    scores[places[: stream.counted]] = normal_scores(ranks / stream.counted)
    return scores.reshape(stream.norms.shape)


def _blocks(thresholds: Doubles) -> list[Doubles]:
    return [thresholds[start : start + AT_ONCE] for start in range(0, len(thresholds), AT_ONCE)]
