"""The drawn ratings, and the benchmark on a matrix so small that its times mean nothing."""

import numpy as np
import pytest

from benchmarks import ratings_scale
from benchmarks.ratings_scale import Config, draw


def test_the_matrix_is_as_asked_and_heavy_tailed():
    x = draw(users=3000, films=800, ratings=90_000, seed=0)
    assert x.shape == (3000, 800)
    assert x.nnz == 90_000
    assert x.has_canonical_format, "no pair twice"
    assert set(np.unique(x.data)) <= set(np.arange(0.5, 5.5, 0.5))
    by_user, by_film = np.diff(x.indptr), np.bincount(x.indices, minlength=800)
    assert np.median(by_user) < 0.7 * by_user.mean()
    assert by_user.max() > 5 * by_user.mean()
    assert np.sort(by_film)[-80:].sum() > 0.5 * x.nnz, "a tenth of the films has most ratings"
    np.testing.assert_array_equal(draw(3000, 800, 90_000, seed=0).indices, x.indices)


def test_ratings_have_a_low_rank_to_be_learnt():
    x = draw(users=300, films=200, ratings=15_000, seed=1)
    rows = np.repeat(np.arange(300), np.diff(x.indptr))
    biases = np.bincount(rows, x.data) / np.bincount(rows)
    assert np.var(x.data - biases[rows]) < 0.9 * np.var(x.data)


def test_shares_are_whole_and_bounded():
    np.testing.assert_array_equal(ratings_scale._shares(np.array([1.0, 1.0, 2.0]), 8, 100), [2, 2, 4])
    np.testing.assert_array_equal(ratings_scale._shares(np.array([1.0, 1.0, 8.0]), 10, 4), [3, 3, 4])


def test_a_share_keeps_the_rows():
    x = draw(users=50, films=40, ratings=400, seed=0)
    kept = np.random.default_rng(0).random(400) < 0.5
    entries = x.tocoo()
    expected = np.zeros(x.shape, "float32")
    expected[entries.row[kept], entries.col[kept]] = entries.data[kept]
    np.testing.assert_array_equal(ratings_scale._thinned(x, kept).toarray(), expected)


@pytest.mark.slow
def test_both_paths_train_alike(tmp_path):
    record = ratings_scale.run(
        Config(users=40, films=30, ratings=300, latent_dim=4, batch_size=16, steps=2, out=tmp_path / "scale.json")
    )
    assert record["relative_difference_of_losses"] < 1e-5
    assert [len(seconds) for seconds in record["seconds"].values()] == [2, 2]
    assert record["ratio"] > 0
    assert record["peak_bytes"] > 1e8
    few, half, every = map(int, record["seconds_an_epoch_by_ratings"])
    assert few < half < every == 300
