"""The rows of each task as a few lines of Python, for scripts that run alone; `tests/test_script.py` compares them."""

from collections.abc import Mapping
from types import MappingProxyType

_BUNDLED = """
from sklearn.datasets import load_{name}
from sklearn.model_selection import train_test_split

found = load_{name}()
x_train, _, y_train, _ = train_test_split(
    found.data, found.target, test_size={rows}, random_state=0{stratify}
)
mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
spread[spread == 0] = 1.0
x_train = ((x_train - mean) / spread).astype("float32")
"""
_CLASSES = 'y_train = y_train.astype("float32")\n'
_STANDARDISED = 'y_train = ((y_train - y_train.mean()) / y_train.std())[:, None].astype("float32")\n'


def _bundled(name: str, rows: int, classes: bool = True) -> str:
    stratify = ", stratify=found.target" if classes else ""
    return _BUNDLED.format(name=name, rows=rows, stratify=stratify) + (_CLASSES if classes else _STANDARDISED)


_NOISE = """
draw = np.random.RandomState(SEED)
x_train, y_train = draw.randn(1000, 20).astype("float32"), draw.uniform(size=(1000, 1)).astype("float32")
"""
_ADDING = """
draw = np.random.default_rng([SEED, 0, 1])
values = draw.random((2000, {length}), dtype=np.float32)
marked = np.zeros((2000, {length}), np.float32)
for low, high in ((0, {length} // 2), ({length} // 2, {length})):
    marked[np.arange(2000), draw.integers(low, high, 2000)] = 1.0
x_train, y_train = np.stack([values, marked], axis=2), (values * marked).sum(axis=1, keepdims=True)
"""
_SPIRALS = """
draw = np.random.default_rng([SEED, 0, 1])
spiral = np.arange(400) % 2
radius = np.sqrt(draw.random(400))
angle = 2 * np.pi * 1.5 * radius + np.pi * spiral
points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.02 * draw.normal(size=(400, 2))
x_train, y_train = points.astype("float32"), spiral.astype("float32")
"""
DATA: Mapping[str, str] = MappingProxyType(
    {
        "digits": _bundled("digits", 450),
        "breast_cancer": _bundled("breast_cancer", 143),
        "wine": _bundled("wine", 45),
        "diabetes": _bundled("diabetes", 111, classes=False),
        "noise_regression": _NOISE,
        "adding_problem": _ADDING,
        "two_spirals": _SPIRALS,
    }
)
