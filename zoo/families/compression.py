"""An autoencoder whose code is whole numbers that take few bits: trained on bits and squared error together.

Equations and papers: see `zoo/models/factorized.py` and `zoo/models/hyperprior.py`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo.autoencoder import Autoencoder, Batch, Endpoint
from zoo.kinds import Kind
from zoo.kinds.pictures import LEVELS
from zoo.layers.factorized_prior import FactorizedPrior
from zoo.layers.gains import Gains
from zoo.nets import compression
from zoo.ops import exact, replicas, weighing

QUALITIES = 101  # an export's qualities go from 0 to 100
MIDDLE = 0.5  # the quality, from 0 to 1, of what is not told one
PICTURES = 4  # at a time
EXAMPLE = 50  # the quality of golden outputs
Coded = tuple[tf.Tensor, tf.Tensor]  # rounded latents, and the bits of each picture, shape `(batch,)`


class Graphs(NamedTuple):
    """What several signatures compute, each as one graph: an export holds it once."""

    encoder: Callable[[tf.Tensor], tf.Tensor]
    decoder: Callable[[tf.Tensor], tf.Tensor]
    entropy: Callable[[tf.Tensor], Coded]


@keras.saving.register_keras_serializable("zoo")
class Compression(Autoencoder):
    """An autoencoder whose latents are scaled by a gain, rounded, and coded under a prior.

    Args:
        encoder: From pictures to latents, `(batch, height / 16, width / 16, latent_dim)`, sizes rounded up.
        decoder: From these, rounded, to pictures, of which what was rounded up is cut off.
        kind: What a sample is, as in `Autoencoder`.
        gains: The scale before rounding.
        prior: The distribution of what has no other one.
        rates: lambda at quality 0 and at quality 1; or one, for all qualities.
        seed: Seed of the noise and of the qualities in training.
        name: The model's name.
        **settings: A subclass's own.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pictures",
        *,
        gains: Gains,
        prior: FactorizedPrior,
        rates: tuple[float, ...],
        seed: int | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(
            encoder, decoder, kind, gains=gains, prior=prior, rates=rates, seed=seed, name=name, **settings
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes gains and prior, the noise's seeds and the trackers of the loss's parts."""
        self.seeds = keras.random.SeedGenerator(self.seed)
        self.bits_per_pixel = keras.metrics.Mean(name="bits_per_pixel")
        self.squared_error = keras.metrics.Mean(name="squared_error")
        for layer, channels in ((self.gains, self.latent_dim), (self.prior, self.coded_by_prior)):
            if not layer.built:  # as Keras has built those that it makes from a configuration
                layer.build((None, None, None, channels))
        super().build(input_shape)

    @property
    def latent_dim(self) -> int:
        """The latents' channels."""
        return self.decoder.input_shape[-1]

    @property
    def coded_by_prior(self) -> int:
        """The channels of what the prior is for: the latents'."""
        return self.latent_dim

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the pictures as they come back at the middle quality, in training too: the loss is made elsewhere."""
        code, _ = self.coded(x, self._middle(x))
        return self.decoded(code, x)

    def coded(self, x: tf.Tensor, quality: tf.Tensor, training: bool = False) -> Coded:
        """Returns what the decoder gets of pictures, and how many bits each of them takes.

        Args:
            x: Pictures, shape `(batch, height, width, channels)`.
            quality: From 0 to 1, shape `(batch,)`.
            training: Whether bits are those of values with uniform noise in the place of rounding.
        """
        latent = self.gains(self.encoder(x, training=training), quality)
        rounded, bits = self.entropy(latent, training)
        return self.gains.inverse(rounded, quality), bits

    def decoded(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns pictures from codes, cut to the size of the pictures `x`."""
        return self.decoder(code, training=training)[:, : ops.shape(x)[1], : ops.shape(x)[2]]

    def entropy(self, latent: tf.Tensor, training: bool) -> Coded:
        """Returns scaled latents, rounded, and the bits that they take: each by its channel's distribution."""
        rounded = straight(latent, ops.round(latent))
        return rounded, total(self.prior(self.noisy(latent) if training else rounded))

    def noisy(self, values: tf.Tensor) -> tf.Tensor:
        """Returns values with uniform noise, as wide as the steps of rounding."""
        return values + keras.random.uniform(ops.shape(values), -0.5, 0.5, seed=self.seeds)

    def rate(self, quality: tf.Tensor) -> tf.Tensor:
        """Returns lambda at a quality from 0 to 1: its logarithm is linear."""
        low, high = (math.log(rate) for rate in (self.rates[0], self.rates[-1]))
        return ops.exp(low + (high - low) * quality)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the mean of bits a pixel plus lambda times squared error; in training each picture has a quality.

        Of a range of rates each picture's part is divided by the square root of its lambda over the middle one: that is
        how the best loss grows, and otherwise low qualities would hardly count.
        """
        x, target = batch.x, batch.target
        quality = self._drawn(x) if training else self._middle(x)
        code, bits = self.coded(x, quality, training)
        difference = LEVELS * (self.decoded(code, x, training) - target)
        error = ops.mean(ops.square(difference), axis=(1, 2, 3))
        bits = bits / ops.cast(ops.shape(x)[1] * ops.shape(x)[2], "float32")
        self.bits_per_pixel.update_state(bits, batch.weight)
        self.squared_error.update_state(error, batch.weight)
        rate = self.rate(quality)
        balance = ops.sqrt(self.rate(self._middle(x)) / rate)
        return replicas.share(weighing.mean(balance * (bits + rate * error)) + sum(self.losses))

    def _middle(self, x: tf.Tensor) -> tf.Tensor:
        return ops.full((ops.shape(x)[0],), MIDDLE)

    def _drawn(self, x: tf.Tensor) -> tf.Tensor:
        """Draws each picture's quality; of a model of one rate there is nothing to draw."""
        if len(self.rates) == 1:
            return self._middle(x)
        return keras.random.uniform((ops.shape(x)[0],), seed=self.seeds)

    def encode(self, x: np.ndarray, batch_size: int = PICTURES) -> np.ndarray:
        """Returns the codes at the middle quality, shape `(n, height / 16, width / 16, latent_dim)`, sizes rounded up.

        Args:
            x: Pictures, shape `(n, height, width, channels)`; in [0, 1], or bytes.
            batch_size: Pictures at a time.
        """
        return self._apply(self.code_of, self.samples("x", x), batch_size, self.encoder.input_shape)

    def code_of(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the codes of pictures at the middle quality."""
        return self.coded(x, self._middle(x))[0]

    def decode(self, code: np.ndarray, batch_size: int = PICTURES) -> np.ndarray:
        """Returns pictures, shape `(n, 16 * height, 16 * width, channels)`, of codes as `encode` returns them."""
        return super().decode(code, batch_size)

    def reconstruct(self, x: np.ndarray, batch_size: int = PICTURES) -> np.ndarray:
        """Returns pictures as they come back at the middle quality, in [0, 1]; arguments as of `encode`."""
        return np.clip(self._apply(self, self.samples("x", x), batch_size, self.encoder.input_shape), 0, 1)

    def score(self, x: np.ndarray, batch_size: int = PICTURES) -> np.ndarray:
        """Returns each picture's mean squared error, shape `(n,)`; arguments as of `encode`."""
        return super().score(x, batch_size)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers.

        `serving_default`, `encode`, `decode` take and give pictures in [0, 1] at the middle quality; `estimate` gives
        the bits at any quality from 0 to 100. The others are what a coder of files needs: docs/container.md says how.
        """
        image = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="image")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        graphs = Graphs(
            _shared(lambda image: self.encoder(image, training=False), image),
            _shared(lambda code: self.decoder(code, training=False), code),
            _shared(lambda latent: self.entropy(latent, training=False), code),
        )
        return {**self._of_pictures(graphs, image, code), **self._of_files(graphs, image, code)}

    def _of_pictures(self, graphs: Graphs, image: tf.TensorSpec, code: tf.TensorSpec) -> dict[str, Endpoint]:
        """Returns the endpoints of pictures in [0, 1], at the middle quality."""

        def encode(image: tf.Tensor) -> dict[str, tf.Tensor]:
            quality = self._middle(image)
            rounded, bits = graphs.entropy(self.gains(graphs.encoder(image), quality))
            return {"code": self.gains.inverse(rounded, quality), "bits": bits}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(graphs.decoder(code), 0.0, 1.0)}

        def reconstruct(image: tf.Tensor) -> dict[str, tf.Tensor]:
            whole = decode(encode(image)["code"])["reconstruction"]
            return {"reconstruction": whole[:, : tf.shape(image)[1], : tf.shape(image)[2]]}

        return {
            "serving_default": Endpoint(reconstruct, (image,)),
            "encode": Endpoint(encode, (image,)),
            "decode": Endpoint(decode, (code,)),
        }

    def _of_files(self, graphs: Graphs, image: tf.TensorSpec, code: tf.TensorSpec) -> dict[str, Endpoint]:
        """Returns the endpoints that a coder of files needs, and what a file takes."""
        pixels = tf.TensorSpec(image.shape, tf.uint8, name="image")
        latent = tf.TensorSpec(code.shape, tf.float32, name="latent")
        quality = tf.TensorSpec((), tf.int32, name="quality")
        inverses, counts = self.gains.table(QUALITIES), self.counts()
        fingerprint = self.fingerprint(inverses, counts)

        def analysis(image: tf.Tensor, quality: tf.Tensor) -> dict[str, tf.Tensor]:
            share = tf.cast(quality, tf.float32) / (QUALITIES - 1)
            found = graphs.encoder(tf.cast(image, tf.float32) / LEVELS)
            return {"latent": self.gains(found, tf.fill((tf.shape(image)[0],), share))}

        def estimate(image: tf.Tensor, quality: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"bits": graphs.entropy(analysis(image, quality)["latent"])[1]}

        def synthesis(latent: tf.Tensor, quality: tf.Tensor) -> dict[str, tf.Tensor]:
            with exact.arithmetic():
                whole = self.decoder(exact.whole(latent * tf.constant(inverses)[quality]), training=False)
            inside = tf.clip_by_value(whole, 0.0, float(exact.STEP))
            # A pixel of 8 bits, rounded; each of these numbers is whole, or a half of one, and float32 holds it.
            return {"image": tf.cast(tf.floor((inside * LEVELS + exact.STEP / 2) / exact.STEP), tf.uint8)}

        def tables() -> dict[str, tf.Tensor]:
            return {
                "counts": tf.constant(np.concatenate([found for found, _ in counts])),
                "lengths": tf.constant([len(found) for found, _ in counts]),
                "first": tf.constant([first for _, first in counts]),
                "fingerprint": tf.constant(np.frombuffer(fingerprint, "uint8")),
            }

        def geometry() -> dict[str, tf.Tensor]:
            around = {
                "shrink": compression.SHRINK,
                "analysis_reach": math.ceil(compression.reach(self.encoder, compression.STEM) / compression.SHRINK),
                "synthesis_reach": compression.reach(self.decoder, 1),
            }
            return {name: tf.constant(value) for name, value in around.items()}

        at = {"quality": EXAMPLE}
        return {
            "estimate": Endpoint(estimate, (pixels, quality), examples=at),
            "analysis": Endpoint(analysis, (pixels, quality), examples=at),
            "synthesis": Endpoint(synthesis, (latent, quality), examples={**at, "latent": _example(self.latent_dim)}),
            "tables": Endpoint(tables, ()),
            "geometry": Endpoint(geometry, ()),
        }

    def counts(self) -> list[tuple[np.ndarray, int]]:
        """Returns all tables of counts in order: those of the prior's channels."""
        return self.prior.tables()

    def fingerprint(self, inverses: np.ndarray, counts: list[tuple[np.ndarray, int]]) -> bytes:
        """Returns 8 bytes that tell a model from others: of all that a file's meaning hangs on.

        Args:
            inverses: The inverse gains of all qualities.
            counts: All tables.
        """
        digest = hashlib.sha256(inverses.astype("<f4").tobytes())
        for found, first in counts:
            digest.update(found.astype("<i4").tobytes() + first.to_bytes(4, "little", signed=True))
        for part in self.exact_parts():
            for weight in part.get_weights():
                digest.update(weight.astype("<f4").tobytes())
        return digest.digest()[:8]

    def exact_parts(self) -> tuple[keras.Model, ...]:
        """Returns the parts that compute in whole numbers when a file is opened."""
        return (self.decoder,)


def _shared(call: Callable[..., Any], spec: tf.TensorSpec) -> Any:
    """Returns a function of one tensor as one graph."""
    return tf.function(call, input_signature=(spec,), autograph=False)


def straight(values: tf.Tensor, rounded: tf.Tensor) -> tf.Tensor:
    """Returns rounded values, with the gradient of those that they were made of."""
    return values + ops.stop_gradient(rounded - values)


def total(bits: tf.Tensor) -> tf.Tensor:
    """Returns each picture's bits, shape `(batch,)`, from those of its values, `(batch, height, width, channels)`."""
    return ops.sum(bits, axis=(1, 2, 3))


def _example(channels: int) -> np.ndarray:
    """Returns golden latents: some whole numbers, so that nothing hangs on how pictures are rounded."""
    return (np.arange(6 * channels).reshape(1, 2, 3, channels) * 7 % 11 - 5).astype("float32")
