"""How much of the labels a linear classifier reads from a code: the usual measure of features learned unlabelled."""

import warnings

import numpy as np
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from recipes.data.splits import Splits

STRENGTHS = (0.003, 0.01, 0.03, 0.1)  # C, the inverse of the L2 penalty's weight, chosen on validation
ITERATIONS = 100


def linear_probe(codes: dict[str, np.ndarray], splits: Splits) -> dict[str, float]:
    """Fits a multinomial logistic regression to codes; its strength is chosen on validation.

    The codes are centred and divided by one number, the root mean square over all units, so that one scale of
    strengths serves all codes and rarely active units stay small. The final classifier is fitted to train and
    validation together.

    Args:
        codes: "train", "validation" and "test", each of shape `(n, *code_shape)`.
        splits: Where the labels are.

    Returns:
        The error, a share of misclassified samples, on "validation" and "test".
    """
    train = codes["train"].reshape(len(codes["train"]), -1)
    mean = train.mean(axis=0)
    scale = float(np.sqrt(np.mean(np.square(train - mean)))) or 1.0
    x = {part: ((values.reshape(len(values), -1) - mean) / scale).astype("float32") for part, values in codes.items()}
    y = {part: splits[part].y for part in codes}

    # One BLAS thread each: on a busy machine BLAS threads that wait for one another cost more than they bring.
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that many iterations are the protocol
        fits = Parallel(n_jobs=-1, prefer="threads")(delayed(_fitted)(c, x["train"], y["train"]) for c in STRENGTHS)
        errors = [_error(fit, x["validation"], y["validation"]) for fit in fits]
        both = [np.concatenate([values["train"], values["validation"]]) for values in (x, y)]
        final = _fitted(STRENGTHS[int(np.argmin(errors))], *both)
    return {"validation": min(errors), "test": _error(final, x["test"], y["test"])}


def _fitted(strength: float, x: np.ndarray, y: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=ITERATIONS).fit(x, y)


def _error(classifier: LogisticRegression, x: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean(classifier.predict(x) != y))
