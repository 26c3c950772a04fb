"""Each position has a vector of its own, the same for all samples."""

import numpy as np

from zoo.layers.position_embedding import PositionEmbedding


def test_what_is_added_depends_on_the_position_alone():
    tokens = np.random.default_rng(0).normal(size=(4, 3, 8)).astype("float32")
    layer = PositionEmbedding(seed=0)
    added = layer(tokens).numpy() - tokens
    np.testing.assert_allclose(added, np.repeat(layer.vectors.numpy()[None], 4, axis=0), atol=1e-6)
    assert np.abs(added[0, 0] - added[0, 1]).max() > 0.01


def test_the_seed_gives_the_vectors():
    first, again, other = (PositionEmbedding(seed=seed) for seed in (1, 1, 2))
    for layer in (first, again, other):
        layer.build((None, 3, 8))
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert not np.array_equal(first.vectors, other.vectors)
