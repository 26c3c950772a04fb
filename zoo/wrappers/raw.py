"""A model of prepared values that takes raw ones: the preprocessing travels inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers, shapes
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.containers import Numbers
from zoo.given import Given, checked
from zoo.kinds.real import Real
from zoo.wrappers.wrapper import Wrapper

DERIVED = ("prepare", "restore")  # what a subclass makes of its settings


class Raw(Wrapper):
    """Wraps a model that was trained on `prepare(x)` as one of `x`.

    It has the model's endpoints, its codes and whatever the model can do besides. Samples go in and come out raw, as
    each endpoint's `samples` and each method's `of_samples` say; a score stays that of prepared values, in which every
    column counts alike.

    Args:
        model: The model.
        prepare: A layer from raw values to what the model takes.
        restore: A layer back, from what the model gives.
        raw_shape: The shape of one raw sample; the model's own if not given.
        name: The wrapper's name; the wrapped one's if not given.
        **settings: What a subclass makes the layers of.
    """

    def __init__(
        self,
        model: Autoencoder,
        *,
        prepare: keras.Layer,
        restore: keras.Layer,
        raw_shape: tuple[int | None, ...] | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        shape = model.encoder.inputs[0].shape[1:] if raw_shape is None else raw_shape
        # What an encoder or a decoder takes beside samples and codes, such as labels, it takes as it is.
        x, *beside = [keras.Input(shape, name="x"), *map(_again, model.encoder.inputs[1:])]
        code = [keras.Input(model.decoder.inputs[0].shape[1:], name="code"), *map(_again, model.decoder.inputs[1:])]
        super().__init__(
            model,
            encoder=keras.Model(_one([x, *beside]), model.encoder(_one([prepare(x), *beside])), name="raw_encoder"),
            decoder=keras.Model(_one(code), restore(model.decoder(_one(code))), name="raw_decoder"),
            name=name,
            prepare=prepare,
            restore=restore,
            **settings,
        )

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments."""
        return tuple(name for name in self.settings if name not in DERIVED)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, raw."""
        return self.restore(self.model(self.prepare(x), training=training))

    def encode(self, x: np.ndarray, *beside: Any, **options: Any) -> np.ndarray:
        """Returns the codes of raw samples, as the model's own `encode`, of which labels may be asked besides."""
        return self._by_model("encode", super().encode, x, *beside, **options)

    def decode(self, code: np.ndarray, *beside: Any, **options: Any) -> np.ndarray:
        """Returns raw samples of codes, likewise."""
        return self._by_model("decode", super().decode, code, *beside, **options)

    def reconstruct(self, x: np.ndarray, *beside: Any, **options: Any) -> np.ndarray:
        """Returns the raw reconstructions of raw samples, likewise."""
        return self._by_model("reconstruct", super().reconstruct, x, *beside, **options)

    def _by_model(self, name: str, usual: Callable[..., np.ndarray], *values: Any, **named: Any) -> np.ndarray:
        """Lets a model that takes more than samples do it itself; all others go through the wrapper's own parts."""
        if len(self.model.encoder.inputs) == 1 and not hasattr(getattr(type(self.model), name), "samples"):
            return usual(*values, **named)
        return self.__getattr__(name)(*values, **named)

    @property
    def reshapes(self) -> bool:
        """Whether a raw sample has another shape than the model's."""
        return self.sample_shape != tuple(self.model.encoder.inputs[0].shape[1:])

    @property
    def good_shape(self) -> tuple[int | None, ...]:
        """The shape of a raw sample that is its own target: the model's own, unless raw ones have another."""
        return self.sample_shape if self.reshapes else self.model.good_shape

    def check_target_shape(self, name: str, given: tuple[int | None, ...], of_samples: tuple[int | None, ...]) -> None:
        """Raises `UsageError` unless a shape is that of raw samples, or what the model says of other targets."""
        if self.reshapes and self.targets_are_samples:
            shapes.check(name, given, self.sample_shape)
        else:
            self.model.check_target_shape(name, given, of_samples)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` unless raw values are finite; what else the model asks for, it asks when they come."""
        if not self.kind.has_missing:
            Real().check(name, values)

    def numbers(self, values: Any) -> Any:
        """Returns raw samples in float32: bytes are numbers from 0 to 255."""
        return Real().numbers(values)

    def prepared(self, values: Numbers) -> np.ndarray:
        """Returns raw samples as the model takes them."""
        return np.asarray(self.prepare(self.numbers(containers.dense(values))))

    def inside(self, given: Given, whose: str = "") -> Given:
        """Returns what the model is to be trained on, or to be measured by: samples as it takes them.

        Raises:
            UsageError: If samples come in batches, or if there is anything that the wrapper cannot take.
        """
        hint = "Train the model inside, `.model`, on batches of prepared samples."
        batches = containers.holds_batches(given.x)
        checks.check(not batches, f"{whose}x", "an array of raw samples", type(given.x).__name__, hint)
        found = checked(self, given, whose)
        prepares_target = found.y is not None and self.targets_are_samples
        return Given(self.prepared(found.x), self.prepared(found.y) if prepares_target else found.y, found.weight)

    def readable(self, name: str, values: Any) -> Any:
        """Returns what `predict` takes, after a look at it: raw samples.

        Raises:
            UsageError: If the model takes labels beside them.
        """
        alone = len(self.model.encoder.inputs) == 1
        checks.check(alone, "predict", "of a model without labels", self.name, "Write reconstruct(x, labels).")
        return super().readable(name, values)

    def score(self, x: np.ndarray, *options: Any, **named: Any) -> np.ndarray:
        """Returns the model's score of each raw sample, shape `(n,)`."""
        raw = self.scored("x", x, finite=not self.judges)
        return self.model.score(self.prepared(raw), *options, **named)

    def __getattr__(self, name: str) -> Any:
        """Returns what the model can do besides, of raw samples."""
        model = self.__dict__.get("model")
        method: Any = getattr(type(model), name, None)
        if not hasattr(method, "samples"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return functools.partial(self._done, getattr(model, name), method.samples, method.gives_samples)

    def _done(
        self, method: Callable[..., np.ndarray], samples: frozenset[str], gives: bool, *values: Any, **named: Any
    ) -> np.ndarray:
        given = inspect.signature(method).bind(*values, **named)
        for name in samples & given.arguments.keys():
            given.arguments[name] = self._raw(name, given.arguments[name], finite=not getattr(method, "judges", False))
        found = method(*given.args, **given.kwargs)
        return np.asarray(self.restore(found)) if gives else found

    def _raw(self, name: str, values: Any, finite: bool) -> np.ndarray:
        """Returns raw samples, or a single one, as the model takes them."""
        one = len(getattr(values, "shape", np.shape(values))) == len(self.sample_shape)
        found = self.prepared(self.samples(name, np.asarray(values)[None] if one else values, finite=finite))
        return found[0] if one else found

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers, of raw samples."""
        return {
            name: endpoint._replace(call=self._of_raw(endpoint), inputs=self._raw_inputs(endpoint))
            for name, endpoint in self.model.endpoints().items()
        }

    def _raw_inputs(self, endpoint: Endpoint) -> tuple[tf.TensorSpec, ...]:
        """Returns an endpoint's inputs, samples in the shape of raw ones."""
        return tuple(
            tf.TensorSpec((spec.shape[0], *self.sample_shape), spec.dtype, spec.name)
            if spec.name in endpoint.samples
            else spec
            for spec in endpoint.inputs
        )

    def _of_raw(self, endpoint: Endpoint) -> Callable[..., dict[str, tf.Tensor]]:
        def call(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            named = zip(endpoint.inputs, inputs, strict=True)
            values = (self.prepare(value) if spec.name in endpoint.samples else value for spec, value in named)
            outputs = endpoint.call(*values)
            return {key: self.restore(value) if key in endpoint.samples else value for key, value in outputs.items()}

        return call


def _again(given: keras.KerasTensor) -> keras.KerasTensor:
    """Returns another input of that name, shape and type."""
    return keras.Input(given.shape[1:], dtype=given.dtype, name=given.name)


def _one(parts: list[keras.KerasTensor]) -> Any:
    """Returns a list of inputs; of one, that one."""
    return parts if len(parts) > 1 else parts[0]
