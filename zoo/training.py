"""Keras's doors: `fit`, `evaluate`, `predict` and their like, each with a look at what comes in.

Whatever people keep numbers in is brought to one form and checked; steps are taken on numbers in float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import keras
import tensorflow as tf
from keras import ops

from zoo import arrays, checks, epochs
from zoo.given import Given, checked, refuse_class_weight
from zoo.ops import keras_internals, weighing
from zoo.streams import answers
from zoo.taking import Taking

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


class Training(Taking):
    """What an `Autoencoder` is trained and measured by; `checked` knows what it asks of one."""

    train_function: Any
    test_function: Any
    frozen_in_training: tuple[bool, ...] = ()

    def fit(self, x: Any = None, y: Any = None, **arguments: Any) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; without `y` the target is `x`, weighed if weights are given.

        Args:
            x: Samples, shape `(n, *input_shape)`: an array, a tensor, a DataFrame, a list, a sparse matrix; or batches:
                a `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator.
            y: Targets, likewise, if they are others than `x`.
            **arguments: Keras's own, but for `class_weight`.

        Returns:
            The history.

        Raises:
            UsageError: If samples, targets or weights are not what the model takes, or if `adapt` must see all samples
                before batches come. What comes in batches is looked at batch by batch.
        """
        data, arguments = arrays.of_training(_whole(self), x, y, arguments)
        with answers(data, arguments.get("validation_data")):
            return super().fit(data, **arguments)

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, **arguments: Any) -> Any:
        """Measures as `keras.Model.evaluate` does; without `y` the target is `x`.

        Raises:
            UsageError: As `fit` does.
        """
        data, arguments = arrays.of_evaluation(_whole(self), x, y, {**arguments, "batch_size": batch_size})
        with answers(data):
            return super().evaluate(data, **arguments)

    def predict(self, x: Any, *arguments: Any, **named: Any) -> Any:
        """Returns what the model makes of samples, as `keras.Model.predict` does.

        Raises:
            UsageError: If they are not what the model takes.
        """
        data = arrays.of_prediction(_whole(self), x)
        with answers(data):
            return super().predict(data, *arguments, **named)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Takes a step, as `keras.Model.train_on_batch` does, after `fit`'s look at the batch."""
        refuse_class_weight(class_weight)
        data = checked(_whole(self), Given(x, y, sample_weight)).dense()
        return super().train_on_batch(*data, return_dict=return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Measures, as `keras.Model.test_on_batch` does, after `fit`'s look at the batch."""
        data = checked(_whole(self), Given(x, y, sample_weight)).dense()
        return super().test_on_batch(*data, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns what the model makes of a batch, as `keras.Model.predict_on_batch` does, after a look at it."""
        return super().predict_on_batch(_whole(self).readable("x", x))

    def batch(self, data: Any, training: bool) -> tuple[Any, Any, Any]:
        """Returns what a step is taken on, in float32: samples, targets, weights `(batch,)`; None where there are none.

        Args:
            data: What Keras hands to `train_step`.
            training: Whether the step trains.
        """
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        weight = None if weight is None else ops.reshape(ops.cast(weight, "float32"), (-1,))
        return self.numbers(x), None if y is None else self.numbers(y), weight

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Takes a step on a batch."""
        batch = self.batch(data, training=True)
        with weighing.by(batch[2]):
            return super().train_step(batch)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Measures a batch."""
        batch = self.batch(data, training=False)
        with weighing.by(batch[2]):
            return super().test_step(batch)

    def predict_step(self, data: Any) -> tf.Tensor:
        """Returns what the model makes of a batch."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return super().predict_step((self.read(x),))

    def read(self, x: Any) -> Any:
        """Returns what `call` takes of a batch."""
        return self.numbers(x)

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
            if self.optimizer and not self.optimizer.built:
                with self.distribute_strategy.scope():  # where several devices share it
                    self.optimizer.build(self.trainable_variables)  # in the first step it would have it traced twice
            super().make_train_function(force=True)
            self.train_function = epochs.stepper(self, self.train_step, self.train_function)
            self.frozen_in_training = frozen

    def make_test_function(self, force: bool = False) -> None:
        """Makes what takes steps of `evaluate`, likewise."""
        if self.test_function is None or force:
            super().make_test_function(force)
            self.test_function = epochs.stepper(self, self.test_step, self.test_function)


def _whole(model: Training) -> Autoencoder:
    return cast("Autoencoder", model)
