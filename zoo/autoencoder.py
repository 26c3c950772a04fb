"""The one class that users meet: an encoder, a decoder, and what people do with the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import arrays, checks, epochs, kinds
from zoo.kinds import Kind
from zoo.layers.transposed_dense import TransposedDense
from zoo.ops import keras_internals, replicas
from zoo.ops.compiled import compiled
from zoo.optimizers.fused_adam import FusedAdam


class Endpoint(NamedTuple):
    """One thing that an exported model does.

    Attributes:
        call: Takes the inputs in order; returns a dictionary of named tensors.
        inputs: The named specs of the inputs.
        samples: The names of those inputs and outputs that are samples: what takes raw values converts these.
        examples: By name, what golden outputs are made from for inputs other than `x` and `code`.
    """

    call: Callable[..., dict[str, tf.Tensor]]
    inputs: tuple[tf.TensorSpec, ...]
    samples: frozenset[str] = frozenset()
    examples: Mapping[str, Any] = MappingProxyType({})

    def outputs(self) -> dict[str, tf.TensorSpec]:
        """Returns the shape and type of each output, with None for the batch."""
        concrete = tf.function(self.call, input_signature=self.inputs, autograph=False).get_concrete_function()
        return {name: tf.TensorSpec(t.shape, t.dtype) for name, t in concrete.structured_outputs.items()}


class Batch(NamedTuple):
    """What an objective is computed from, as Keras's `compute_loss` gets it.

    Attributes:
        x: What goes in, shape `(batch, *input_shape)`.
        y: What should come out, of the same shape; None where that is `x`.
        output: What comes out.
        weight: What each sample weighs, shape `(batch,)`; None where all weigh the same.
    """

    x: Any
    y: Any = None
    output: Any = None
    weight: Any = None

    @property
    def target(self) -> Any:
        """What should come out."""
        return self.x if self.y is None else self.y


def of_samples(*names: str, gives: bool = False) -> Callable[[Callable], Callable]:
    """Marks a method's arguments that are samples, and whether it gives samples: what takes raw values converts them.

    Args:
        *names: The arguments' names.
        gives: Whether what the method returns are samples.
    """

    def mark(method: Callable) -> Callable:
        vars(method).update(samples=frozenset(names), gives_samples=gives)
        return method

    return mark


@keras.saving.register_keras_serializable("zoo")
class Autoencoder(keras.Model):
    """An encoder and a decoder, trained so that `decoder(encoder(x))` is close to the target.

    The target of `fit(x)` is `x`; `fit(noisy, clean)` gives another.

    A subclass hands its settings to `super().__init__`: they become attributes before `build` is called, and are saved
    and restored with the model.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, *code_shape)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        kind: What a sample is, by name or as `zoo.kinds.find` returns it: its values, its loss, its error.
        name: The model's name.
        **settings: A subclass's own: numbers, words, layers, models, or lists of such.
    """

    train_function: Any
    test_function: Any
    frozen_in_training: tuple[bool, ...] = ()

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        *,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(name=name)
        self.encoder = encoder
        self.decoder = decoder
        self.kind = kinds.find(kind)
        self.settings = tuple(settings)
        for setting, value in settings.items():
            setattr(self, setting, value)
        for layer in decoder.layers:
            if isinstance(layer, TransposedDense):
                layer.tie(encoder)
        self.build((None, *encoder.inputs[0].shape[1:]))

    @property
    def targets_are_samples(self) -> bool:
        """Whether what `fit` takes as `y` are samples, as `x` is: what takes raw values converts both."""
        return True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing is left to build: encoder and decoder come built, and a reload finds the optimizer's state."""
        self.built = True

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, shape `(batch, *input_shape)`."""
        return self.decoder(self.encoder(x, training=training), training=training)

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs: encoder, decoder, kind and settings, serialized, and the name."""
        parts = {name: getattr(self, name) for name in self.arguments()}
        return {"name": self.name, **{key: keras.saving.serialize_keras_object(part) for key, part in parts.items()}}

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments that the model is made again from."""
        return ("encoder", "decoder", "kind", *self.settings)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the model again from `get_config`'s dictionary."""
        return cls(**{key: keras.saving.deserialize_keras_object(value) for key, value in config.items()})

    def compile_default(self, learning_rate: float, **options: Any) -> Self:
        """Compiles with Adam, whose other options are Keras's, and the kind's loss; returns the model."""
        optimizer = FusedAdam(learning_rate, **options)
        self.compile(optimizer=optimizer, loss=self.kind.loss(), metrics=self.kind.metrics(self) or None)
        return self

    @property
    def is_adapted(self) -> bool:
        """Whether the model has what it takes from all training samples at once."""
        return self.kind.is_adapted(self)

    def adapt(self, x: Any) -> Self:
        """Sets what the model takes from all training samples at once, where its kind needs that; the first `fit` does.

        Args:
            x: Samples, shape `(n, *input_shape)`; rows of ratings may be sparse.

        Returns:
            The model.
        """
        self.kind.adapt(self, x)
        return self

    def adapt_once(self, x: Any) -> None:
        """Adapts to all training samples, unless that has been done.

        Raises:
            UsageError: If it has not, and part of the model is frozen.
        """
        if self.is_adapted:
            return
        if any(keras_internals.frozen(self)):
            raise checks.UsageError("A model must have seen all samples before it is frozen: write model.adapt(x).")
        self.adapt(x)

    def fit(self, x: Any = None, y: Any = None, **arguments: Any) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; without `y` the target is `x`.

        Raises:
            UsageError: If the targets, given as an array, do not fit the decoder's range, or if `adapt` must see all
                samples before batches come.
        """
        self.check_training(x, y)
        x, y, arguments = arrays.of_training(self, x, y, arguments)
        return super().fit(x, y, **arguments)

    def check_training(self, x: Any, y: Any) -> None:
        """Checks what `fit` takes, if it comes in arrays, and lets the kind adapt to it."""
        target = x if y is None else y
        if isinstance(target, np.ndarray):
            self.check_values("y" if y is not None else "x", target)
            self.adapt_once(target)
        checks.check(self.is_adapted, "x", "an array, or batches of rows that adapt has seen", type(x).__name__)

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, **arguments: Any) -> Any:
        """Measures as `keras.Model.evaluate` does; without `y` the target is `x`."""
        x, y, arguments = arrays.of_evaluation(self, x, y, {**arguments, "batch_size": batch_size})
        return super().evaluate(x, y, **arguments)

    def make_train_function(self, force: bool = False) -> None:
        """Makes what takes training steps: in the graph on arrays, by Keras's own way on everything else.

        It is made anew where parts have been frozen, or are not frozen any more.

        Raises:
            UsageError: If what was frozen when training began is not any more.
        """
        frozen = keras_internals.frozen(self)
        if self.train_function is None or force or frozen != self.frozen_in_training:
            for variable in self.trainable_variables if self.optimizer else ():
                if not keras_internals.knows(self.optimizer, variable):
                    raise checks.UsageError(
                        f"{variable.path} was frozen when training began, and the optimizer does not know it: compile "
                        "the model again, such as by model.compile_default(1e-3)."
                    )
            super().make_train_function(force=True)
            self.train_function = epochs.stepper(self, self.train_step, self.train_function)
            self.frozen_in_training = frozen

    def make_test_function(self, force: bool = False) -> None:
        """Makes what takes steps of `evaluate`, likewise."""
        if self.test_function is None or force:
            super().make_test_function(force)
            self.test_function = epochs.stepper(self, self.test_step, self.test_function)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the `objective` of a batch, which is what models override: Keras calls it in each step."""
        return self.objective(Batch(x, y, y_pred, sample_weight), training)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the compiled loss plus what layers added, with `x` as the target where there is no `y`."""
        weight = self.kind.sample_weight(self, batch.target, batch.weight, of_error=True)
        loss = super().compute_loss(batch.x, batch.target, batch.output, weight, training)
        return loss + replicas.share(self.kind.penalty(self))

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, tf.Tensor]:
        """Returns the metrics' values, with `x` as the target where there is no `y`."""
        return super().compute_metrics(x, x if y is None else y, y_pred, sample_weight)

    def encode(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the codes, shape `(n, *code_shape)`, of samples of shape `(n, *input_shape)`."""
        return self._apply(self.encoder, "x", x, batch_size)

    def decode(self, code: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of codes of shape `(n, *code_shape)`."""
        return self._apply(self.decoder, "code", code, batch_size)

    def reconstruct(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of samples of that shape."""
        return self.decode(self.encode(x, batch_size), batch_size)

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns each sample's mean squared reconstruction error, shape `(n,)`: high means unusual."""
        x = np.asarray(x, "float32")
        reconstruction = self.reconstruct(x, batch_size)
        starts = range(0, len(x), batch_size)
        found = [self.kind.error(x[i : i + batch_size], reconstruction[i : i + batch_size]).numpy() for i in starts]
        return np.concatenate([np.zeros(0, "float32"), *found])

    def check_values(self, name: str, values: np.ndarray) -> None:
        """Raises `UsageError` if there are values that no sample of the model's kind has."""
        self.kind.check(name, values)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers, by name."""

        def reconstruct(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self(x, training=False)}

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"code": self.encoder(x, training=False)}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self.decoder(code, training=False)}

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": self.kind.error(x, self(x, training=False))}

        x = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="x")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        return {
            "serving_default": Endpoint(reconstruct, (x,), frozenset({"x", "reconstruction"})),
            "encode": Endpoint(encode, (x,), frozenset({"x"})),
            "decode": Endpoint(decode, (code,), frozenset({"reconstruction"})),
            "score": Endpoint(score, (x,), frozenset({"x"})),
        }

    def _apply(
        self,
        part: Any,
        name: str,
        values: Any,
        batch_size: int,
        input_shape: tuple[int | None, ...] | None = None,
        *beside: np.ndarray,
    ) -> np.ndarray:
        """Applies a part to values, and to what lies beside each of them, in batches."""
        expected = (input_shape or part.input_shape)[1:]
        values = np.asarray(values, "float32")
        fits = [size in (None, given) for size, given in zip(expected, values.shape[1:], strict=False)]
        if values.ndim != 1 + len(expected) or not all(fits):
            raise checks.UsageError(
                f"{name} must have the shape (n, {', '.join(str(size or 'any') for size in expected)}). "
                f"Received: shape {values.shape}. For one sample, write {name}[None]."
            )
        call = (lambda *parts: part(list(parts), training=False)) if beside else compiled(part, tuple(expected))
        arrays = (values, *beside)
        if not len(values):
            return np.asarray(call(*(np.zeros((1, *array.shape[1:]), array.dtype) for array in arrays)), "float32")[:0]
        batches = (slice(start, start + batch_size) for start in range(0, len(values), batch_size))
        return np.concatenate([np.asarray(call(*(array[at] for array in arrays)), "float32") for at in batches])
