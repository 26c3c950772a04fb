"""A transformer that sees a few patches of a sample and must guess the others.

A sample is cut into P patches, of which a share, mask_ratio, is hidden in training: the encoder sees only the rest.
With t one learned token for all that are hidden, p and p' what tells positions apart, and T, T' transformers,

    z_i = V T(W x + p)_i where patch i is visible, t where it is hidden;   x' = W'' T'(W' z + p'),
    L = mean over hidden i of L(x_i, x'_i) + whole_share * mean over all i of L(x_i, x''_i),

where x'' is the reconstruction with nothing hidden, of a share, whole_share, of each batch. The paper has the first
term alone: a decoder that guesses and never sees a whole code. The second makes it an autoencoder: at inference all
patches are visible, and the code is the map of all z_i. Other departures are small sizes, learned positions, a code
narrower than the encoder, and a decoder without normalisation at its end.

Paper: He, Chen, Xie, Li, Dollar and Girshick 2022, Masked autoencoders are scalable vision learners.
"""

import random
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.patch_masking import HidePatches, ShowPatches
from zoo.layers.patches import FromPatches, Grid, Patches
from zoo.layers.position_embedding import PositionEmbedding
from zoo.nets import dense
from zoo.registry import register


@register
def masked(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 16,
    patch_size: int = 4,
    mask_ratio: float = 0.75,
    whole_share: float = 0.25,
    width: int = 64,
    depth: int = 2,
    decoder_width: int = 64,
    decoder_depth: int = 1,
    heads: int = 4,
    activation: str = "gelu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A small transformer autoencoder trained by hiding most patches of each sample.

    Args:
        input_shape: The shape of one sample: `(steps,)`, `(height, width)` or `(height, width, channels)`, any sizes.
        latent_dim: The code's length a patch.
        patch_size: A patch's length along each axis, in pixels or steps; sizes that are no multiple are padded with 0.
        mask_ratio: The share of patches hidden in training, at least 0 and below 1; one stays visible.
        whole_share: The share of each batch that is reconstructed whole besides, and that loss's weight; from 0 to 1.
        width: The width of the encoder's tokens.
        depth: The encoder's transformer blocks.
        decoder_width: The width of the decoder's tokens.
        decoder_depth: The decoder's transformer blocks.
        heads: The heads of each attention; they share the width.
        activation: Activation between the two dense layers of each block.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of what is hidden.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, patches, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    sizes = {"latent_dim": latent_dim, "width": width, "depth": depth}
    sizes |= {"decoder_width": decoder_width, "decoder_depth": decoder_depth, "heads": heads}
    for name, value in sizes.items():
        checks.positive_integer(name, value)
    for name in ("width", "decoder_width"):
        checks.check(sizes[name] % heads == 0, name, f"a multiple of heads, {heads}", sizes[name])
    if whole_share != 1:
        checks.share("whole_share", whole_share)
    dense.check((), activation, output, learning_rate)
    grid, rng = Grid(input_shape, patch_size), random.Random(seed)

    x = keras.Input(input_shape, name="x")
    tokens = dense.dense(width, "linear", rng)(Patches(patch_size)(x))
    embed = keras.Model(x, PositionEmbedding(rng.getrandbits(31))(tokens), name="embed")
    visible = [
        keras.Input((None, width), name="tokens"),
        keras.Input((grid.patches,), dtype="int32", name="place"),
        keras.Input((1, None), dtype="bool", name="present"),
    ]
    tokens, place, present = visible
    for _ in range(depth):
        tokens = _block(tokens, present, heads, activation, rng)
    tokens = dense.dense(latent_dim, "linear", rng)(keras.layers.LayerNormalization()(tokens))
    tokens = ShowPatches(grid.patches, rng.getrandbits(31))(tokens, place, present)
    body = keras.Model(visible, tokens, name="body")
    hide = HidePatches(mask_ratio, rng.getrandbits(31), name="hide")
    x = keras.Input(input_shape, name="x")
    encoder = keras.Model(x, body(hide(embed(x))), name="encoder")

    code = keras.Input((grid.patches, latent_dim), name="code")
    tokens = PositionEmbedding(rng.getrandbits(31))(dense.dense(decoder_width, "linear", rng)(code))
    for _ in range(decoder_depth):
        tokens = _block(tokens, None, heads, activation, rng)
    pixels = FromPatches(input_shape, patch_size, name="join")(dense.dense(grid.elements, "linear", rng)(tokens))
    pixels = keras.layers.Activation(dense.OUTPUT_ACTIVATIONS[output], name="output", dtype="float32")(pixels)
    decoder = keras.Model(code, pixels, name="decoder")
    return Masked(encoder, decoder, output, whole_share, name="masked").compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class Masked(Autoencoder):
    """An autoencoder that fills in hidden patches.

    Args:
        encoder: Of three parts, named "embed", "hide" and "body".
        decoder: With a `FromPatches` named "join".
        output: As every autoencoder's.
        whole_share: The share of each batch that is reconstructed whole besides, and that loss's weight.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        whole_share: float = 0.25,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, output, name)
        self.whole_share = whole_share

    @property
    def grid(self) -> Grid:
        """How samples lie in patches."""
        return self.decoder.get_layer("join").grid

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "whole_share": self.whole_share}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the compiled loss of the whole sample; in training the two terms, the first from `y_pred`."""
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        y = x if y is None else y
        weights = self.pixel_weights(self.encoder.get_layer("hide").hidden)
        if sample_weight is not None:
            sample_weight = ops.reshape(sample_weight, (-1, *[1] * (len(weights.shape) - 2)))
            weights *= sample_weight[..., None]
        # With an axis at the end, since losses take the mean over the last one.
        loss = super().compute_loss(x, ops.expand_dims(y, -1), _expanded(y_pred), weights, training)
        if self.whole_share:
            count = ops.cast(ops.ceil(self.whole_share * ops.cast(ops.shape(x)[0], "float32")), "int32")
            weights = None if sample_weight is None else sample_weight[:count]
            whole = self(x[:count], training=False)
            loss += self.whole_share * super().compute_loss(x[:count], y[:count], whole, weights, training)
        return loss

    def pixel_weights(self, hidden: tf.Tensor) -> tf.Tensor:
        """Returns each pixel's weight in the first term: 0 in a visible patch, P / hidden in a hidden one.

        Args:
            hidden: Which patches are hidden, booleans of shape `(batch, patches)`. Where none is, all count.

        Returns:
            Shape `(batch, *input_shape)`; the mean over patches is 1.
        """
        weights = ops.cast(hidden, "float32")
        counts = ops.sum(weights, axis=1, keepdims=True)
        weights = ops.where(counts > 0, weights * self.grid.patches / ops.maximum(counts, 1.0), 1.0)
        return self.grid.spread(weights)

    def complete(self, x: np.ndarray, hidden: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns samples of which some patches are guessed from the others; visible ones stay as they are.

        Args:
            x: Samples, shape `(n, *input_shape)`; what hidden patches hold does not matter.
            hidden: Which patches to guess, booleans of shape `(n, *patches along each axis)`, any number of them.
            batch_size: Samples at a time.

        Returns:
            Shape `(n, *input_shape)`.

        Raises:
            UsageError: If a shape is another.
        """
        x, hidden = np.asarray(x, "float32"), np.asarray(hidden, "bool")
        for name, values, shape in (("x", x, self.grid.shape), ("hidden", hidden, self.grid.counts)):
            expected = f"of shape (n, {', '.join(map(str, shape))}), n as many as x has"
            checks.check(values.shape == (len(x), *shape), f"{name}.shape", expected, values.shape)
        starts = range(0, len(x), batch_size)
        parts = [self._complete(x[i : i + batch_size], hidden[i : i + batch_size]).numpy() for i in starts]
        return np.concatenate([np.zeros((0, *self.grid.shape), "float32"), *parts])

    def _complete(self, x: tf.Tensor, hidden: tf.Tensor) -> tf.Tensor:
        hidden = ops.reshape(hidden, (-1, self.grid.patches))
        encoder = self.encoder
        visible = encoder.get_layer("hide").given(encoder.get_layer("embed")(x), hidden)
        guess = self.decoder(encoder.get_layer("body")(visible, training=False), training=False)
        return ops.where(self.grid.spread(hidden), guess, x)

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers: `complete` besides, which takes `x` and the patches `hidden` in it."""
        plain = super().endpoints(pixel_max)

        def complete(x: tf.Tensor, hidden: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"completion": self._complete(x / pixel_max, hidden) * pixel_max}

        hidden = tf.TensorSpec((None, *self.grid.counts), tf.bool, name="hidden")
        example = np.arange(self.grid.patches).reshape(1, *self.grid.counts) % 4 != 0
        inputs = (*plain["encode"].inputs, hidden)
        return {**plain, "complete": Endpoint(complete, inputs, {"hidden": example})}


def _block(
    tokens: keras.KerasTensor, present: keras.KerasTensor | None, heads: int, activation: str, rng: random.Random
) -> keras.KerasTensor:
    """Applies a transformer block (normalised first): attention, then two dense layers, each added to the tokens."""
    layers, width = keras.layers, tokens.shape[-1]
    attention = layers.MultiHeadAttention(heads, width // heads)
    attention.build(tokens.shape, tokens.shape)
    for kernel in attention.trainable_weights:
        if len(kernel.shape) == 3:  # given one seed, Keras makes the four kernels equal
            initial = keras.initializers.GlorotUniform(rng.getrandbits(31))((width, width))
            kernel.assign(ops.reshape(initial, kernel.shape))
    normal = layers.LayerNormalization()(tokens)
    tokens = layers.Add()([tokens, attention(normal, normal, attention_mask=present)])
    wide = dense.dense(2 * width, activation, rng)(layers.LayerNormalization()(tokens))
    return layers.Add()([tokens, dense.dense(width, "linear", rng)(wide)])


def _expanded(y_pred: tf.Tensor) -> tf.Tensor:
    """Adds an axis at the end, before a sigmoid where a graph shows it, so that the loss still finds the logits."""
    if not tf.executing_eagerly() and y_pred.op.type == "Sigmoid":
        return tf.sigmoid(y_pred.op.inputs[0][..., None])
    return y_pred[..., None]
