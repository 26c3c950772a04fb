"""The squared error of what is there: a target of 0 or NaN counts nothing."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class MaskedSquaredError(keras.losses.Loss):
    """Sum of (y - y')^2 over the entries above 0, divided by the number of all columns: as if the rest were right."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns the mean over the last axis: from `(batch, columns)` to `(batch,)`."""
        y_pred = ops.cast(y_pred, "float32")
        y_true = ops.cast(y_true, "float32")
        return ops.mean(ops.where(y_true > 0, ops.square(y_pred - ops.where(y_true > 0, y_true, 0.0)), 0.0), axis=-1)
