"""Keras's recurrent layers, whose loops other formats can be given too."""

from __future__ import annotations

from typing import Any

import keras

from zoo.ops import looping
from zoo.ops.plain import has_lists


class Looping(keras.layers.RNN):
    """Runs a layer's cell in a loop without lists where the graph is made for a format that has none.

    Elsewhere Keras's own is better: ONNX has operations for whole layers, by which the converter replaces it.
    """

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Returns the last output, all outputs and the last states, as Keras asks a recurrent layer for them."""
        if has_lists() or mask is not None:
            return super().inner_loop(sequences, initial_state, mask, training)
        return looping.run(
            self.cell,
            sequences,
            initial_state,
            self.units,
            backwards=self.go_backwards,
            keeps=self.return_sequences,
        )


@keras.saving.register_keras_serializable("zoo")
class GRU(Looping, keras.layers.GRU):
    """`keras.layers.GRU`."""


@keras.saving.register_keras_serializable("zoo")
class LSTM(Looping, keras.layers.LSTM):
    """`keras.layers.LSTM`."""
