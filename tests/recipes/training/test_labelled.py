"""Samples with labels in batches: each with its own, in an order that the seed and the epoch give."""

import numpy as np
import tensorflow as tf

from recipes.training import labelled

X = np.arange(10, dtype="float32")[:, None]


def test_each_sample_keeps_its_label_in_an_order_that_is_known():
    epoch = tf.Variable(0, dtype=tf.int64)
    batches = labelled.training(X, np.arange(10) * 2, 4, seed=0)(epoch)
    first, again = ([[part.numpy() for part in batch] for batch in batches] for _ in range(2))
    assert [len(x) for x, _ in first] == [4, 4, 2]
    for (x, labels), (same, _) in zip(first, again, strict=True):
        np.testing.assert_array_equal(labels, 2 * x[:, 0])
        np.testing.assert_array_equal(x, same)
    epoch.assign(1)
    others = np.concatenate([x.numpy() for x, _ in batches])
    assert sorted(others[:, 0]) == sorted(X[:, 0])
    assert not np.array_equal(others, np.concatenate([x for x, _ in first]))


def test_validation_keeps_its_order():
    ((x, labels),) = labelled.validation(X, np.arange(10)).as_numpy_iterator()
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(labels, np.arange(10))
