"""The one class that users meet: an encoder, a decoder, and what people do with the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.layers.transposed_dense import TransposedDense
from zoo.losses.fused_cross_entropy import FusedCrossEntropy
from zoo.optimizers.fused_adam import FusedAdam

# What a model's outputs are, and the loss that belongs to them; those without have one of their own.
OUTPUTS = {
    "pixels": FusedCrossEntropy,
    "real": keras.losses.MeanSquaredError,
    "ratings": None,
    "likes": None,
    "pictures": None,
}


class Endpoint(NamedTuple):
    """One thing that an exported model does.

    Attributes:
        call: Takes the inputs in order; returns a dictionary of named tensors.
        inputs: The named specs of the inputs.
        examples: By name, what golden outputs are made from for inputs other than `x` and `code`.
    """

    call: Callable[..., dict[str, tf.Tensor]]
    inputs: tuple[tf.TensorSpec, ...]
    examples: Mapping[str, Any] = MappingProxyType({})

    def outputs(self) -> dict[str, tf.TensorSpec]:
        """Returns the shape and type of each output, with None for the batch."""
        concrete = tf.function(self.call, input_signature=self.inputs, autograph=False).get_concrete_function()
        return {name: tf.TensorSpec(t.shape, t.dtype) for name, t in concrete.structured_outputs.items()}


@keras.saving.register_keras_serializable("zoo")
class Autoencoder(keras.Model):
    """An encoder and a decoder, trained so that `decoder(encoder(x))` is close to the target.

    The target of `fit(x)` is `x`; `fit(noisy, clean)` gives another.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, *code_shape)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        output: What the data are: "pixels" in [0, 1], with binary cross-entropy as the loss (nats, mean over
            pixels); or "real" numbers, with mean squared error.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        name: str | None = None,
    ) -> None:
        checks.choice("output", output, OUTPUTS)
        super().__init__(name=name)
        self.encoder = encoder
        self.decoder = decoder
        self.output_kind = output
        for layer in decoder.layers:
            if isinstance(layer, TransposedDense):
                layer.tie(encoder)
        self.build((None, *encoder.input_shape[1:]))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing is left to build: encoder and decoder come built, and a reload finds the optimizer's state."""
        self.built = True

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, shape `(batch, *input_shape)`."""
        return self.decoder(self.encoder(x, training=training), training=training)

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs: encoder and decoder, serialised, and the kind of output."""
        return {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "output": self.output_kind,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the model again from `get_config`'s dictionary."""
        parts = {key: keras.saving.deserialize_keras_object(config[key]) for key in ("encoder", "decoder")}
        return cls(**{**config, **parts})

    def compile_default(self, learning_rate: float) -> Self:
        """Compiles with Adam and the loss that belongs to the output, and returns the model."""
        loss = OUTPUTS[self.output_kind]
        self.compile(optimizer=FusedAdam(learning_rate), loss=loss and loss())
        return self

    def fit(self, x: Any = None, y: Any = None, **arguments: Any) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; without `y` the target is `x`.

        Raises:
            UsageError: If the targets, given as an array, do not fit the decoder's range.
        """
        target = x if y is None else y
        if isinstance(target, np.ndarray):
            self.check_values("y" if y is not None else "x", target)
        return super().fit(x, y, **arguments)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the compiled loss plus what layers added, with `x` as the target where there is no `y`."""
        return super().compute_loss(x, x if y is None else y, y_pred, sample_weight, training)

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
        error = np.square(self.reconstruct(x, batch_size) - x)
        return error.mean(axis=tuple(range(1, x.ndim)))

    def check_values(self, name: str, values: np.ndarray) -> None:
        """Raises `UsageError` if there are NaNs, pixels outside [0, 1], or likes below 0; bytes are pictures."""
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
        received = f"Received: values from {low:g} to {high:g}."
        if not np.isfinite([low, high]).all():
            raise checks.UsageError(f"{name} must be finite. {received} Clean the data first.")
        if self.output_kind == "pixels" and (low < 0 or high > 1):
            raise checks.UsageError(
                f"{name} must lie in [0, 1] for output='pixels'. {received} "
                "Scale the data (raw pixels: divide by 255), or build the model with output='real'."
            )
        if self.output_kind == "pictures" and values.dtype != np.uint8 and (low < 0 or high > 1):
            raise checks.UsageError(f"{name} must lie in [0, 1], or be bytes (uint8). {received} Divide by 255.")
        if self.output_kind == "likes":
            checks.check(low >= 0, name, "0 where there is no like, and above 0 where there is one", low)

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers, by name; inputs and outputs are raw, from 0 to `pixel_max`.

        `score` is the mean squared error of values scaled to the range that the model was trained on.
        """

        def reconstruct(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self(x / pixel_max, training=False) * pixel_max}

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"code": self.encoder(x / pixel_max, training=False)}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": self.decoder(code, training=False) * pixel_max}

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            x = x / pixel_max
            error = tf.square(self(x, training=False) - x)
            return {"score": tf.reduce_mean(error, axis=list(range(1, len(x.shape))))}

        x = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="x")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        return {
            "serving_default": Endpoint(reconstruct, (x,)),
            "encode": Endpoint(encode, (x,)),
            "decode": Endpoint(decode, (code,)),
            "score": Endpoint(score, (x,)),
        }

    def _apply(
        self, part: Any, name: str, values: Any, batch_size: int, input_shape: tuple[int | None, ...] | None = None
    ) -> np.ndarray:
        expected = (input_shape or part.input_shape)[1:]
        values = np.asarray(values, "float32")
        fits = [size in (None, given) for size, given in zip(expected, values.shape[1:], strict=False)]
        if values.ndim != 1 + len(expected) or not all(fits):
            raise checks.UsageError(
                f"{name} must have the shape (n, {', '.join(str(size or 'any') for size in expected)}). "
                f"Received: shape {values.shape}. For one sample, write {name}[None]."
            )
        if not len(values):
            return np.asarray(part(np.zeros((1, *values.shape[1:]), "float32"), training=False))[:0]
        batches = (values[start : start + batch_size] for start in range(0, len(values), batch_size))
        return np.concatenate([np.asarray(part(batch, training=False)) for batch in batches])
