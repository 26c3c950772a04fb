"""A dense autoencoder whose layers can be pretrained one after the other.

Equations and papers: see `zoo/models/stacked.py`.
"""

import random

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder, Endpoint, of_samples
from zoo.families import pretraining
from zoo.kinds import Kind


@keras.saving.register_keras_serializable("zoo")
class Stacked(Autoencoder):
    """A dense autoencoder whose layers can be pretrained one after the other.

    Args:
        encoder: Dense layers, perhaps others before them.
        decoder: The same mirrored.
        kind: What a sample is, as in `Autoencoder`.
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
        kind: str | Kind = "pixels",
        *,
        corruption: str,
        level: float,
        pretrain_rate: float,
        seed: int,
        name: str | None = None,
    ) -> None:
        super().__init__(
            encoder,
            decoder,
            kind,
            name=name,
            corruption=corruption,
            level=level,
            pretrain_rate=pretrain_rate,
            seed=seed,
        )

    def pretrain(
        self,
        x: np.ndarray,
        epochs: int = 10,
        batch_size: int = 256,
        *,
        verbose: int | str = "auto",
        keeper: pretraining.Keeper | None = None,
    ) -> list[keras.callbacks.History]:
        """Trains each layer and its mirrored one as an autoencoder of the code before, from the input on.

        Args:
            x: Samples, shape `(n, *input_shape)`.
            epochs: Epochs for each layer.
            batch_size: Samples a step.
            verbose: As in `fit`; 0 for silence.
            keeper: Follows the pretraining, and knows what of it is done already; nothing, if not given.

        Returns:
            Each layer's history, from the epoch on at which it was gone on with.

        Raises:
            UsageError: If an argument is out of its range.
        """
        checks.positive_integer("epochs", epochs)
        checks.positive_integer("batch_size", batch_size)
        keeper = keeper or pretraining.Keeper()
        codes = pretraining.rows(self, "x", x)
        ups, downs = (pretraining.dense_layers(part) for part in (self.encoder, self.decoder))
        kind, histories = self.kind, []
        for depth, (up, down) in enumerate(zip(ups, reversed(downs), strict=True)):
            layer = self._alone(depth, up, down, kind).adapt(codes)
            layer.optimizer.build(layer.trainable_variables)
            done = keeper.begin(depth, [*layer.variables, *layer.optimizer.variables])
            histories.append(keras.callbacks.History())
            if done < epochs:  # Keras's fit wants an epoch
                if verbose:
                    print(f"Layer {depth + 1} of {len(ups)}: {codes.shape[1]} to {up.units} units.")
                batches = pretraining.batches(codes, batch_size, self.seed + depth)
                options = {"initial_epoch": done, "epochs": epochs, "verbose": verbose}
                histories[-1] = layer.fit(batches, callbacks=[keeper], **options)
            codes = layer.encode(codes)
            kind = kinds.find("pixels" if up.activation is keras.activations.sigmoid else "real")
        pretraining.renew(self.optimizer)
        return histories

    @of_samples("x")
    def layer_codes(self, x: np.ndarray, batch_size: int = 1024) -> list[np.ndarray]:
        """Returns the codes of all layers from the input on, each of shape `(n, units)`, for x `(n, *input_shape)`."""
        values, codes = np.asarray(pretraining.read(self, pretraining.rows(self, "x", x))), []
        for up in pretraining.dense_layers(self.encoder):
            values = self._apply(keras.Sequential([keras.Input(values.shape[1:]), up]), values, batch_size)
            codes.append(values)
        return codes

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode_layers` besides, the codes of all layers as `code_1`, `code_2`, ..."""

        def encode_layers(x: tf.Tensor) -> dict[str, tf.Tensor]:
            values, codes = pretraining.read(self, x), {}
            for depth, up in enumerate(pretraining.dense_layers(self.encoder), start=1):
                codes[f"code_{depth}"] = values = up(values)
            return codes

        endpoints = super().endpoints()
        return {**endpoints, "encode_layers": endpoints["encode"]._replace(call=encode_layers)}

    def _alone(self, depth: int, up: keras.layers.Layer, down: keras.layers.Layer, kind: Kind) -> Autoencoder:
        """Makes an autoencoder of one layer and the one that mirrors it, over the weights that they have."""
        noise = corrupting(self.corruption, self.level, kind, self.seed + depth)
        # What reads samples and what makes them belongs to the outer layers: inner ones bring their activation along.
        width = (down.units,)
        encoder = keras.Sequential(
            [keras.Input(width), *noise, *([] if depth else kind.readers(width, random.Random(self.seed))), up]
        )
        decoder = keras.Sequential([keras.Input((up.units,)), down, *([] if depth else kind.makers(width))])
        return Autoencoder(encoder, decoder, kind).compile_default(self.pretrain_rate)


def corrupting(corruption: str, level: float, kind: Kind, seed: int) -> list[keras.Layer]:
    """Returns the layer that corrupts what a layer reads; none for a level of 0."""
    layer = kind.corruption(corruption, level, seed)
    return [layer] if level else []
