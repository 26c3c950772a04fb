"""Structural dissimilarity: how differently two pictures look in small windows.

Papers: Wang, Bovik, Sheikh and Simoncelli 2004, Image quality assessment: from error visibility to structural
similarity; as the loss of an autoencoder that finds defects: Bergmann, Loewe, Fauser, Sattlegger and Steger 2019,
Improving unsupervised defect segmentation by applying structural similarity to autoencoders.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

WINDOW = 11  # pixels, as in both papers; all weigh alike
BRIGHTNESS, CONTRAST = 0.01**2, 0.03**2  # c1 and c2, which keep flat and dark windows from dividing by 0


@keras.saving.register_keras_serializable("zoo")
class Dissimilarity(keras.losses.Loss):
    """1 - SSIM of the window around each pixel, mean over channels; pictures lie in [0, 1].

    SSIM = (2 m m' + c1) (2 s + c2) / ((m^2 + m'^2 + c1) (v + v' + c2)), with the means m, the variances v and the
    covariance s of the two windows. What lies beyond an edge is left out.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns values from 0 (alike) to 2, shape `(batch, height, width)`."""
        x, y = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        mean_x, mean_y = _mean(x), _mean(y)
        # About middle grey squares are small, and so is what rounding takes from their differences.
        z, w, mean_z, mean_w = (values - 0.5 for values in (x, y, mean_x, mean_y))
        var_x = ops.maximum(_mean(z * z) - mean_z * mean_z, 0.0)
        var_y = ops.maximum(_mean(w * w) - mean_w * mean_w, 0.0)
        covariance = _mean(z * w) - mean_z * mean_w
        likeness = (2 * mean_x * mean_y + BRIGHTNESS) * (2 * covariance + CONTRAST)
        largest = (mean_x**2 + mean_y**2 + BRIGHTNESS) * (var_x + var_y + CONTRAST)
        return ops.mean(1 - likeness / largest, axis=-1)


def _mean(x: tf.Tensor) -> tf.Tensor:
    """Returns each window's mean; TensorFlow's pooling leaves out what lies beyond an edge."""
    return ops.average_pool(x, WINDOW, strides=1, padding="same")
