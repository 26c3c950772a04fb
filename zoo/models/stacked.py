"""Layers trained greedily, one on the other's code, each to undo a corruption of its input; then all as one.

Layer i minimises L(h_i, g_i(f_i(corrupted h_i))) with h_0 = x and h_(i+1) = f_i(h_i) of the clean h_i; L is
cross-entropy for pixels and sigmoid units, squared error for the rest. Then `fit` minimises
L(x, g_1(... g_n(f_n(... f_1(corrupted x))))).

Paper: Bengio et al. 2007, Greedy layer-wise training of deep networks; Vincent et al. 2010, Stacked denoising
autoencoders: learning useful representations in a deep network with a local denoising criterion.
"""

import math
import random
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.families import pretraining
from zoo.layers.corruption import Corruption
from zoo.nets import dense
from zoo.registry import register


@register
def stacked(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 1000,
    hidden_units: tuple[int, ...] = (1000, 1000),
    corruption: Literal["gaussian", "masking", "salt_and_pepper"] = "masking",
    level: float = 0.25,
    tied: bool = True,
    activation: str = "relu",
    output: str = "pixels",
    pretrain_rate: float = 1e-3,
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """Plain or denoising autoencoders stacked on one another: 784-1000-1000-1000 on MNIST, a feature detector a unit.

    `fit` alone trains all layers at once from random weights; `pretrain` before it trains one after the other.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length, the last layer's width.
        hidden_units: Widths of the layers before it, mirrored in the decoder.
        corruption: What is done to each layer's input in `pretrain`, and to the samples in `fit`: "gaussian" adds
            noise, clipped to [0, 1] for pixels and sigmoid units; "masking" sets elements to 0; "salt_and_pepper"
            sets them to 0 or 1.
        level: The noise's standard deviation, or the share of the elements that are set (nu in Vincent et al. 2010);
            0 for plain layers.
        tied: Whether the decoder uses the encoder's weights, transposed: W' = W^T.
        activation: Activation of the code and of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        pretrain_rate: Adam's step size in `pretrain`.
        learning_rate: Adam's step size in `fit`.
        seed: Seed of the initial weights, of the noise and of all that `pretrain` draws.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, output, learning_rate)
    checks.positive("pretrain_rate", pretrain_rate)
    rng = random.Random(seed)
    noise = _noise(corruption, level, output, rng.getrandbits(31))
    code = dense.dense(latent_dim, activation, rng, name="code")
    return Stacked(
        dense.encoder(input_shape, hidden_units, activation, [code], rng, first=noise),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, output, rng, tied=tied),
        output,
        corruption=corruption,
        level=level,
        pretrain_rate=pretrain_rate,
        seed=rng.getrandbits(31),
        name="stacked",
    ).compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class Stacked(Autoencoder):
    """A dense autoencoder whose layers can be pretrained one after the other.

    Args:
        encoder: Dense layers, perhaps others before them.
        decoder: The same mirrored.
        output: "pixels" in [0, 1], or "real" numbers.
        corruption: The kind of corruption of each layer's input while pretraining.
        level: Its level; 0 for none.
        pretrain_rate: Adam's step size in `pretrain`.
        seed: Seed of all that `pretrain` draws.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        *,
        corruption: str,
        level: float,
        pretrain_rate: float,
        seed: int,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, output, name=name)
        self.corruption = corruption
        self.level = level
        self.pretrain_rate = pretrain_rate
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs."""
        return {
            **super().get_config(),
            "corruption": self.corruption,
            "level": self.level,
            "pretrain_rate": self.pretrain_rate,
            "seed": self.seed,
        }

    def pretrain(
        self, x: np.ndarray, epochs: int = 10, batch_size: int = 256, *, verbose: int | str = "auto"
    ) -> list[keras.callbacks.History]:
        """Trains each layer and its mirrored one as an autoencoder of the code before, from the input on.

        Args:
            x: Samples, shape `(n, *input_shape)`.
            epochs: Epochs for each layer.
            batch_size: Samples a step.
            verbose: As in `fit`; 0 for silence.

        Returns:
            Each layer's history.

        Raises:
            UsageError: If an argument is out of its range.
        """
        checks.positive_integer("epochs", epochs)
        checks.positive_integer("batch_size", batch_size)
        codes = pretraining.rows(self, "x", x)
        ups, downs = (pretraining.dense_layers(part) for part in (self.encoder, self.decoder))
        output, histories = self.output_kind, []
        for depth, (up, down) in enumerate(zip(ups, reversed(downs), strict=True)):
            if verbose:
                print(f"Layer {depth + 1} of {len(ups)}: {codes.shape[1]} to {up.units} units.")
            layer = self._alone(depth, up, down, output)
            histories.append(
                layer.fit(
                    pretraining.batches(codes, batch_size, self.seed + depth),
                    epochs=epochs,
                    steps_per_epoch=-(-len(codes) // batch_size),
                    shuffle=False,  # the batches come shuffled
                    verbose=verbose,
                )
            )
            codes = np.asarray(layer.encode(codes), "float32")  # not so under mixed precision
            output = "pixels" if keras.activations.serialize(up.activation) == "sigmoid" else "real"
        pretraining.renew(self.optimizer)
        return histories

    def layer_codes(self, x: np.ndarray, batch_size: int = 1024) -> list[np.ndarray]:
        """Returns the codes of all layers from the input on, each of shape `(n, units)`, for x `(n, *input_shape)`."""
        values, codes = pretraining.rows(self, "x", x), []
        for up in pretraining.dense_layers(self.encoder):
            values = self._apply(keras.Sequential([keras.Input(values.shape[1:]), up]), "x", values, batch_size)
            codes.append(values)
        return codes

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode_layers` besides, the codes of all layers as `code_1`, `code_2`, ..."""

        def encode_layers(x: tf.Tensor) -> dict[str, tf.Tensor]:
            values, codes = keras.ops.reshape(x / pixel_max, (-1, math.prod(x.shape[1:]))), {}
            for depth, up in enumerate(pretraining.dense_layers(self.encoder), start=1):
                codes[f"code_{depth}"] = values = up(values)
            return codes

        endpoints = super().endpoints(pixel_max)
        return {**endpoints, "encode_layers": Endpoint(encode_layers, endpoints["encode"].inputs)}

    def _alone(self, depth: int, up: keras.layers.Layer, down: keras.layers.Layer, output: str) -> Autoencoder:
        """Makes an autoencoder of one layer and the one that mirrors it, over the weights that they have."""
        noise = _noise(self.corruption, self.level, output, self.seed + depth)
        # What follows the decoder's last layer there belongs to it: inner ones bring their activation along.
        end = [] if depth else [keras.layers.Activation(dense.OUTPUT_ACTIVATIONS[output], dtype="float32")]
        encoder = keras.Sequential([keras.Input((down.units,)), *noise, up])
        decoder = keras.Sequential([keras.Input((up.units,)), down, *end])
        return Autoencoder(encoder, decoder, output).compile_default(self.pretrain_rate)


def _noise(kind: str, level: float, output: str, seed: int) -> list[keras.Layer]:
    layer = Corruption(kind, level, clip=output == "pixels", seed=seed)
    return [layer] if level else []
