"""Diabetes, the regression data set that ships with scikit-learn."""

from functools import lru_cache

from gradcore.tasks.bundled import bundled_rows
from gradcore.tasks.task import Rows, Task


@lru_cache(maxsize=1)
def diabetes() -> Rows:
    """Return 442 patients by 10 features and how far their disease went in a year: 331 rows to train, 111 to validate.

    The targets are standardised like the features, so that a loss of 1 is the variance of the training targets.

    Example:
        >>> diabetes().y_train.shape
        (331, 1)

    Reference: Efron, Hastie, Johnstone & Tibshirani 2004, https://doi.org/10.1214/009053604000000067
    """
    from sklearn.datasets import load_diabetes

    return bundled_rows(load_diabetes, validation_rows=111, classes=False)


DIABETES = Task(
    name="diabetes",
    title="Diabetes",
    summary="Predict how a disease goes on: 442 rows of 10 features. A linear model is hard to beat.",
    rows=lambda seed: diabetes(),
    shape=(10,),
    outputs=1,
    train_rows=331,
    validation_rows=111,
    head_activation="linear",
    loss="mse",
    metric="r2",
    chance_loss=0.794,  # the training rows' mean, told of the validation rows
    linear_anchor=0.5096,
    target=0.4,
)
