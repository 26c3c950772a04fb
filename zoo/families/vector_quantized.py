"""An autoencoder whose code is made of a codebook's entries.

Equations and papers: see `zoo/models/vq_vae.py`.
"""

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Batch, Endpoint, of_samples
from zoo.layers.vector_quantizer import VectorQuantizer


@keras.saving.register_keras_serializable("zoo")
class VectorQuantized(Autoencoder):
    """An autoencoder whose encoder ends in a `VectorQuantizer` named "quantizer"; logs its `perplexity`."""

    @property
    def quantizer(self) -> VectorQuantizer:
        """The layer that holds the codebook."""
        return self.encoder.get_layer("quantizer")

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the loss, as every autoencoder, and keeps count of the entries that the batch has used."""
        self.quantizer.track()
        return super().objective(batch, training)

    @of_samples("x")
    def indices(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the symbols, int32 of shape `(n, *positions)`, of samples of shape `(n, *input_shape)`."""
        code = self.encode(x, batch_size)
        batches = [code[start : start + batch_size] for start in range(0, len(code), batch_size)]
        found = [self.quantizer.indices(batch).numpy() for batch in batches]
        return np.concatenate([np.zeros((0, *code.shape[1:-1]), "int32"), *found])

    @of_samples(gives=True)
    def decode_indices(self, indices: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of symbols of shape `(n, *positions)`.

        Raises:
            UsageError: If they are no integers from 0 to `codebook_size - 1`.
        """
        indices, last = np.asarray(indices), self.quantizer.entries - 1
        holds = indices.dtype.kind in "iu" and (not indices.size or 0 <= indices.min() <= indices.max() <= last)
        checks.check(holds, "indices", f"integers from 0 to {last}", indices)
        return self.decode(self.quantizer.codebook.numpy()[indices], batch_size)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode` gives the `indices` besides, and `decode_indices` decodes them."""
        plain = super().endpoints()

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            code = plain["encode"].call(x)["code"]
            return {"code": code, "indices": self.quantizer.indices(code)}

        def decode_indices(indices: tf.Tensor) -> dict[str, tf.Tensor]:
            return plain["decode"].call(self.quantizer.vectors(indices))

        positions = self.decoder.input_shape[1:-1]
        indices = tf.TensorSpec((None, *positions), tf.int32, name="indices")
        example = np.arange(2 * np.prod(positions)).reshape(2, *positions) % self.quantizer.entries
        return {
            **plain,
            "encode": plain["encode"]._replace(call=encode),
            "decode_indices": Endpoint(decode_indices, (indices,), frozenset({"reconstruction"}), {"indices": example}),
        }
