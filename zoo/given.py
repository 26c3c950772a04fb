"""Samples, targets and weights that a person gives, looked at before anything is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers, shapes

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

BATCH = "a batch's "  # what names in errors about one begin with


class Given(NamedTuple):
    """Samples, targets and weights; None where there are none."""

    x: Any
    y: Any = None
    weight: Any = None

    @classmethod
    def unpacked(cls, data: Any) -> Given:
        """Returns what `data`, as Keras's `validation_data` may be, consist of."""
        return cls(*keras.utils.unpack_x_y_sample_weight(data))

    def split(self, share: float) -> tuple[Given, Given]:
        """Returns all rows but the last ones, and these, a share of all, as Keras does it.

        Raises:
            UsageError: If none are left on a side.
        """
        count = self.x.shape[0]
        kept = int(count * (1.0 - share))
        expected = f"a share that leaves some of {count} samples on both sides"
        checks.check(0 < kept < count, "validation_split", expected, share)
        return self.rows(slice(kept)), self.rows(slice(kept, None))

    def dense(self) -> Given:
        """Returns all as arrays, none of them sparse."""
        return Given(*(None if part is None else containers.dense(part) for part in self))

    def rows(self, at: slice) -> Given:
        """Returns some rows of all."""
        return Given(*(None if part is None else part[at] for part in self))


def checked(model: Autoencoder, given: Given, whose: str = "") -> Given:
    """Returns arrays, after a look at them.

    Args:
        model: The model that is to train on them, or to be measured.
        given: What there is; in whatever people keep numbers in.
        whose: What names in errors begin with.

    Raises:
        UsageError: If the model cannot take them.
    """
    paired = given.y is not None and model.targets_are_samples
    x = (model.samples if paired else model.good)(f"{whose}x", given.x)
    count = x.shape[0]
    if not count:
        raise checks.UsageError(f"{whose}x must have at least one sample. Received: none.")
    y = model.target(f"{whose}y", given.y, tuple(x.shape))
    if y is not None:
        _check_count(f"{whose}y", y.shape[0], count)
    weight = None if given.weight is None else weights(f"{whose}sample_weight", given.weight)
    if weight is not None:
        _check_count(f"{whose}sample_weight", len(weight), count)
    return Given(x, y, weight)


def weights(name: str, values: Any) -> np.ndarray:
    """Returns what samples weigh, one number each, shape `(n,)`, float32.

    Raises:
        UsageError: If they are no such numbers, or not finite.
    """
    found = containers.dense(containers.numbers(name, values))
    found = found.reshape(-1) if found.ndim == 2 and found.shape[1] == 1 else found
    shapes.check(name, found.shape, ())
    if not np.isfinite(found).all():
        raise checks.UsageError(f"{name} must be finite. Received: NaN or infinity.")
    return found.astype("float32", copy=False)


def check_specs(model: Autoencoder, x: Any, y: Any, weight: Any) -> None:
    """Checks what is known of batches before the first one comes: types, and shapes in which None is any size.

    Raises:
        UsageError: If the model cannot take such batches.
    """
    known = {f"{BATCH}x": x, f"{BATCH}y": y, f"{BATCH}sample_weight": weight}
    for name, spec in known.items():
        if isinstance(spec, tf.RaggedTensorSpec):
            raise checks.UsageError(f"{name} must be of one shape. Received: a RaggedTensor. Write .to_tensor() first.")
        single = spec is None or isinstance(spec, (tf.TensorSpec, tf.SparseTensorSpec, tf.NoneTensorSpec))
        checks.check(single, name, "one array", type(spec).__name__)
    known = {name: spec for name, spec in known.items() if hasattr(spec, "dtype")}
    for name, spec in known.items():
        fits = spec.dtype.is_floating or spec.dtype.is_integer or spec.dtype.is_bool
        checks.check(fits, name, "numbers", spec.dtype.name)
    sizes = {name: tuple(spec.shape) for name, spec in known.items() if spec.shape.rank is not None}
    if f"{BATCH}x" in sizes:
        shapes.check(f"{BATCH}x", sizes[f"{BATCH}x"], model.good_shape if y is None else model.sample_shape)
        if f"{BATCH}y" in sizes:
            model.check_target_shape(f"{BATCH}y", sizes[f"{BATCH}y"], sizes[f"{BATCH}x"])


def refuse_class_weight(value: Any) -> None:
    """Raises `UsageError` if there is one."""
    expected = "None, since no target of an autoencoder is a class"
    checks.check(value is None, "class_weight", expected, value, "Write sample_weight=[weight of each sample].")


def _check_count(name: str, found: int, expected: int) -> None:
    checks.check(found == expected, name, f"as many as there are samples, {expected}", found)
