"""One layer of a network: what it reads, what it is made with, what comes out, and how many numbers it holds."""

from dataclasses import dataclass

from gradcore.specs import Scalar

INPUT = "input"
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}
FOR_EACH_FEATURE = {"BatchNormalization": 4, "LayerNormalization": 2, "RMSNormalization": 1}  # numbers


@dataclass(frozen=True)
class Step:
    """One Keras layer: what it reads, what it is made with, and what comes out."""

    layer: str  # Keras' class
    name: str
    inputs: tuple[str, ...]  # names of steps before it, or `INPUT`
    arguments: tuple[tuple[str, Scalar], ...]
    before: tuple[int, ...]  # shape of one row that goes in, of the first input
    shape: tuple[int, ...]  # that comes out
    kernel: int | None = None  # number of its kernel, where it has one: its seed follows from it
    hidden: bool = False  # whether its kernel starts from the network's initialiser; else from Keras' default

    @property
    def parameters(self) -> int:
        """Its weights and biases, trainable or not.

        Example:
            >>> Step("Dense", "dense_1", ("input",), (), (20,), (128,)).parameters
            2688
        """
        features, units = self.before[-1], self.shape[-1]
        if self.layer == "Dense":
            return (features + dict(self.arguments).get("use_bias", True)) * units  # type: ignore[operator, return-value]
        if self.layer in GATES:
            biases = 2 if self.layer == "GRU" else 1  # Keras' GRU has one more, to reset after the product
            return GATES[self.layer] * (features + units + biases) * units
        return FOR_EACH_FEATURE.get(self.layer, 0) * features
