"""The rows of each task as a few lines of Python, for scripts that run alone; `tests/test_script.py` compares them."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.specs import Choice

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


_NOISE_CLASSES = """draw = np.random.RandomState(SEED)
x_train, y_train = draw.randn(100, 100).astype("float32"), draw.randint(0, 10, 100)
"""
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
_QUADRATIC = """
axes = {axes}
scale = np.sqrt({dimension} * np.geomspace(1.0, {condition!r}, {dimension}))
x_train, y_train = (scale[:, None] * axes).astype("float32"), np.zeros(({dimension}, 1), "float32")


def start_from(drawn):
    return axes.T @ drawn


def factors(point):
    return point
"""
_ROSENBROCK = """
x_train = np.array([[2, 0, 0], [0, 20, -20]], "float32")
y_train = np.array([[2], [0]], "float32")


def start_from(drawn):
    return np.array([-1.2, 1]) + {spread!r} * drawn


def factors(point):
    return keras.ops.stack([point[0], point[1], point[0] * point[0]])
"""
_AXES = ("np.eye({0})", "np.linalg.qr(np.random.default_rng([SEED, 0, 2]).normal(size=({0}, {0})))[0].T")
_DEEP_LINEAR = """
def orthonormal(draw, rows, columns):
    return np.linalg.qr(draw.normal(size=(rows, columns)))[0]


draw = np.random.default_rng([SEED, 0, 2])
outputs, features = (orthonormal(draw, size, 3).astype("float32") for size in (3, 10))
teacher = (outputs * np.array([3, 2, 1], "float32")) @ features.T
drawn = np.random.default_rng([SEED, 0, 1]).normal(size=(200, 10))
x_train = (np.sqrt(200) * np.linalg.qr(drawn - drawn.mean(axis=0))[0]).astype("float32")
y_train = (x_train @ teacher.T).astype("float32")
"""
_DATA: Mapping[str, str] = MappingProxyType(
    {
        "digits": _bundled("digits", 450),
        "breast_cancer": _bundled("breast_cancer", 143),
        "wine": _bundled("wine", 45),
        "diabetes": _bundled("diabetes", 111, classes=False),
        "noise_regression": _NOISE,
        "noise_classification": _NOISE_CLASSES,
        "adding_problem": _ADDING,
        "two_spirals": _SPIRALS,
        "quadratic": _QUADRATIC,
        "rosenbrock": _ROSENBROCK,
        "deep_linear": _DEEP_LINEAR,
    }
)


def data_code(task: Choice) -> str:
    """Return the lines that make `x_train` and `y_train` of an admitted task from `SEED`.

    Where a point is trained they also make `start_from`, of numbers drawn from N(0, 1), and `factors`, what a row is
    multiplied with; a linear teacher's directions are `outputs` and `features`.
    """
    arguments = dict(task.arguments)
    if task.name == "quadratic":
        arguments["axes"] = _AXES[bool(arguments["rotated"])].format(arguments["dimension"])
    return _DATA[task.name].format(**arguments).strip()
