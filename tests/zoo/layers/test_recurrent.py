"""Loops without lists: what Keras's own recurrent layers give, of operations that other formats have."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.layers.recurrent import GRU, LSTM
from zoo.ops.plain import plainly

X = np.random.default_rng(0).normal(size=(3, 7, 2)).astype("float32")


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize(("ours", "theirs"), [(GRU, keras.layers.GRU), (LSTM, keras.layers.LSTM)])
def test_a_loop_without_lists_gives_what_keras_gives(ours, theirs, go_backwards, return_sequences):
    options = {"go_backwards": go_backwards, "return_sequences": return_sequences}
    layer, other = ours(4, **options), theirs(4, **options)
    layer.build(X.shape)
    other.build(X.shape)
    other.set_weights(layer.get_weights())
    found = {}
    for lists in (True, False):
        with plainly(lists=lists):
            function = tf.function(layer, input_signature=[tf.TensorSpec((None, 7, 2))], autograph=False)
            graph = function.get_concrete_function().graph.as_graph_def()
        operations = {node.op for each in (graph, *graph.library.function) for node in getattr(each, "node_def", ())}
        assert any(name.startswith("TensorList") for name in operations) == lists
        found[lists] = function(X).numpy()
    np.testing.assert_allclose(found[False], other(X), atol=1e-6)
    np.testing.assert_array_equal(found[True], other(X))
