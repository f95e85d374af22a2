"""Breast cancer (Wisconsin, diagnostic), the data set that ships with scikit-learn."""

from functools import lru_cache

from gradcore.tasks.bundled import bundled_rows
from gradcore.tasks.task import Rows, Task


@lru_cache(maxsize=1)
def breast_cancer() -> Rows:
    """Return 569 tumours by 30 features of their cells' nuclei: 426 rows to train, 143 to validate.

    Example:
        >>> breast_cancer().x_train.shape
        (426, 30)

    Reference: Wolberg, Mangasarian, Street & Street 1993, https://doi.org/10.24432/C5DW2B
    """
    from sklearn.datasets import load_breast_cancer

    return bundled_rows(load_breast_cancer, validation_rows=143)


BREAST_CANCER = Task(
    name="breast_cancer",
    title="Breast cancer",
    summary="Tell malignant from benign tumours: 569 rows of 30 features, 2 classes.",
    rows=lambda seed: breast_cancer(),
    shape=(30,),
    outputs=2,
    train_rows=426,
    validation_rows=143,
    head_activation="linear",
    loss="sparse_categorical_crossentropy",
    metric="accuracy",
    chance_loss=0.6593,  # the training rows' share of each class, told of the validation rows
    linear_anchor=0.0858,
    target=0.05,
)
