"""What a model takes: samples, targets and codes, each with a look at its type, its shape and its values."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from zoo import containers, shapes
from zoo.containers import Numbers
from zoo.kinds import Kind


class Taking(keras.Model):
    """A model of an encoder, a decoder and a kind of sample, as far as what goes into it.

    Attributes:
        damages: Whether the model itself damages samples that come without a target.
        judges: Whether `score` takes samples that are no numbers.
    """

    encoder: keras.Model
    decoder: keras.Model
    kind: Kind
    damages = False
    judges = False

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """The shape of one sample, None where a size is free."""
        return tuple(self.encoder.inputs[0].shape[1:])

    @property
    def good_shape(self) -> tuple[int | None, ...]:
        """The shape of a sample that is its own target: as good ones are, where the model damages them itself."""
        return self.sample_shape

    def good(self, name: str, values: Any) -> Numbers:
        """Returns samples that are their own targets, after a look at them, as `samples` does."""
        return self._looked_at(name, values, self.good_shape, finite=True, noisy=False)

    def scored(self, name: str, values: Any, finite: bool = True) -> Numbers:
        """Returns samples that are compared with what becomes of them, after a look at them, as `samples` does."""
        return self._looked_at(name, values, self.sample_shape, finite, noisy=self.damages)

    def samples(self, name: str, values: Any, *, finite: bool = True) -> Numbers:
        """Returns samples as an array, a tensor or sparse rows, after a look at them; numbers keep their type.

        They are only read, so that noise may have taken them out of the kind's limits.

        Args:
            name: What they are called in an error.
            values: What a person keeps them in.
            finite: Whether they must be; where not, those are looked at that are.

        Raises:
            UsageError: If they are no samples of the model's kind.
        """
        return self._looked_at(name, values, self.sample_shape, finite, noisy=True)

    def taken(self, name: str, values: Any) -> Numbers:
        """Returns samples out of what a person keeps them in, whatever their shape and their values.

        Raises:
            UsageError: If they are no numbers.
        """
        return containers.numbers(name, values)

    def _looked_at(self, name: str, values: Any, shape: shapes.Shape, finite: bool, noisy: bool) -> Numbers:
        found = self.taken(name, values)
        shapes.check(name, found.shape, shape)
        seen = containers.seen(found)
        self.check_values(name, seen if finite else seen[np.isfinite(seen)], noisy)
        if sparse.issparse(found) and self.kind.has_missing:
            found = containers.stored(found, ~np.isnan(found.data))
        return found

    def readable(self, name: str, values: Any) -> Any:
        """Returns what `predict` takes, after a look at it: samples."""
        return self.samples(name, values)

    def target(self, name: str, values: Any, of_samples: tuple[int, ...]) -> Numbers | None:
        """Returns targets, or None where there are none, after a look at them.

        Args:
            name: What they are called in an error.
            values: What a person keeps them in.
            of_samples: The shape of the samples that they belong to.

        Raises:
            UsageError: If they are not what the model is to make.
        """
        if values is None:
            return None
        found = self.taken(name, values)
        self.check_target_shape(name, found.shape, of_samples)
        self.check_values(name, containers.seen(found))
        return found

    def check_target_shape(self, name: str, given: tuple[int | None, ...], of_samples: tuple[int | None, ...]) -> None:
        """Raises `UsageError` unless a shape, with the batch, is that of what the model makes of such samples."""
        shapes.check(name, given, self.decoder.outputs[0].shape[1:])

    def codes(self, values: Any) -> np.ndarray:
        """Returns codes in float32, after a look at their shape.

        Raises:
            UsageError: If they are no numbers, or of another shape.
        """
        found = containers.numbers("code", values)
        shapes.check("code", found.shape, self.decoder.inputs[0].shape[1:])
        return containers.dense(found).astype("float32", copy=False)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are values that no sample of the model's kind has, or none with noise."""
        self.kind.check(name, values, noisy)

    def numbers(self, values: Any) -> Any:
        """Returns samples, or targets, as the model computes with them: in float32, and dense if it takes no others."""
        if not isinstance(values, tf.SparseTensor):
            return self.kind.numbers(values)
        values = tf.cast(values, tf.float32)
        return values if self.encoder.inputs[0].sparse else tf.sparse.to_dense(values)
