import pytest

from gradcore.figures import health as figures
from gradcore.figures import theme
from tests.check_figures import INF, NAN, deep_check, make_check, nothing_yet

MAKERS = {
    "picture": figures.picture,
    "norms": figures.variable_norms,
    "ratio": figures.update_ratio,
    "signal": figures.backprop_signal,
    "dead": figures.dead_share,
    "histogram": lambda trace: figures.gradient_histogram(trace, "dense_1", 0),
    "layer": lambda trace: figures.layer_curves(trace, "dense_1"),
}
TRACES = {
    "nothing yet": nothing_yet(),
    "one step": make_check([[1, 2, 3]]),
    "nothing but NaN": make_check([[NAN] * 3] * 2, loss=[NAN, NAN]),
    "nothing but zeros": make_check([[0] * 3] * 2, loss=[0, 0]),
    "one layer": make_check([[1.0], [INF]]),
    "deep": deep_check(),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("name", TRACES)
def test_every_figure_can_be_drawn_of_every_record(make, name):
    if name == "one layer" and make in (MAKERS["histogram"], MAKERS["layer"]):
        make = {MAKERS["histogram"]: lambda t: figures.gradient_histogram(t, "output", 0)}.get(
            make, lambda t: figures.layer_curves(t, "output")
        )
    assert theme.to_json(make(TRACES[name]))
