"""The one class that users meet: an encoder, a decoder, and what people do with the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import arguments, checks, containers, kinds
from zoo.containers import Numbers
from zoo.kinds import Kind
from zoo.layers.transposed_dense import TransposedDense
from zoo.ops import keras_internals, replicas
from zoo.ops.compiled import compiled
from zoo.optimizers.fused_adam import FusedAdam
from zoo.training import Training


class Endpoint(NamedTuple):
    """One thing that an exported model does.

    Attributes:
        call: Takes the inputs in order; returns a dictionary of named tensors.
        inputs: The named specs of the inputs.
        samples: The names of those inputs and outputs that are samples: what takes raw values converts these.
        examples: By name, what golden outputs are made from for inputs other than `x` and `code`.
        others: By name, the same of another length, where the rows of inputs do not belong together one by one: what
            is converted is checked on these too.
    """

    call: Callable[..., dict[str, tf.Tensor]]
    inputs: tuple[tf.TensorSpec, ...]
    samples: frozenset[str] = frozenset()
    examples: Mapping[str, Any] = MappingProxyType({})
    others: Mapping[str, Any] = MappingProxyType({})

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


def of_samples(*names: str, gives: bool = False, judges: bool = False) -> Callable[[Callable], Callable]:
    """Marks a method's arguments that are samples, and whether it gives samples: what takes raw values converts them.

    Args:
        *names: The arguments' names.
        gives: Whether what the method returns are samples.
        judges: Whether it takes samples that are no numbers, and says so.
    """

    def mark(method: Callable) -> Callable:
        vars(method).update(samples=frozenset(names), gives_samples=gives, judges=judges)
        return method

    return mark


@keras.saving.register_keras_serializable("zoo")
class Autoencoder(Training):
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
            setattr(self, setting, arguments.plain(value))
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
            x: Samples, shape `(n, *input_shape)`, as for `fit`.

        Returns:
            The model.

        Raises:
            UsageError: If they are not what the model takes.
        """
        self.kind.adapt(self, self.good("x", x))
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

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the `objective` of a batch, which is what models override: Keras calls it in each step."""
        return replicas.by_rows(self.objective(Batch(x, y, y_pred, sample_weight), training))

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
        return self._apply(self.encoder, self.samples("x", x), batch_size)

    def decode(self, code: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of codes of shape `(n, *code_shape)`."""
        return self._apply(self.decoder, self.codes(code), batch_size)

    def reconstruct(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the reconstructions, shape `(n, *input_shape)`, of samples of that shape."""
        return self.decode(self.encode(x, batch_size), batch_size)

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns each sample's mean squared reconstruction error, shape `(n,)`: high means unusual."""
        x = self.scored("x", x)
        reconstruction = self.reconstruct(x, batch_size)
        starts = range(0, len(reconstruction), batch_size)
        return np.concatenate(
            [
                np.zeros(0, "float32"),
                *(
                    self.kind.error(self._batch_of(x, i, batch_size), reconstruction[i : i + batch_size]).numpy()
                    for i in starts
                ),
            ]
        )

    def _batch_of(self, values: Numbers, start: int, count: int) -> np.ndarray:
        """Returns so many samples, from `start` on, as the model computes with them: dense, in float32."""
        return self.numbers(containers.dense(values[start : start + count]))

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
        values: Numbers,
        batch_size: int,
        input_shape: tuple[int | None, ...] | None = None,
        *beside: np.ndarray,
    ) -> np.ndarray:
        """Applies a part to samples, or codes, and to what lies beside each of them, in batches."""
        expected = tuple((input_shape or part.input_shape)[1:])
        call = (lambda *parts: part(list(parts), training=False)) if beside else compiled(part, expected)

        def at(start: int) -> np.ndarray:
            rows = self._batch_of(values, start, batch_size)
            return np.asarray(call(rows, *(array[start : start + batch_size] for array in beside)), "float32")

        if not values.shape[0]:
            nothing = [np.zeros((1, *values.shape[1:]), "float32"), *(np.zeros(1, array.dtype) for array in beside)]
            return np.asarray(call(*nothing), "float32")[:0]
        return np.concatenate([at(start) for start in range(0, values.shape[0], batch_size)])
