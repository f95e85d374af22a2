"""The best linear model of a task, measured: `python -m tests.linear_anchor NAME` prints its validation loss.

Multinomial logistic regression where the task has classes, else ridge regression. The strength of its L2 penalty is
the one among 8 decades (C from 10^-4 to 10^3; ridge: alpha = 1 / C) that has the least loss in a 5-fold
cross-validation over the training rows. Of a task that draws its rows: the mean over seeds 0 to 4.
"""

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV

from gradcore.tasks import Rows, Task, task_of

STRENGTHS = 10.0 ** np.arange(-4, 4)
SEEDS = range(5)


def linear_anchor(task: Task) -> float:
    seeds = SEEDS if task.per_seed else (0,)
    return float(np.mean([_validation_loss(task, task.rows(seed)) for seed in seeds]))


def _validation_loss(task: Task, rows: Rows) -> float:
    x_train, x_validation = (x.reshape(len(x), -1).astype(np.float64) for x in (rows.x_train, rows.x_validation))
    if task.loss == "mse":
        search = GridSearchCV(Ridge(), {"alpha": 1 / STRENGTHS}, scoring="neg_mean_squared_error", cv=5)
        search.fit(x_train, rows.y_train[:, 0])
        return float(mean_squared_error(rows.y_validation[:, 0], search.predict(x_validation)))
    search = GridSearchCV(LogisticRegression(max_iter=2000), {"C": STRENGTHS}, scoring="neg_log_loss", cv=5)
    search.fit(x_train, rows.y_train)
    return float(log_loss(rows.y_validation, search.predict_proba(x_validation)))


if __name__ == "__main__":
    print(linear_anchor(task_of(sys.argv[1])))
