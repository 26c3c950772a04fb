"""Restricted Boltzmann machines, and contrastive divergence to train them.

Visible units v and hidden units h, each with a potential A of its own, have the energy

    E(v, h) = A(v) - a v - b h - v W h + A(h)

and the probability exp(-E) / Z. Units go by the activation that gives their mean for a total input x:

    sigmoid   0 or 1 (Bernoulli), A = 0, mean sigmoid(x)
    linear    any real number (Gaussian of variance 1), A(u) = u^2 / 2, mean x
    relu      rectified: the number that are on of binary units which share weights and have the biases -1/2, -3/2, ...
              to themselves, of mean about max(0, x), drawn as max(0, x + N(0, sigmoid(x)))

Where values are missing, in a row of ratings, the machine of a sample has the visible units alone that it has values
for; what is there may be read besides, by units that the chain leaves as they are: conditions.

Paper: Hinton 2002, Training products of experts by minimizing contrastive divergence; Nair and Hinton 2010, Rectified
linear units improve restricted Boltzmann machines; Salakhutdinov, Mnih and Hinton 2007, Restricted Boltzmann machines
for collaborative filtering, for missing values and conditions.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo.families.pretraining import shuffled

# Binary copies of a rectified unit that are reckoned with beyond its total input: the next would add exp(-16).
COPIES = 16
# The paper's rate where units are Gaussian is a hundredth of the one where all are binary: nothing bounds them.
UNBOUNDED = 0.01


class Unit(NamedTuple):
    """One kind of unit.

    Attributes:
        mean: From the total input to the mean, element by element.
        sample: From the total input and a seed generator to a state.
        log_sum: From the total input x to log sum_u exp(u x - A(u)), the sum being an integral for real numbers.
        potential: From a state u to A(u).
    """

    mean: Callable[[Any], Any]
    sample: Callable[[Any, Any], Any]
    log_sum: Callable[[Any], Any]
    potential: Callable[[Any], Any]


def _sample_binary(x: Any, seeds: Any) -> Any:
    return ops.cast(keras.random.uniform(ops.shape(x), seed=seeds) < ops.sigmoid(x), "float32")


def _sample_gaussian(x: Any, seeds: Any) -> Any:
    return x + keras.random.normal(ops.shape(x), seed=seeds)


def _sample_rectified(x: Any, seeds: Any) -> Any:
    return ops.relu(x + ops.sqrt(ops.sigmoid(x)) * keras.random.normal(ops.shape(x), seed=seeds))


def _rectified_log_sum(x: Any) -> Any:
    biases = tf.range(0.5, ops.maximum(ops.max(x), 0.0) + COPIES)
    return tf.foldl(lambda total, bias: total + ops.softplus(x - bias), biases, ops.zeros_like(x))


def _gaussian_log_sum(x: Any) -> Any:
    return _half_square(x) + np.log(2 * np.pi) / 2


def _half_square(u: Any) -> Any:
    return ops.square(u) / 2


def _same(x: Any) -> Any:
    return x


UNITS = {
    "sigmoid": Unit(ops.sigmoid, _sample_binary, ops.softplus, ops.zeros_like),
    "linear": Unit(_same, _sample_gaussian, _gaussian_log_sum, _half_square),
    # As visible units the counts come without their copies' states: n of them cost at least 1/2 + 3/2 + ... = n^2 / 2.
    "relu": Unit(ops.relu, _sample_rectified, _rectified_log_sum, _half_square),
}


class CD(NamedTuple):
    """How contrastive divergence is done.

    Attributes:
        steps: The chains' length k, in CD-k.
        learning_rate: The step along the gradient of the mean log-likelihood, where all units are binary.
        momentum: The share of each update that is carried into the next.
        weight_decay: The share of the weights that is taken off the gradient.
    """

    steps: int
    learning_rate: float
    momentum: float
    weight_decay: float


class RBM:
    """A restricted Boltzmann machine over weights that it is given, and trains in place but for those that are frozen.

    Args:
        visible: The visible units' kind, a key of `UNITS`.
        hidden: The hidden units' kind.
        kernel: The weights W, a variable of shape `(visible, hidden)`.
        visible_bias: The biases a, a variable of shape `(visible,)`; if it is shorter, units beyond it are conditions.
        hidden_bias: The biases b, a variable of shape `(hidden,)`.
        seed: Seed of all that is drawn.
        sample_visible: Whether the chain draws the visible units, as exact Gibbs sampling has it, instead of taking
            their means, which has less noise and is what Hinton and Salakhutdinov did.
        missing: Whether a visible unit that is 0 is missing in its sample, and stays so in the chain.
    """

    def __init__(
        self,
        visible: str,
        hidden: str,
        kernel: Any,
        visible_bias: Any,
        hidden_bias: Any,
        seed: int,
        sample_visible: bool = False,
        missing: bool = False,
    ) -> None:
        self.visible, self.hidden = UNITS[visible], UNITS[hidden]
        self.bounded = visible == hidden == "sigmoid"
        self.kernel, self.visible_bias, self.hidden_bias = kernel, visible_bias, hidden_bias
        self.units = visible_bias.shape[0]
        self.variables = [kernel, visible_bias, hidden_bias]
        self.velocities = [tf.Variable(tf.zeros(v.shape), trainable=False) for v in self.variables]
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)
        self.sample_visible = sample_visible
        self.missing = missing

    @property
    def moving(self) -> list[Any]:
        """All that moves in a training: weights, velocities and the state of the seeds."""
        return [*self.variables, *self.velocities, self.seeds.state]

    def up(self, v: tf.Tensor) -> tf.Tensor:
        """Returns the hidden units' means, shape `(batch, hidden)`, for `v` of shape `(batch, visible)`."""
        return self.hidden.mean(self._hidden_input(v))

    def down(self, h: tf.Tensor) -> tf.Tensor:
        """Returns the visible units' means, shape `(batch, visible)`, for `h` of shape `(batch, hidden)`."""
        return self.visible.mean(self._visible_input(h))

    def energy(self, v: tf.Tensor, h: tf.Tensor) -> tf.Tensor:
        """Returns E(v, h), shape `(batch,)`; for complete states, so not of rectified units."""
        return self._own(v) + ops.sum(self.hidden.potential(h), 1) - ops.sum(self._hidden_input(v) * h, 1)

    def free_energy(self, v: tf.Tensor) -> tf.Tensor:
        """Returns F(v) = -log sum_h exp(-E(v, h)), shape `(batch,)`."""
        return self._own(v) - ops.sum(self.hidden.log_sum(self._hidden_input(v)), 1)

    def contrastive_divergence(self, v: tf.Tensor, steps: int) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Estimates the gradient of the mean log-likelihood by Gibbs chains that begin at the data.

        Args:
            v: Data, shape `(batch, visible)`.
            steps: The chains' length k, in CD-k.

        Returns:
            The way up for each of `variables`, and the chains' last visible states, shape `(batch, visible)`.
        """
        total = self._hidden_input(v)
        positive = self.hidden.mean(total)
        for _ in range(steps):
            back = self._visible_input(self.hidden.sample(total, self.seeds))
            made = self.visible.sample(back, self.seeds) if self.sample_visible else self.visible.mean(back)
            chain = self._with_rest(v, made)
            total = self._hidden_input(chain)
        # The last hidden units stand in by their means: nothing hangs on their states any more.
        negative = self.hidden.mean(total)
        count = ops.cast(ops.shape(v)[0], "float32")
        kernel = (tf.matmul(v, positive, transpose_a=True) - tf.matmul(chain, negative, transpose_a=True)) / count
        own = ops.mean(v - chain, axis=0)[: self.units]
        return [kernel, own, ops.mean(positive - negative, axis=0)], chain

    def train(
        self, x: tf.Tensor, unseen: tf.Tensor, epochs: int, batch_size: int, cd: CD, done: int = 0
    ) -> Iterator[tuple[float, float]]:
        """Trains, and pauses after each epoch.

        Args:
            x: Data, shape `(n, visible)`.
            unseen: Other data of the same kind, shape `(m, visible)`.
            epochs: How often to go over the data, each time in another order.
            batch_size: Rows an update.
            cd: How.
            done: Epochs that were done before.

        Yields:
            After each epoch the reconstruction error, which is the mean square over samples and units, and the
            free-energy gap: the mean free energy of unseen data less that of as many from x.
        """
        same = x[: len(unseen)]
        for epoch in range(done, epochs):
            order = shuffled(len(x), self.seed, epoch)
            error = self._train_epoch(x, order, tf.constant(batch_size), cd)
            gap = tf.reduce_mean(self.free_energy(unseen)) - tf.reduce_mean(self.free_energy(same))
            yield float(error), float(gap)

    @tf.function
    def _train_epoch(self, x: tf.Tensor, order: tf.Tensor, batch_size: tf.Tensor, cd: CD) -> tf.Tensor:
        error = tf.zeros(())
        learning_rate = cd.learning_rate * (1.0 if self.bounded else UNBOUNDED)
        for start in tf.range(0, tf.size(order), batch_size):
            v = tf.gather(x, order[start : start + batch_size])
            gradients, chain = self.contrastive_divergence(v, cd.steps)
            gradients[0] -= cd.weight_decay * self.kernel
            for variable, velocity, gradient in zip(self.variables, self.velocities, gradients, strict=True):
                if variable.trainable:
                    velocity.assign(cd.momentum * velocity + learning_rate * gradient)
                    variable.assign_add(velocity)
            error += tf.reduce_sum(tf.square(v - chain))
        return error / tf.size(x, tf.float32)

    def _own(self, v: tf.Tensor) -> tf.Tensor:
        """Returns what visible units add to the energy by themselves, shape `(batch,)`."""
        v = v[:, : self.units]
        return ops.sum(self.visible.potential(v), 1) - ops.matmul(v, self.visible_bias[:, None])[:, 0]

    def _with_rest(self, v: tf.Tensor, made: tf.Tensor) -> tf.Tensor:
        """Returns visible states that the chain made, with what it leaves as it is: the missing and the conditions."""
        count = self.units
        if self.missing:
            made = ops.where(v[:, :count] != 0, made, 0.0)
        return made if count == v.shape[-1] else ops.concatenate([made, v[:, count:]], axis=-1)

    def _hidden_input(self, v: tf.Tensor) -> tf.Tensor:
        return ops.matmul(v, self.kernel) + self.hidden_bias

    def _visible_input(self, h: tf.Tensor) -> tf.Tensor:
        return tf.matmul(h, self.kernel[: self.units], transpose_b=True) + self.visible_bias
