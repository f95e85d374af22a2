"""Wine, the data set that ships with scikit-learn."""

from functools import lru_cache

from gradcore.tasks.bundled import bundled_rows
from gradcore.tasks.task import Rows, Task


@lru_cache(maxsize=1)
def wine() -> Rows:
    """Return 178 wines by 13 measured properties: 133 rows to train, 45 to validate.

    Example:
        >>> wine().x_train.shape
        (133, 13)

    Reference: Aeberhard & Forina 1992, https://doi.org/10.24432/C5PC7J
    """
    from sklearn.datasets import load_wine

    return bundled_rows(load_wine, validation_rows=45)


WINE = Task(
    name="wine",
    title="Wine",
    summary="Tell the grower of a wine: 178 rows of 13 features, 3 classes. Too few rows to rank optimizers finely.",
    rows=lambda seed: wine(),
    shape=(13,),
    outputs=3,
    train_rows=133,
    validation_rows=45,
    head_activation="linear",
    loss="sparse_categorical_crossentropy",
    metric="accuracy",
    chance_loss=1.0852,  # the training rows' share of each class, told of the validation rows
    linear_anchor=0.00617,
    target=0.05,
)
