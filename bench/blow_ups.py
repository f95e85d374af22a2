"""Who blows up: the exploding recurrent network over spectral radii and learning rates, without and with clipping.

Pascanu, Mikolov & Bengio 2013 in numbers: 6 seeds at each of three spectral radii, so 18 runs for each learning rate;
the share that blows up, its Wilson interval, and where the clipped runs end. How many blow up at the lower rate depends
on the width: none with 10 units, all with 50. Prints JSON.
"""

import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from gradcore.assembly import Assembly
from gradcore.blow_ups import clip_rate, read_pair
from gradcore.engine.race import run_race
from gradcore.presets import exploding_rnn
from gradcore.proportions import mcnemar, wilson
from gradcore.records import RaceTrace

RADII, RATES = (1.0, 1.5, 2.0), (0.1, 0.3)
SEEDS = 6
GOALS = {0.1: (0.72, 0.0), 0.3: (1.0, 0.0)}  # shares without and with clipping that an earlier measurement had


def main() -> None:
    """Measure and print."""
    print(json.dumps({f"learning rate {rate:g}": summary(rate) for rate in RATES}, indent=2))


def summary(rate: float) -> dict[str, object]:
    """Return the shares over all radii at one learning rate, and what each radius gave."""
    traces = {radius: train(radius, rate) for radius in RADII}
    pairs = {radius: read_pair(trace) for radius, trace in traces.items()}
    runs = SEEDS * len(RADII)
    without = sum(pair.without.blow_ups for pair in pairs.values())
    clipped = sum(pair.clipped.blow_ups for pair in pairs.values())
    only = [sum(getattr(pair, name) for pair in pairs.values()) for name in ("only_without", "only_clipped")]
    return {
        "share_without_clipping": round(without / runs, 3),
        "interval_without": [round(end, 3) for end in wilson(without, runs)],
        "share_with_clipping": round(clipped / runs, 3),
        "interval_with": [round(end, 3) for end in wilson(clipped, runs)],
        "goal_shares": GOALS[rate],
        "mcnemar_p": mcnemar(*only),
        "by_radius": {f"{radius:g}": by_radius(trace) for radius, trace in traces.items()},
    }


def by_radius(trace: RaceTrace) -> dict[str, object]:
    """Return what one spectral radius gave."""
    pair = read_pair(trace)
    norms = trace.entrants[0].gradient_norm
    return {
        "blown_up_without": pair.without.blow_ups,
        "blown_up_with": pair.clipped.blow_ups,
        "clipped_validation_loss": round(float(pair.clipped.validation_loss or np.nan), 3),
        "clip_rate": round(clip_rate(trace.entrants[1]), 3),
        "largest_finite_norm_without": float(f"{norms[np.isfinite(norms)].max():.2g}"),
    }


def train(radius: float, rate: float) -> RaceTrace:
    """Return the trace of one pair."""
    spec = exploding_rnn(radius=radius, learning_rate=rate, seeds=SEEDS)
    whole = Assembly(spec)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: whole.add(records))
    return whole.trace()


if __name__ == "__main__":
    main()
