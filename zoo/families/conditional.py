"""Variational autoencoders that know what each sample shows: q(z|x, y), p(x|z, y) and a prior that is the same for all.

The label says what a sample shows, the code says the rest: a digit's slant and stroke, and not which digit.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks, containers, shapes
from zoo.autoencoder import Endpoint, of_samples
from zoo.families.variational import VariationalAutoencoder


@keras.saving.register_keras_serializable("zoo")
class ConditionalVariationalAutoencoder(VariationalAutoencoder):
    """A variational autoencoder of samples with labels: `fit(x, labels)`, `sample(n, label=7)`.

    Where a method takes `labels`, these are integers from 0 to `classes` - 1, shape `(n,)`, or one for all.

    Args:
        *parts: As for `VariationalAutoencoder`; encoder and decoder take `[x, label]` and `[code, label]`.
        classes: How many labels there are.
        **options: As for `VariationalAutoencoder`.
    """

    def __init__(self, *parts: Any, classes: int, **options: Any) -> None:
        super().__init__(*parts, classes=classes, **options)

    @property
    def targets_are_samples(self) -> bool:
        """Whether what `fit` takes as `y` are samples: they are labels."""
        return False

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the decoded mean of the posterior of samples and their labels."""
        return self.decoder([self.encoder(list(inputs), training=False), inputs[1]], training=False)

    def target(self, name: str, values: Any, of_samples: tuple[int, ...]) -> np.ndarray:
        """Returns what `fit` takes as `y`: labels, after a look at them."""
        return self.check_labels(values, of_samples[0])

    def check_target_shape(self, name: str, given: tuple[int | None, ...], of_samples: tuple[int | None, ...]) -> None:
        """Raises `UsageError` unless a shape, with the batch, is that of labels."""
        shapes.check(name, given[:1] if given[1:] == (1,) else given, ())

    def readable(self, name: str, values: Any) -> Any:
        """Returns what `predict` takes, samples and their labels, after a look at both.

        Raises:
            UsageError: If they are not both there, or not what the model takes.
        """
        both = isinstance(values, (tuple, list)) and len(values) == 2
        checks.check(both, name, "samples and labels", type(values).__name__, "Write predict((x, labels)).")
        x = self.samples(name, values[0])
        return x, self.check_labels(values[1], x.shape[0])

    def read(self, x: Any) -> Any:
        """Returns what `call` takes of a batch."""
        return self.numbers(x[0]), _integers(x[1])

    def batch(self, data: Any, training: bool) -> tuple[Any, Any, Any]:
        """Returns samples with labels as the input, the samples as the target, and weights.

        Raises:
            UsageError: If there are no labels.
        """
        x, labels, weight = super().batch(data, training)
        if labels is None:
            raise checks.UsageError(
                "A model with classes must be given samples and their labels: write fit(x, labels)."
            )
        return (x, _integers(labels)), x, weight

    def binarized(self, x: Any, y: Any, training: bool) -> tuple[Any, Any]:
        """Returns input and target, samples with labels, each pixel drawn as 0 or 1 if the model binarizes."""
        drawn, _ = super().binarized(x[0], None, training)
        return (drawn, x[1]), (drawn, x[1])

    def see(self, target: tuple[tf.Tensor, tf.Tensor]) -> None:
        """Lets the decoder's offset follow a batch of samples with labels."""
        super().see(target[0])

    def moments(self, x: tuple[tf.Tensor, tf.Tensor], training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the mean and the log variance of q(z|x, y), each `(batch, latent_dim)`."""
        return super().moments(list(x), training)

    def log_likelihood_given(
        self, code: tf.Tensor, x: tuple[tf.Tensor, tf.Tensor], training: bool = False
    ) -> tf.Tensor:
        """Returns log p(x|z, y) in nats, shape `(samples, batch)`.

        Args:
            code: z, shape `(samples, batch, latent_dim)`.
            x: Samples, shape `(batch, *input_shape)`, and their labels, shape `(batch,)`.
            training: As Keras says it.
        """
        labels = ops.broadcast_to(x[1], (ops.shape(code)[0], ops.shape(x[1])[0]))
        inputs = [ops.reshape(code, (-1, code.shape[-1])), ops.reshape(labels, (-1,))]
        return self.log_likelihood_of(self.likelihood(inputs, training=training), x[0])

    @of_samples("x")
    def log_likelihood(self, x: np.ndarray, labels: Any, samples: int = 5000, seed: int = 0) -> np.ndarray:
        """Estimates log p(x|y) as `VariationalAutoencoder` does log p(x); nats, shape `(n,)`."""
        x = self.numbers(containers.dense(self.samples("x", x)))
        labels = self.check_labels(labels, len(x))
        return self.importance_sampled(lambda at: (x[at], labels[at]), len(x), samples, seed)

    @of_samples("x")
    def encode(self, x: np.ndarray, labels: Any, batch_size: int = 1024) -> np.ndarray:
        """Returns the codes, the posteriors' means, shape `(n, latent_dim)`, of samples with labels."""
        return self._given(self.encoder, self.samples("x", x), labels, batch_size)

    @of_samples(gives=True)
    def decode(self, code: np.ndarray, labels: Any, batch_size: int = 1024) -> np.ndarray:
        """Returns samples, shape `(n, *input_shape)`, of codes and labels."""
        return self._given(self.decoder, self.codes(code), labels, batch_size)

    @of_samples("x", gives=True)
    def reconstruct(self, x: np.ndarray, labels: Any, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of samples with labels."""
        return self.decode(self.encode(x, labels, batch_size), labels, batch_size)

    @of_samples("x")
    def score(self, x: np.ndarray, labels: Any, batch_size: int = 1024) -> np.ndarray:
        """Returns each sample's error, shape `(n,)`, as one with that label: high means unusual, or another label."""
        x = self.numbers(containers.dense(self.scored("x", x)))
        return self.kind.error(x, self.reconstruct(x, labels, batch_size)).numpy()

    @of_samples(gives=True)
    def sample(self, n: int, seed: int = 0, *, label: Any = None) -> np.ndarray:
        """Returns new samples: draws from the prior, decoded with a label.

        Args:
            n: How many.
            seed: The same seed gives the same samples.
            label: Which, from 0 to `classes` - 1, or n of them; all in turn if not given.

        Returns:
            Shape `(n, *input_shape)`.
        """
        self.check_count("n", n)
        label = np.arange(n) % self.classes if label is None else label
        return self.decode(self.draws(n, [checks.seed(seed), 0]).numpy(), label)

    @of_samples("a", "b", gives=True)
    def interpolate(self, a: np.ndarray, b: np.ndarray, steps: int = 9, *, label: Any = 0) -> np.ndarray:
        """Returns what lies between two samples of one label, as `Generative` does."""
        begin, end = self.encode(self.ends(a, b, steps), label)
        share = np.linspace(0, 1, steps, dtype="float32")[:, None]
        return self.decode((1 - share) * begin + share * end, label)

    def check_labels(self, labels: Any, n: int) -> np.ndarray:
        """Returns labels as an array of shape `(n,)`, int32.

        Raises:
            UsageError: If there are none, or they are no integers from 0 to `classes` - 1, one a sample.
        """
        found = containers.dense(containers.numbers("labels", -1 if labels is None else labels))
        found = found.reshape(-1) if found.shape == (n, 1) else found
        expected = f"integers from 0 to {self.classes - 1}, shape ({n},)"
        right = found.dtype.kind in "iu" and found.shape in ((), (n,))
        if not right or (found.size and not 0 <= found.min() <= found.max() < self.classes):
            span = f", from {found.min():g} to {found.max():g}" if found.size and found.dtype.kind in "iuf" else ""
            seen = "none" if labels is None else f"{found.dtype} of shape {found.shape}{span}"
            raise checks.UsageError(
                f"labels must be {expected}, of a model of {self.classes} classes. Received: {seen}. Write "
                "fit(x, labels), and sample(n, label=1)."
            )
        return np.broadcast_to(found, (n,)).astype("int32")

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: all that takes samples or codes takes a `label` each; `sample` one for all."""

        def reconstruct(x: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self((x, label))}

        def encode(x: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            mean, log_variance = self.moments((x, label))
            return {"code": mean, "log_variance": log_variance}

        def decode(code: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self.decoder([code, label], training=False)}

        def score(x: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": self.kind.error(x, self((x, label)))}

        def sample(count: tf.Tensor, seed: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sample": self.decoder([self.draws(count, seed), tf.repeat(label, count)], training=False)}

        def sample_from(noise: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sample": self.decoder([self.of_noise(noise), label], training=False)}

        x = tf.TensorSpec(self.encoder.inputs[0].shape, tf.float32, name="x")
        code = tf.TensorSpec(self.decoder.inputs[0].shape, tf.float32, name="code")
        label = tf.TensorSpec((None,), tf.int32, name="label")
        shapes: dict[str, tuple[int, ...]] = {"count": (), "seed": (2,), "label": ()}
        drawn = tuple(tf.TensorSpec(shape, tf.int32, name=name) for name, shape in shapes.items())
        examples = {"count": np.int32(4), "seed": np.array([1, 2], "int32"), "label": np.int32(self.classes - 1)}
        noise = {"noise": self.noise(4, [1, 2])["noise"].numpy(), "label": np.arange(4) % self.classes}
        return {
            "serving_default": Endpoint(reconstruct, (x, label), frozenset({"x", "reconstruction"})),
            "encode": Endpoint(encode, (x, label), frozenset({"x"})),
            "decode": Endpoint(decode, (code, label), frozenset({"reconstruction"})),
            "score": Endpoint(score, (x, label), frozenset({"x"})),
            "sample": Endpoint(sample, drawn, frozenset({"sample"}), examples),
            "sample_from": Endpoint(
                sample_from, (tf.TensorSpec(code.shape, name="noise"), label), frozenset({"sample"}), noise
            ),
        }

    def _given(self, part: keras.Model, values: Any, labels: Any, batch_size: int) -> np.ndarray:
        """Applies encoder or decoder to values with labels."""
        labels = self.check_labels(labels, values.shape[0])
        return self._apply(part, values, batch_size, part.inputs[0].shape, labels)


def _integers(labels: Any) -> tf.Tensor:
    """Returns a batch's labels, shape `(batch,)`, int32."""
    return ops.reshape(ops.cast(labels, "int32"), (-1,))
