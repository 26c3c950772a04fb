"""Several models of the same rows, whose predictions are averaged."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("zoo")
class Average(Autoencoder):
    """Predicts the mean of what its members predict; a code is theirs, one behind the other.

    Args:
        members: Models of one input shape and kind of output, with vectors as codes.
        name: The model's name; the first one's if not given.
    """

    def __init__(self, members: Sequence[Autoencoder], name: str | None = None) -> None:
        checks.check(len(members) > 0, "members", "at least one model", members)
        first = members[0]
        shape = first.encoder.input_shape[1:]
        others = [member.encoder.input_shape[1:] for member in members]
        checks.check(others == [shape] * len(members), "members", "models of one input shape", others)
        widths = [member.decoder.input_shape[-1] for member in members]
        for i, member in enumerate(members):  # Keras wants each part of a model to have a name of its own
            member.encoder.name, member.decoder.name = f"encoder_{i}", f"decoder_{i}"
        x, code = keras.Input(shape, name="x"), keras.Input((sum(widths),), name="code")
        edges = np.cumsum([0, *widths])
        parts = [code[:, start:end] for start, end in itertools.pairwise(edges)]
        codes = [member.encoder(x) for member in members]
        decoded = [member.decoder(part) for member, part in zip(members, parts, strict=True)]
        several = len(members) > 1
        super().__init__(
            keras.Model(x, keras.layers.Concatenate()(codes) if several else codes[0], name="encoder"),
            keras.Model(code, keras.layers.Average()(decoded) if several else decoded[0], name="decoder"),
            first.kind,
            name=name or first.name,
            members=list(members),
        )

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments."""
        return self.settings

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the mean of the members' outputs for `x`."""
        return sum(member(x, training=training) for member in self.members) / len(self.members)

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the mean of the members' scores of each sample, shape `(n,)`."""
        x = self.scored("x", x)
        return np.mean([member.score(x, batch_size) for member in self.members], axis=0)
