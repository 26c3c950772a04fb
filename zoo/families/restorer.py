"""An autoencoder of pictures of any size, whose reconstruction may have another size and more channels.

Equations and papers: see `zoo/models/restorer.py`.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Endpoint
from zoo.families.denoising import Denoising
from zoo.kinds.pictures import LEVELS
from zoo.layers.noise import Noise
from zoo.nets import u_net


@keras.saving.register_keras_serializable("zoo")
class Restorer(Denoising):
    """An autoencoder of pictures of any size, whose reconstruction may have another size and more channels."""

    @property
    def scale(self) -> int:
        """How many times as high and wide pictures become."""
        return getattr(self.corruption, "scale", 1)

    @property
    def reach(self) -> int:
        """How many pixels of a picture away from one pixel another still has a part in what becomes of it, at most."""
        reach, unit = 0, u_net.SHRINK
        for part in (self.encoder, self.decoder):
            for layer in part.layers:
                if isinstance(layer, keras.layers.Conv2D):
                    level = int(layer.name.split("_")[1])
                    reach += layer.kernel_size[0] // 2 * unit * 2**level
        return reach + self.multiple + 2 * self.scale

    @property
    def multiple(self) -> int:
        """What heights and widths are filled up to multiples of."""
        return self.encoder.get_layer("fill").multiple

    @property
    def good_shape(self) -> tuple[int | None, ...]:
        """The shape of a good picture: in color where the model gives color."""
        return tuple(self.decoder.outputs[0].shape[1:])

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the restored pictures, shape `(batch, scale * height, scale * width, channels)`."""
        restored = self.decoder(self.encoder(x, training=training), training=training)
        return self._cropped(restored, x)

    def ensemble(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the mean of what becomes of a picture in its eight flips and turns, each turned back.

        Source: Timofte, Rothe and Van Gool 2016, Seven ways to improve example-based single image super resolution.
        """
        return _ensemble(lambda x: self(x, training=training), x)

    def reconstruct(self, x: np.ndarray, batch_size: int = 8, ensemble: bool = False) -> np.ndarray:
        """Returns restored pictures, shape `(n, scale * height, scale * width, channels)`, in [0, 1].

        Args:
            x: Pictures, shape `(n, height, width, channels)`; in [0, 1], or bytes.
            batch_size: Pictures at a time.
            ensemble: Whether each is the mean over flips and turns: a little better, eight times as slow.
        """
        restore = self.ensemble if ensemble else self
        return np.clip(self._apply(restore, self.samples("x", x), batch_size, self.encoder.input_shape), 0, 1)

    def score(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns each picture's mean squared difference, shape `(n,)`, from the restored one, shrunk or grey again."""
        x = self.samples("x", x)
        restored = self.reconstruct(x, batch_size)
        again = restored if isinstance(self.corruption, Noise) else self.corrupt(restored)
        return np.square(again - self.numbers(np.asarray(x))).mean(axis=(1, 2, 3))

    def unusual(self, x: tf.Tensor) -> tf.Tensor:
        """Returns how much each pixel differs from what becomes of it, `(batch, height, width)`, as the loss has it."""
        loss = keras.losses.get(self.loss)
        return getattr(loss, "call", loss)(x, tf.clip_by_value(self(x, training=False), 0.0, 1.0))

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: pictures in [0, 1] go in and come out; in "uint8", from 0 to 255.

        `geometry` gives what is needed to restore a picture in tiles: they begin at multiples of `multiple`, and of
        each what lies within `reach` pixels of a cut is left out.
        """
        image = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="image")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        # One graph, which those that restore share: an export holds it once.
        restore = tf.function(lambda image: self(image, training=False), input_signature=(image,), autograph=False)

        def reconstruct(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(restore(image), 0.0, 1.0)}

        def uint8(image: tf.Tensor) -> dict[str, tf.Tensor]:
            restored = restore(tf.cast(image, tf.float32) / LEVELS)
            return {"reconstruction": tf.cast(tf.round(tf.clip_by_value(restored, 0.0, 1.0) * LEVELS), tf.uint8)}

        def ensemble(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(_ensemble(restore, image), 0.0, 1.0)}

        def encode(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"code": self.encoder(image, training=False)}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(self.decoder(code, training=False), 0.0, 1.0)}

        def geometry() -> dict[str, tf.Tensor]:
            return {
                "scale": tf.constant(self.scale),
                "multiple": tf.constant(self.multiple),
                "reach": tf.constant(self.reach),
            }

        return {
            "serving_default": Endpoint(reconstruct, (image,)),
            "uint8": Endpoint(uint8, (tf.TensorSpec(image.shape, tf.uint8, name="image"),)),
            "ensemble": Endpoint(ensemble, (image,)),
            "encode": Endpoint(encode, (image,)),
            "decode": Endpoint(decode, (code,)),
            "geometry": Endpoint(geometry, ()),
        }

    def check_target_shape(self, name: str, given: tuple[int | None, ...], of_samples: tuple[int | None, ...]) -> None:
        """Raises `UsageError` unless good pictures have `scale` times the damaged ones' size, or a rest more."""
        super().check_target_shape(name, given, of_samples)
        most = self.scale - 1
        for good, damaged in zip(given[1:3], of_samples[1:3], strict=True):
            fits = good is None or damaged is None or 0 <= good - self.scale * damaged <= most
            expected = f"{self.scale} times as high and wide as x, of shape {of_samples}"
            checks.check(fits, name, expected, given)

    def batch(self, data: Any, training: bool) -> tuple[Any, Any, Any]:
        """Returns damaged and good pictures, these as large as what becomes of those; of noise with its balance."""
        alone = keras.utils.unpack_x_y_sample_weight(data)[1] is None
        x, y, weight = super().batch(data, training)
        weight = None if weight is None else weight[:, None, None]
        if alone and isinstance(self.corruption, Noise):
            balance = self.corruption.balance(x, y)
            weight = balance if weight is None else weight * balance
        return x, self._cropped(y, x), weight  # shrinking may have cut a little off

    def _cropped(self, y: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Returns what of `y` belongs to the pictures `x`: all, where the sizes are known to fit, at no cost."""
        height, width = (self.scale * length for length in ops.shape(x)[1:3])
        return y if tuple(y.shape[1:3]) == (height, width) else y[:, :height, :width]


def _ensemble(restore: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    """Returns the mean over flips and turns; four of the eight at once have one shape."""
    flips = ((), (1,), (2,), (1, 2))
    restored = []
    for axes in ((0, 1, 2, 3), (0, 2, 1, 3)):  # as it is, and transposed
        turned = tf.transpose(x, axes)
        both = restore(tf.concat([_flipped(turned, flip) for flip in flips], 0))
        back = [_flipped(part, flip) for part, flip in zip(tf.split(both, len(flips)), flips, strict=True)]
        restored += [tf.transpose(part, axes) for part in back]
    return tf.add_n(restored) / len(restored)


def _flipped(x: tf.Tensor, axes: tuple[int, ...]) -> tf.Tensor:
    """Returns pictures flipped along axes; as a slice, since fewer formats know how to reverse."""
    return x[:, :: -1 if 1 in axes else 1, :: -1 if 2 in axes else 1]
