"""Six confirming runs of the threshold advisor: predicted against realised clip rate, loss and blow-ups.

Each trains one optimizer without clipping, takes the advised threshold for a wanted rate from its norms, and trains the
pair with and without it from the same weights and batches. Clipping changes the path, so the rates need not agree: how
far they differ is what is reported here.
"""

import json
import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from gradcore.admission import admit
from gradcore.advisor import NormStream, Proof, Side, advise, proof_spec, read_proof
from gradcore.assembly import Assembly
from gradcore.engine.race import run_race
from gradcore.presets import STEADY, exploding_rnn
from gradcore.records import RaceTrace
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec

DEEP = NetworkSpec(hidden=(32,) * 6, activation="relu")
RUNS: dict[str, tuple[RaceSpec, float, int]] = {  # race, wanted clip rate, first step that counts
    "noise, SGD": (
        RaceSpec((EntrantSpec(Choice("SGD"), 0.01),), task=Choice("noise_regression"), steps=2000), 0.05, 200
    ),
    "digits, Adam": (RaceSpec((EntrantSpec(Choice("Adam"), 0.001),), steps=600), 0.05, 0),
    "digits, six layers, RMSprop": (
        RaceSpec((EntrantSpec(Choice("RMSprop"), 0.001),), network=DEEP, steps=600), 0.1, 0
    ),
    "digits, SGD, threshold from late steps": (
        RaceSpec((EntrantSpec(Choice("SGD"), 0.3),), steps=1000), 0.05, 300
    ),
    "digits, SGD, batches of 4: the bundled example": (STEADY, 0.05, 2500),
    "adding problem, exploding recurrent network": (exploding_rnn(steps=150, seeds=8), 0.5, 0),
}  # fmt: skip


def main() -> None:
    """Train and print."""
    print(json.dumps({name: confirmed(*case) for name, case in RUNS.items()}, indent=2))


def confirmed(spec: RaceSpec, wanted: float, first_step: int) -> dict[str, Any]:
    """Return what was predicted from the run without clipping, and what the pair came to."""
    alone = RaceSpec.from_json({**spec.to_json(), "entrants": [spec.entrants[0].to_json()]})
    recorded = trained(admit(alone, Limits())).entrants[0]
    advice = advise(NormStream.recorded(recorded, first_step), wanted, recorded.optimizer).suggestion
    assert advice.rule is not None
    pair = admit(proof_spec(alone, 0, advice.rule), Limits())
    proof = read_proof(pair, trained(pair), first_step)
    assert proof is not None
    assert abs(proof.predicted - advice.rate) < 1e-9  # the same weights and batches give the same norms again
    return {"wanted": wanted, "verdict": advice.verdict.name, "first_step": first_step, **_document(proof)}


def trained(spec: RaceSpec) -> RaceTrace:
    """Return the records of a race that is trained in this process."""
    assembly = Assembly(spec)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: assembly.add(records))
    return assembly.trace()


def _document(proof: Proof) -> dict[str, Any]:
    return {
        "threshold": round(proof.threshold, 4),
        "predicted": round(proof.predicted, 4),
        "interval": None if proof.interval is None else [round(end, 4) for end in proof.interval],
        "realised": round(proof.realised, 4),
        "realised_by_seed": [round(rate, 4) for rate in proof.by_seed],
        "earlier_steps_clipped": proof.earlier and round(proof.earlier, 4),
        "without_clipping": _side(proof.without),
        "clipped": _side(proof.clipped),
    }


def _side(side: Side) -> dict[str, Any]:
    losses = {"last_training_loss": side.loss, "validation_loss": side.validation_loss}
    shown = {name: None if value is None else f"{value:.4g}" for name, value in losses.items()}
    return {**shown, "blow_ups": side.blow_ups}


if __name__ == "__main__":
    main()
