"""An autoencoder of pictures that takes defects away, and says of each pixel whether one was there.

Equations and papers: see `zoo/models/mender.py`.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo.autoencoder import Batch
from zoo.families.restorer import Restorer
from zoo.nets import u_net
from zoo.ops import replicas, weighing

NEAR = 11  # pixels across, in which a texture is seen


@keras.saving.register_keras_serializable("zoo")
class Mender(Restorer):
    """An autoencoder of pictures that takes defects away, and says of each pixel whether one was there.

    Args:
        encoder: As in `Restorer`.
        decoder: Likewise.
        finder: From the decoder's last features, at half the size, to a logit for each pixel.
        corruption: Draws the defects.
        visible: How much a picture must have changed, mean over 3 x 3 pixels and channels, for a defect to be there.
        masking: How much more, in standard deviations of the good picture near the pixel: a texture hides faint ones.
        weight: What finding weighs beside mending.
        **options: As in `Restorer`.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        finder: keras.Model,
        corruption: Any,
        *,
        visible: float = 0.02,
        masking: float = 0.5,
        weight: float = 1.0,
        **options: Any,
    ) -> None:
        own = {"finder": finder, "visible": visible, "masking": masking, "weight": weight}
        super().__init__(encoder, decoder, corruption, **own, **options)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Joins decoder and finder, which share all but their last convolution."""
        features = self.decoder.get_layer(u_net.FEATURES).output
        self.both = keras.Model(self.decoder.input, [self.decoder.output, self.finder(features)], name="both")
        super().build(input_shape)

    def seen(self, x: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns mended pictures, in the shape of `x`, and each pixel's logit, shape `(batch, height, width)`."""
        mended, logit = self.both(self.encoder(x, training=training), training=training)
        return self._cropped(mended, x), self._cropped(logit, x)[..., 0]

    def unusual(self, x: tf.Tensor) -> tf.Tensor:
        """Returns -log P(whole) of each pixel, shape `(batch, height, width)`: from 0 on, without an end."""
        return ops.softplus(self.seen(x)[1])

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the loss of mending plus the weighed cross-entropy of finding."""
        mended, logit = self.seen(batch.x, training)
        there = self.defective(batch.x, batch.target)
        finding = weighing.mean(ops.binary_crossentropy(ops.cast(there, "float32"), logit, from_logits=True))
        mending = super().objective(batch._replace(output=mended), training)
        return mending + self.weight * replicas.share(finding)

    def defective(self, x: tf.Tensor, good: tf.Tensor) -> tf.Tensor:
        """Returns where a defect can be seen in `x`, which was made of `good`: booleans, `(batch, height, width)`."""
        change = _near(ops.abs(x - good), 3)
        # About middle grey squares are small, and so is what rounding takes from their difference.
        z = ops.mean(good - 0.5, axis=-1, keepdims=True)
        variance = _near(ops.square(z), NEAR) - ops.square(_near(z, NEAR))
        return change > self.visible + self.masking * ops.sqrt(ops.maximum(variance, 0.0))

    def score(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns each picture's mean squared difference from the mended one, shape `(n,)`."""
        x = self.samples("x", x)
        return np.square(self.reconstruct(x, batch_size) - self.numbers(np.asarray(x))).mean(axis=(1, 2, 3))


def _near(values: tf.Tensor, window: int) -> tf.Tensor:
    """Returns the mean over a window around each pixel and over channels, from `(batch, height, width, channels)`."""
    return ops.mean(ops.average_pool(values, window, strides=1, padding="same"), axis=-1)
