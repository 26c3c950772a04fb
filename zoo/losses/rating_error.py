"""The root of the mean squared error of what is there, in stars: a target of 0 or NaN counts nothing."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class RatingError(keras.metrics.RootMeanSquaredError):
    """The root of the mean of (y - y')^2 over the entries above 0 of all batches."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Takes note of a batch: `(batch, columns)` twice, and what its rows weigh, `(batch,)`."""
        y_true = ops.cast(y_true, "float32")
        weight = ops.cast(y_true > 0, "float32")
        if sample_weight is not None:
            weight = weight * ops.cast(sample_weight, "float32")[:, None]
        return super().update_state(ops.where(y_true > 0, y_true, 0.0), y_pred, weight)
