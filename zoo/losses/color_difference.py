"""How different two pictures' colors look."""

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.color import to_lab


@keras.saving.register_keras_serializable("zoo")
class ColorDifference(keras.losses.Loss):
    """The color difference CIE94, mean over pixels; the target's chroma sets the tolerance.

    dE^2 = dL^2 + (dC / (1 + 0.045 C))^2 + (dH / (1 + 0.015 C))^2, with dC^2 + dH^2 = da^2 + db^2.

    Source: CIE 116:1995, Industrial color-difference evaluation.
    """

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Returns differences, shape `(batch, height, width)`, of sRGB pictures in [0, 1]."""
        true, pred = to_lab(ops.cast(y_true, "float32")), to_lab(ops.clip(y_pred, 0.0, 1.0))
        squares = ops.square(true - pred)
        chroma, other = _chroma(true), _chroma(pred)
        along = ops.square(chroma - other)
        across = ops.maximum(squares[..., 1] + squares[..., 2] - along, 0.0)
        total = squares[..., 0] + along / (1 + 0.045 * chroma) ** 2 + across / (1 + 0.015 * chroma) ** 2
        return ops.sqrt(total + 1e-4)  # smooth where there is no difference


def _chroma(lab: tf.Tensor) -> tf.Tensor:
    return ops.sqrt(ops.square(lab[..., 1]) + ops.square(lab[..., 2]) + 1e-4)
