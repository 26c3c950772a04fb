"""A code of symbols: each position of a small map holds one entry of a learned codebook.

z = encoder(x), a map of vectors; e = the nearest entry to each; x' = decoder(e). With sg for what passes no gradient,

    L = L(x, x') + commitment * mean (z - sg(e))^2,

the decoder's gradient going to z as it is ("straight through"), and the codebook following z by moving averages.

Paper: van den Oord, Vinyals and Kavukcuoglu 2017, Neural discrete representation learning.
"""

import random
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.vector_quantizer import VectorQuantizer
from zoo.nets import convolutional, dense
from zoo.registry import register


@register
def vq_vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 16,
    codebook_size: int = 256,
    decay: float = 0.99,
    commitment: float = 0.25,
    revive: float = 0.3,
    filters: tuple[int, ...] = (32, 64),
    blocks: int = 1,
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A convolutional autoencoder whose code is a map of symbols from a learned codebook.

    Args:
        input_shape: The shape of one sample: `(steps,)`, `(height, width)` or `(height, width, channels)`.
        latent_dim: The length D of a codebook entry.
        codebook_size: The number K of entries; a sample takes at most log2(K) bits a position.
        decay: gamma of the moving averages that the entries follow, at least 0 and below 1.
        commitment: beta, the weight of the distance between the encoder's vectors and their entries.
        revive: An entry used less than this share of the mean is moved to a vector of the batch; 0 for never.
        filters: Filters of the encoder's strided convolutions, mirrored in the decoder; each halves every axis.
        blocks: Residual blocks after each of these convolutions.
        activation: Activation of the convolutions.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, the codebook and the revival.

    Returns:
        The compiled autoencoder; codes are maps of entries, shape `(batch, *positions, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    checks.check(isinstance(blocks, int) and blocks >= 0, "blocks", "an integer of at least 0", blocks)
    convolutional.check(filters, activation, output, learning_rate)
    rng = random.Random(seed)
    quantizer = VectorQuantizer(codebook_size, decay, commitment, revive, seed=rng.getrandbits(31), name="quantizer")
    code = [dense.dense(latent_dim, "linear", rng, name="code"), quantizer]
    code_shape = (*convolutional.map_shape(input_shape, filters)[:-1], latent_dim)
    return VectorQuantized(
        convolutional.encoder(input_shape, filters, activation, code, rng, blocks=blocks),
        convolutional.decoder(code_shape, filters, activation, input_shape, output, rng, blocks=blocks),
        output,
        name="vq_vae",
    ).compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class VectorQuantized(Autoencoder):
    """An autoencoder whose encoder ends in a `VectorQuantizer` named "quantizer"; logs its `perplexity`."""

    @property
    def quantizer(self) -> VectorQuantizer:
        """The layer that holds the codebook."""
        return self.encoder.get_layer("quantizer")

    def compute_loss(self, *arguments: Any, **named: Any) -> tf.Tensor:
        """Returns the loss, as every autoencoder, and keeps count of the entries that the batch has used."""
        self.quantizer.track()
        return super().compute_loss(*arguments, **named)

    def indices(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the symbols, int32 of shape `(n, *positions)`, of samples of shape `(n, *input_shape)`."""
        code = self.encode(x, batch_size)
        batches = [code[start : start + batch_size] for start in range(0, len(code), batch_size)]
        found = [self.quantizer.indices(batch).numpy() for batch in batches]
        return np.concatenate([np.zeros((0, *code.shape[1:-1]), "int32"), *found])

    def decode_indices(self, indices: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of symbols of shape `(n, *positions)`.

        Raises:
            UsageError: If they are no integers from 0 to `codebook_size - 1`.
        """
        indices, last = np.asarray(indices), self.quantizer.entries - 1
        holds = indices.dtype.kind in "iu" and (not indices.size or 0 <= indices.min() <= indices.max() <= last)
        checks.check(holds, "indices", f"integers from 0 to {last}", indices)
        return self.decode(self.quantizer.codebook.numpy()[indices], batch_size)

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode` gives the `indices` besides, and `decode_indices` decodes them."""
        plain = super().endpoints(pixel_max)

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
            "encode": Endpoint(encode, plain["encode"].inputs),
            "decode_indices": Endpoint(decode_indices, (indices,), {"indices": example}),
        }
