"""A dense autoencoder whose layers can be pretrained one after the other.

Equations and papers: see `zoo/models/stacked.py`.
"""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.families import pretraining
from zoo.layers.corruption import Corruption
from zoo.nets import dense


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
        noise = corrupting(self.corruption, self.level, output, self.seed + depth)
        # What follows the decoder's last layer there belongs to it: inner ones bring their activation along.
        end = [] if depth else [keras.layers.Activation(dense.OUTPUT_ACTIVATIONS[output], dtype="float32")]
        encoder = keras.Sequential([keras.Input((down.units,)), *noise, up])
        decoder = keras.Sequential([keras.Input((up.units,)), down, *end])
        return Autoencoder(encoder, decoder, output).compile_default(self.pretrain_rate)


def corrupting(kind: str, level: float, output: str, seed: int) -> list[keras.Layer]:
    """Returns the layer that corrupts what a layer reads; none for a level of 0."""
    layer = Corruption(kind, level, clip=output == "pixels", seed=seed)
    return [layer] if level else []
