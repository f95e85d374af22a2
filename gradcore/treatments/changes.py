"""What a treatment changes in the spec of a check; each returns the spec as it is where there is nothing to change."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gradcore.optimizers import learning_rate_of
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, NO_NETWORK, Choice, EntrantSpec, HealthSpec

RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "silu")
SQUASHING = ("sigmoid", "tanh", "softplus")
HE, GLOROT, LSUV = Choice("he_uniform"), Choice("glorot_uniform"), Choice("lsuv")
ADAM = EntrantSpec(Choice("Adam"), 0.003)  # the rate at which it trains best on digits
SGD = EntrantSpec(Choice("SGD"), 0.1)
PLAIN_CELL, GATED_CELL = "simple_rnn", "gru"
CONTRACTING = Choice.of("orthogonal", gain=0.8)  # 1 / (1 - 0.8) = 5 is the sum of all its powers
CLIPPED = Choice.of("clip_by_global_norm", max_norm=1.0)
CLIPPED_BY_VARIABLE = Choice.of("clip_by_norm", max_norm=1.0)
ADAPTIVE = Choice("adaptive_percentile")  # the notebook's AdaptiveGradientClipper
COSINE = Choice.of("cosine", final=0.0)
WARM_UP = Choice.of("warmup_cosine", warmup=0.1, final=0.0)
DECAY = 0.001  # of the weights, a step and unit of learning rate
DROPPED = 0.1  # of the units, a step
SLOWER = 100.0  # by which a learning rate that diverges is divided; it ends at the optimizer's default at most
LARGER = 4  # by which a batch grows


def network(spec: HealthSpec, **changed: Any) -> HealthSpec:
    """Change the network; a task that trains none stays as it is."""
    return spec if spec.network == NO_NETWORK else replace(spec, network=replace(spec.network, **changed))


def dense(spec: HealthSpec, **changed: Any) -> HealthSpec:
    """Change a network without recurrent layers, which take neither shortcuts nor normalisation."""
    return spec if spec.network.cell is not None else network(spec, **changed)


def _optimizer(spec: HealthSpec, **changed: Any) -> HealthSpec:
    return replace(spec, optimizer=replace(spec.optimizer, **changed))


def relu(spec: HealthSpec) -> HealthSpec:
    """Make the activation ReLU, unless it is one of its kind."""
    return spec if spec.network.activation in RECTIFIERS else dense(spec, activation="relu")


def relu_he(spec: HealthSpec) -> HealthSpec:
    """Make the activation ReLU and start from He's initialiser."""
    return spec if spec.network.activation in RECTIFIERS else he(relu(spec))


def he(spec: HealthSpec) -> HealthSpec:
    """Start a dense network from He's initialiser."""
    return dense(spec, kernel_initializer=HE)


def leaky_relu(spec: HealthSpec) -> HealthSpec:
    """Let ReLU leak."""
    return dense(spec, activation="leaky_relu") if spec.network.activation == "relu" else spec


def residual(kind: str) -> Callable[[HealthSpec], HealthSpec]:
    """Return the change that adds shortcuts of a kind (`NetworkSpec.residual`)."""
    return lambda spec: dense(spec, residual=kind) if len(spec.network.hidden) > 1 else spec


def preactivation(spec: HealthSpec) -> HealthSpec:
    """Make pre-activation blocks, which need their normalisation: without it their sum grows as a plain one does."""
    return residual("preactivation")(normalised("batch")(spec)) if len(spec.network.hidden) > 1 else spec


def normalised(kind: str) -> Callable[[HealthSpec], HealthSpec]:
    """Return the change that normalises every hidden layer of a dense network, where none is."""
    return lambda spec: dense(spec, normalization=kind) if spec.network.normalization is None else spec


def orthogonal(spec: HealthSpec) -> HealthSpec:
    """Start from orthogonal kernels: the recurrent one, or all dense ones with the gain for their activation."""
    if spec.network.cell is not None:
        return network(spec, recurrent_initializer=Choice("orthogonal"))
    gain = 2**0.5 if spec.network.activation in RECTIFIERS else 1.0
    return network(spec, kernel_initializer=Choice.of("orthogonal", gain=gain))


def trained_by(optimizer: EntrantSpec) -> Callable[[HealthSpec], HealthSpec]:
    """Return the change to another optimizer; one of its family stays."""

    def apply(spec: HealthSpec) -> HealthSpec:
        if spec.optimizer.optimizer.name.startswith(optimizer.optimizer.name):
            return spec
        return _optimizer(spec, optimizer=optimizer.optimizer, learning_rate=optimizer.learning_rate)

    return apply


def attention(spec: HealthSpec) -> HealthSpec:
    """Pool the time steps of a recurrent network by attention."""
    return spec if spec.network.cell is None else network(spec, pooling="attention")


def attention_adam(spec: HealthSpec) -> HealthSpec:
    """Pool the time steps by attention, and train by Adam."""
    return spec if spec.network.cell is None else trained_by(ADAM)(attention(spec))


def orthogonal_attention(spec: HealthSpec) -> HealthSpec:
    """Start from an orthogonal recurrent kernel, pool by attention, and train by Adam."""
    return spec if spec.network.cell is None else attention_adam(orthogonal(spec))


def contracting_attention(spec: HealthSpec) -> HealthSpec:
    """Start a plain recurrent cell from a kernel that shrinks the state, pool by attention, and train by Adam."""
    return network(attention_adam(spec), recurrent_initializer=CONTRACTING) if spec.network.cell == PLAIN_CELL else spec


def gated_attention(spec: HealthSpec) -> HealthSpec:
    """Make a plain recurrent cell a gated one (GRU), start it orthogonal, pool by attention, and train by Adam."""
    return network(orthogonal_attention(spec), cell=GATED_CELL) if spec.network.cell == PLAIN_CELL else spec


def clipped_by(rule: Choice) -> Callable[[HealthSpec], HealthSpec]:
    """Return the change that clips by a rule, where none does."""
    return lambda spec: _optimizer(spec, clip=rule) if spec.optimizer.clip == NO_CLIPPING else spec


def scheduled(schedule: Choice) -> Callable[[HealthSpec], HealthSpec]:
    """Return the change that schedules a learning rate that is constant."""
    return lambda spec: _optimizer(spec, schedule=schedule) if spec.optimizer.schedule == CONSTANT_RATE else spec


def weight_decay(spec: HealthSpec) -> HealthSpec:
    """Decay the weights, where they are not."""
    optimizer = spec.optimizer.optimizer
    if optimizer.get("weight_decay"):
        return spec
    return _optimizer(spec, optimizer=Choice.of(optimizer.name, **dict(optimizer.arguments), weight_decay=DECAY))


def dropout(spec: HealthSpec) -> HealthSpec:
    """Drop a tenth of the units of every hidden layer, where none are."""
    return spec if any(spec.network.rates) else dense(spec, dropout=DROPPED)


def lower_learning_rate(spec: HealthSpec) -> HealthSpec:
    """Divide the learning rate by a hundred; it ends at the optimizer's default at most."""
    default = learning_rate_of(EntrantSpec(spec.optimizer.optimizer))  # NaN where no catalogue has it any more
    lowered = min(learning_rate_of(spec.optimizer) / SLOWER, default)
    return _optimizer(spec, learning_rate=float(f"{lowered:.6g}"))


def larger_batch(spec: HealthSpec) -> HealthSpec:
    """Make batches four times as large."""
    return spec if spec.batch_size is None else replace(spec, batch_size=spec.batch_size * LARGER)
