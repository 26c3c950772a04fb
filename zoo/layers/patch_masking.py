"""Takes most tokens away before an encoder, and puts a learned token in their places behind it."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("zoo")
class HidePatches(keras.layers.Layer):
    """Passes on, in training, a random few of a sample's tokens; at inference all.

    Of P tokens `round(ratio * P)` are hidden, other ones for each sample and step; one stays at the least.

    Args:
        ratio: The share that is hidden, at least 0 and below 1.
        seed: Seed of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, ratio: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.share("mask_ratio", ratio)
        self.ratio = ratio
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)
        self.hidden: tf.Tensor | None = None

    def call(self, tokens: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Hides some of the tokens, shape `(batch, patches, width)`.

        Leaves in `hidden` which ones, booleans of shape `(batch, patches)`, for the loss.

        Returns:
            The visible tokens, shape `(batch, visible, width)`; the place of each patch among these, from `visible` on
            for hidden ones, int32 of shape `(batch, patches)`; and which tokens there are to attend to, here all,
            booleans of shape `(batch, 1, visible)`.
        """
        shape = ops.shape(tokens)[:2]
        hide = self.count(tokens.shape[1])
        if not (training and hide):
            self.hidden = ops.zeros(shape, "bool")
            return self.given(tokens, self.hidden)
        visible = tokens.shape[1] - hide
        order = ops.argsort(keras.random.uniform(shape, seed=self.seeds), axis=-1)
        place = ops.cast(ops.argsort(order, axis=-1), "int32")
        self.hidden = place >= visible
        order = order[:, :visible]
        tokens = tf.gather(tokens, order, batch_dims=1)  # keras.ops.take_along_axis gathers number by number
        return tokens, place, ops.ones_like(order, "bool")[:, None]

    def given(self, tokens: tf.Tensor, hidden: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Hides the tokens that `hidden`, shape `(batch, patches)`, marks, any number of them; returns as `call`.

        These stay in their places, and nothing attends to them: what is computed of the others is the same.
        """
        place = ops.broadcast_to(ops.arange(tokens.shape[1], dtype="int32"), ops.shape(tokens)[:2])
        return tokens, place, ops.logical_not(hidden)[:, None]

    def count(self, patches: int) -> int:
        """Returns how many of so many patches are hidden in training."""
        return min(round(self.ratio * patches), patches - 1)

    def compute_output_shape(self, input_shape: Shape) -> tuple[Shape, Shape, Shape]:
        """Returns the three shapes; how many are visible is another number in training than at inference."""
        batch, patches, width = input_shape
        return (batch, None, width), (batch, patches), (batch, 1, None)

    def compute_output_spec(self, tokens: keras.KerasTensor, training: bool = False) -> tuple[keras.KerasTensor, ...]:
        """Returns shapes and types."""
        types = (tokens.dtype, "int32", "bool")
        shapes = self.compute_output_shape(tokens.shape)
        return tuple(keras.KerasTensor(shape, dtype) for shape, dtype in zip(shapes, types, strict=True))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "ratio": self.ratio, "seed": self.seed}


@keras.saving.register_keras_serializable("zoo")
class ShowPatches(keras.layers.Layer):
    """Puts the visible tokens in their patches' places, and one learned token in the places of the hidden ones.

    Args:
        patches: How many patches a sample has.
        seed: Seed of the learned token's initial value.
        **kwargs: Keras's own.
    """

    def __init__(self, patches: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.patches = patches
        self.seed = seed

    def build(self, tokens_shape: Shape, place_shape: Shape, present_shape: Shape) -> None:
        """Makes the learned token, shape `(width,)`."""
        small = keras.initializers.RandomNormal(stddev=0.02, seed=self.seed)
        self.token = self.add_weight(shape=tokens_shape[-1:], initializer=small, name="token")

    def call(self, tokens: tf.Tensor, place: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Returns tokens in the patches' order, shape `(batch, patches, width)`; takes what `HidePatches` returns."""
        token = ops.cast(self.token, tokens.dtype)
        tokens = ops.where(ops.swapaxes(present, 1, 2), tokens, token)
        batch, visible, width = ops.shape(tokens)
        if visible == self.patches:
            return tokens
        hidden = ops.broadcast_to(token, (batch, self.patches - visible, width))
        return tf.gather(ops.concatenate([tokens, hidden], axis=1), place, batch_dims=1)

    def compute_output_shape(self, tokens_shape: Shape, place_shape: Shape, present_shape: Shape) -> Shape:
        """Returns `(batch, patches, width)`."""
        return (tokens_shape[0], self.patches, tokens_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "patches": self.patches, "seed": self.seed}
