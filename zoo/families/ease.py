"""A linear autoencoder of likes, solved in closed form.

Equations and papers: see `zoo/models/ease.py`.
"""

from typing import Any

import keras
import numpy as np
from scipy import linalg, sparse

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.given import Given, checked, refuse_class_weight
from zoo.kinds import Kind

ROWS = 1024  # rows predicted at once


@keras.saving.register_keras_serializable("zoo")
class Ease(Autoencoder):
    """An autoencoder whose code is its input and whose decoder is one matrix, B, with a diagonal of 0.

    Args:
        encoder: The identity on `(batch, films)`.
        decoder: A dense layer without bias.
        kind: What a sample is, as in `Autoencoder`.
        l2: The weight of the squared weights.
        dropout: The share of the input whose dropping the weights are to bear.
        activity_power: People weigh in with the number of their likes to the power of minus this.
        popularity_power: The power of a film's number of likes that its predictions are divided by.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "likes",
        *,
        l2: float,
        dropout: float,
        activity_power: float,
        popularity_power: float,
        name: str | None = None,
    ) -> None:
        super().__init__(
            encoder,
            decoder,
            kind,
            name=name,
            l2=l2,
            dropout=dropout,
            activity_power=activity_power,
            popularity_power=popularity_power,
        )

    def fit(
        self, x: Any = None, y: Any = None, *, sample_weight: Any = None, validation_data: Any = None, **arguments: Any
    ) -> keras.callbacks.History:
        """Solves for B, in one epoch; a frozen model is only measured.

        Args:
            x: All people's likes, shape `(n, films)`; dense, or in CSR form, which is never made dense as a whole.
            y: None, since the target is `x`.
            sample_weight: What people weigh besides, shape `(n,)`: as if each were there so many times.
            validation_data: Likes to measure the error on, of the same form, or a tuple of such, None and weights.
            **arguments: Others of Keras's `fit`; they have nothing to act on.

        Returns:
            A history of one epoch: "loss" and, if asked for, "val_loss", mean weighed squared errors over all entries.

        Raises:
            UsageError: If `x` has another shape or values that are negative or not finite, or if there is a `y`.
        """
        refuse_class_weight(arguments.get("class_weight"))
        rows, weight = self._rows("", Given(x, y, sample_weight))
        held_out = (
            None if validation_data is None else self._rows("validation_data's ", Given.unpacked(validation_data))
        )
        if self.trainable and self.decoder.trainable:
            self.decoder.get_layer("likes").kernel.assign(self._solved(rows, weight))
        logs = {"loss": self._mean_squared_error(rows, weight)}
        if held_out is not None:
            logs["val_loss"] = self._mean_squared_error(*held_out)
        self.history = keras.callbacks.History()
        self.history.set_model(self)
        self.history.on_train_begin()
        self.history.on_epoch_end(0, logs)
        return self.history

    def _rows(self, whose: str, given: Given) -> tuple[sparse.csr_array, np.ndarray]:
        """Returns people's likes in CSR form, and what people weigh, after a look at both."""
        checks.check(given.y is None, f"{whose}y", "None, since ease predicts x from x", type(given.y).__name__)
        x, _, weight = checked(self, given, whose)
        weight = np.ones(x.shape[0], "float32") if weight is None else weight
        return sparse.csr_array(x if sparse.issparse(x) else np.asarray(x), dtype="float32"), weight

    def _solved(self, x: sparse.csr_array, weight: np.ndarray) -> np.ndarray:
        """Returns B, shape `(films, films)`."""
        gram = _weighted_gram(x, self.activity_power, weight)
        diagonal = np.diag_indices_from(gram)
        gram[diagonal] += self.l2 + self.dropout / (1 - self.dropout) * gram[diagonal]
        try:
            factor = linalg.cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:
            raise checks.UsageError(f"l2={self.l2:g} is too small for likes so much alike: write l2=1.0.") from None
        inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)  # its lower half alone
        inverse += np.tril(inverse, -1).T
        weights = inverse / -inverse[diagonal]
        weights[diagonal] = 0
        popularity = np.maximum(weight @ x, 1.0)
        return weights * (popularity / popularity.mean()) ** -self.popularity_power

    def _mean_squared_error(self, x: sparse.csr_array, weight: np.ndarray) -> float:
        kernel = self.decoder.get_layer("likes").kernel.numpy()
        total = 0.0
        for start in range(0, x.shape[0], ROWS):
            rows, heavy = x[start : start + ROWS], weight[start : start + ROWS, None]
            total += float((heavy * np.square(rows @ kernel - rows.toarray())).sum(dtype="float64"))
        return total / (x.shape[0] * x.shape[1])


def _weighted_gram(x: sparse.csr_array, power: float, weight: np.ndarray) -> np.ndarray:
    """Returns sum_u w_u x_u^T x_u with w_u ~ n_u^-power, scaled so that all likes together weigh what they did.

    Args:
        x: Likes, shape `(people, films)`.
        power: Of a person's number of likes n_u.
        weight: How many times each person is there, shape `(people,)`.
    """
    likes, times = np.asarray(x.sum(axis=1), "float64"), weight.astype("float64")
    weights = times * np.maximum(likes, 1.0) ** -power
    weights *= (times @ likes) / max(float(weights @ likes), 1e-9)
    weighted = sparse.diags_array(weights) @ x.astype("float64")
    return (x.T.astype("float64") @ weighted).toarray()
