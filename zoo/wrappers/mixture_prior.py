"""A model with a vector as its code that draws new samples from a mixture of normal distributions.

After training, q(z), the distribution of all codes, is seldom N(0, I): of a plain autoencoder it is nothing one could
know before, and of a variational one the two are still apart. So p(z) = sum_k w_k N(m_k, S_k) is fitted to the codes of
training samples, draws from posteriors where codes have such; of several k the one by which codes of held-out samples
are the likeliest. Decoder and encoder stay as they are.

Source: Ghosh, Sajjadi, Vergari, Black and Schoelkopf 2020, From variational to deterministic autoencoders (ex-post
density estimation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Autoencoder
from zoo.families.generative import Generative
from zoo.families.variational import VariationalAutoencoder
from zoo.given import Given, weights
from zoo.layers.gaussian_mixture import GaussianMixture
from zoo.wrappers.wrapper import Wrapper

COMPONENTS = (1, 3, 10, 30, 100)
ROOM = 2**22  # numbers that the components' covariances have together at most, unless more are asked for
HELD_OUT = 5  # of so many samples one validates, where none are given for that
FLOOR = 1e-4  # the least variance of a mixture's component in any direction, as a share of all codes' mean variance
ITERATIONS = 50


@keras.saving.register_keras_serializable("zoo")
class MixturePrior(Generative, Wrapper):
    """Wraps a model of vector codes as one that draws from a Gaussian mixture: `fit`, then `sample(16)`.

    Args:
        model: The model; any whose code is a vector, and that takes no labels.
        components: How many normal distributions there may be at most: 100, or of long codes fewer, if not given.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(self, model: Autoencoder, components: int | None = None, name: str | None = None) -> None:
        code = model.decoder.inputs[0].shape[1:]
        hint = f"{model.name} has codes of the shape {code}" + (", and labels" if len(model.decoder.inputs) > 1 else "")
        is_vector = len(code) == 1 and len(model.decoder.inputs) == 1
        checks.check(is_vector, "model", "one whose code is a vector", model.name, f"{hint}.")
        components = max(1, min(max(COMPONENTS), ROOM // code[0] ** 2)) if components is None else components
        checks.positive_integer("components", components)
        super().__init__(model, name=name, components=components)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the mixture's weights."""
        self.mixture = GaussianMixture(self.components, self.decoder.inputs[0].shape[-1])
        super().build(input_shape)

    def fit(
        self, x: Any = None, y: Any = None, *, validation_data: Any = None, **arguments: Any
    ) -> keras.callbacks.History:
        """Trains the model as its own `fit` does, then fits the prior if `x` is whole and nothing is frozen."""
        history = super().fit(x, y, validation_data=validation_data, **arguments)
        if self.trainable and not containers.holds_batches(x):
            held_out = Given.unpacked(validation_data).x
            x = self._drawn(x, arguments.get("sample_weight"))
            self.fit_prior(x, None if containers.holds_batches(held_out) else held_out)
        return history

    def fit_prior(
        self,
        x: np.ndarray,
        validation: np.ndarray | None = None,
        components: Sequence[int] = COMPONENTS,
        seed: int = 0,
    ) -> Self:
        """Fits the prior to the codes of samples.

        Args:
            x: Training samples, shape `(n, *input_shape)`.
            validation: Samples that choose how many components; of `x` every fifth, which is then not fitted to, if
                not given.
            components: Of how many to choose; those above the wrapper's `components` or `n` are left out.
            seed: Seed of where the fit begins, and of draws from posteriors.

        Returns:
            The model.

        Raises:
            UsageError: If there are too few samples.
        """
        from sklearn import mixture  # takes a second, which only those who fit have to spend

        x = containers.dense(self.samples("x", x))
        codes = self._codes(x, seed)
        if validation is None:
            held_out = np.arange(len(codes)) % HELD_OUT == HELD_OUT - 1
            codes, others = codes[~held_out], codes[held_out]
        else:
            others = self._codes(containers.dense(self.samples("validation", validation)), seed + 1)
        checks.check(len(codes) > 1 and len(others) > 0, "x", "at least 5 samples", len(x))
        floor = FLOOR * float(codes.var(axis=0).mean()) + np.finfo("float32").tiny
        best: Any = None
        for k in sorted(k for k in set(components) if k <= min(self.components, len(codes))):
            found = mixture.GaussianMixture(k, reg_covar=floor, max_iter=ITERATIONS, random_state=seed).fit(codes)
            likelihood = found.score(others)
            if best is not None and likelihood <= best[0]:
                break  # more would follow the samples that are fitted to
            best = (likelihood, found)
        found = best[1]
        self.mixture.set(found.weights_, found.means_, found.covariances_, codes.min(axis=0), codes.max(axis=0))
        return self

    def _drawn(self, x: Any, weight: Any) -> np.ndarray:
        """Returns as many samples as there are, drawn by what they weigh; themselves where they weigh the same."""
        x = containers.dense(self.samples("x", x))
        share = np.ones(len(x)) if weight is None else np.maximum(weights("sample_weight", weight), 0).astype("float64")
        if np.ptp(share) == 0:
            return x
        return x[np.random.default_rng(0).choice(len(x), len(x), p=share / share.sum())]

    def noise(self, n: Any, seed: Any) -> dict[str, tf.Tensor]:
        """Returns what `of_noise` takes, drawn: normal numbers, and uniform ones that choose a part of the mixture."""
        return self.mixture.noise(n, seed)

    def of_noise(self, noise: tf.Tensor, place: tf.Tensor) -> tf.Tensor:  # type: ignore[override]
        """Returns codes that are drawn from the mixture if the noise is, shape `(n, units)`."""
        return self.mixture.of_noise(noise, place)

    def _codes(self, x: np.ndarray, seed: int) -> np.ndarray:
        """Returns a code of each sample, shape `(n, units)`: a draw from its posterior where there is one."""
        model: Any = self.model
        if not isinstance(model, VariationalAutoencoder):
            return model.encode(x).astype("float64")
        encode, batches = model.endpoints()["encode"].call, range(0, len(x), 1024)
        parts = [encode(tf.convert_to_tensor(x[start : start + 1024], "float32")) for start in batches]
        mean, log_variance = (np.concatenate([part[key] for part in parts]) for key in ("code", "log_variance"))
        return mean + np.exp(0.5 * log_variance) * np.random.default_rng(seed).normal(size=mean.shape)
