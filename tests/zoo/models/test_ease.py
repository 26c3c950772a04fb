"""EASE in closed form, against its definition."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

import zoo

# Two tastes: films 0 to 2 and films 3 to 5; the first three people each lack a film of theirs.
TASTES = np.array(
    [[0, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0]] + 4 * [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]],
    "float32",
)
X = (np.random.default_rng(0).random((40, 7)) < 0.4).astype("float32")


def fitted(x=X, **hyperparameters):
    model = zoo.build("ease", (x.shape[1],), **{"l2": 2.0, **hyperparameters})
    model.fit(x, verbose=0)
    return model


def weights(model) -> np.ndarray:
    return model.decoder.get_layer("likes").kernel.numpy()


def column_by_column(x: np.ndarray, penalties: np.ndarray) -> np.ndarray:
    """Predicts each film from the others alone, by ridge regression: a weight that is 0 is a film left out."""
    found = np.zeros((x.shape[1], x.shape[1]))
    for j in range(x.shape[1]):
        others = np.arange(x.shape[1]) != j
        a = x[:, others].astype("float64")
        found[others, j] = np.linalg.solve(a.T @ a + np.diag(penalties[others]), a.T @ x[:, j])
    return found


def test_two_films_by_hand():
    # Three like both, one the first alone, with l2 = 1. The first from the second: (sum x1 x2) / (sum x2 x2 + 1)
    # = 3 / (3 + 1); the second from the first: 3 / (4 + 1).
    model = fitted(np.array([[1, 1], [1, 1], [1, 1], [1, 0]], "float32"), l2=1.0)
    np.testing.assert_allclose(weights(model), [[0, 3 / 5], [3 / 4, 0]], rtol=1e-6)
    np.testing.assert_allclose(model.reconstruct(np.array([[0.0, 1.0], [1.0, 0.0]])), [[3 / 4, 0], [0, 3 / 5]])


@settings(deadline=None, max_examples=20)
@given(arrays("float32", (9, 4), elements=st.sampled_from([0.0, 1.0])), st.floats(0.5, 100))
def test_it_is_least_squares_of_each_film_on_the_others(x, l2):
    found = weights(fitted(x, l2=l2))
    np.testing.assert_allclose(found, column_by_column(x, np.full(4, l2)), atol=1e-5)
    assert (np.diag(found) == 0).all()


def test_dropout_adds_to_the_penalty_of_each_film_by_its_likes():
    # What is dropped with p = 0.75 counts 0.75 / 0.25 = 3 times.
    expected = column_by_column(X, 2.0 + 3 * X.sum(axis=0))
    np.testing.assert_allclose(weights(fitted(dropout=0.75)), expected, atol=1e-6)


def test_dropout_is_the_average_over_inputs_with_a_share_dropped():
    # Many copies with half of the input dropped and the rest doubled; the target stays whole.
    rng = np.random.default_rng(1)
    copies = 20_000
    target = np.tile(X, (copies // len(X), 1))
    dropped = 2 * target * (rng.random(target.shape) < 0.5)
    a, l2 = dropped[:, 1:], 2.0 * copies / len(X)
    expected = np.linalg.solve(a.T @ a + l2 * np.eye(6), a.T @ target[:, 0])
    np.testing.assert_allclose(weights(fitted(dropout=0.5))[1:, 0], expected, atol=0.02)


def test_people_weigh_in_with_a_power_of_their_likes():
    # With power 1 a person's squared errors are divided by the number of likes, and all are then scaled back so that
    # the likes weigh as much in total.
    likes = X.sum(axis=1)
    weight = np.divide(1, likes, out=np.zeros(40), where=likes > 0)
    weight *= likes.sum() / (weight * likes).sum()
    expected = column_by_column(X * np.sqrt(weight)[:, None], np.full(7, 2.0))
    np.testing.assert_allclose(weights(fitted(activity_power=1.0)), expected, atol=1e-6)


def test_predictions_are_divided_by_a_power_of_popularity():
    popularity = X.sum(axis=0) / X.sum(axis=0).mean()
    plain = fitted().reconstruct(X)
    np.testing.assert_allclose(fitted(popularity_power=0.5).reconstruct(X), plain / np.sqrt(popularity), rtol=1e-4)


@pytest.mark.parametrize("hyperparameters", [{}, {"dropout": 0.5, "activity_power": 0.5, "popularity_power": 0.2}])
def test_sparse_rows_give_what_dense_ones_give(hyperparameters):
    dense, from_csr = fitted(X, **hyperparameters), fitted(sparse.csr_array(X), **hyperparameters)
    np.testing.assert_array_equal(weights(from_csr), weights(dense))


def test_it_recommends_the_film_that_is_lacking():
    model = fitted(TASTES)
    scores = np.where(TASTES > 0, -np.inf, model.reconstruct(TASTES))
    assert scores[:3].argmax(axis=1).tolist() == [0, 1, 5]


def test_the_history_is_one_epoch_of_the_error_that_evaluate_finds():
    model = zoo.build("ease", (7,), l2=2.0)
    history = model.fit(
        sparse.csr_array(X[:30]), validation_data=(X[30:], None), epochs=7, batch_size=3, verbose=0
    ).history
    assert {name: len(values) for name, values in history.items()} == {"loss": 1, "val_loss": 1}
    by_hand = np.square(X[:30] - X[:30] @ weights(model)).mean()
    assert history["loss"][0] == pytest.approx(by_hand, rel=1e-5)
    assert model.evaluate(X[:30], verbose=0) == pytest.approx(history["loss"][0], rel=1e-5)
    assert model.evaluate(X[30:], verbose=0) == pytest.approx(history["val_loss"][0], rel=1e-5)
    assert model.score(X[30:]).mean() == pytest.approx(history["val_loss"][0], rel=1e-5)


def test_the_code_is_the_row_itself():
    model = fitted()
    np.testing.assert_array_equal(model.encode(X), X)
    np.testing.assert_allclose(model.decode(X), X @ weights(model), atol=1e-6)


def test_films_and_people_without_likes_bring_no_nan():
    x = X.copy()
    x[:, 2] = 0
    x[5] = 0
    model = fitted(x, dropout=0.5, activity_power=1.0, popularity_power=0.5)
    assert np.isfinite(weights(model)).all()
    assert not model.reconstruct(x)[5].any()


def test_it_is_the_same_after_a_reload(tmp_path):
    options = {"l2": 3.0, "dropout": 0.25, "activity_power": 0.5, "popularity_power": 0.2}
    model = fitted(**options)
    model.save(tmp_path / "ease.keras")
    again = keras.saving.load_model(tmp_path / "ease.keras")
    assert {name: getattr(again, name) for name in options} == options
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    again.fit(X[:20])
    model.fit(X[:20])
    np.testing.assert_array_equal(weights(again), weights(model))


@pytest.mark.parametrize(
    ("shape", "hyperparameters", "message"),
    [
        ((3, 4), {}, "input_shape must be a tuple of one number, that of the columns"),
        ((3,), {"l2": 0.0}, "l2 must be a number above 0"),
        ((3,), {"dropout": 1.0}, "dropout must be a number of at least 0 and below 1"),
        ((3,), {"popularity_power": -1.0}, "popularity_power must be a number of at least 0"),
    ],
)
def test_bad_arguments_say_what_was_expected(shape, hyperparameters, message):
    with pytest.raises(zoo.UsageError, match=message):
        zoo.build("ease", shape, **hyperparameters)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (X[:, :3], r"x must have the shape \(n, 7\). Received: shape \(40, 3\)"),
        (X[:0], "x must have at least one sample"),
        (-X, "x must be 0 where there is no like, and above 0 where there is one. Received: x=-1.0"),
        (np.where(X > 0, np.nan, 0), "x must be finite"),
    ],
)
def test_bad_data_say_what_was_expected(x, message):
    model = zoo.build("ease", (7,))
    for form in (np.asarray, sparse.csr_array):
        with pytest.raises(zoo.UsageError, match=message):
            model.fit(form(x))


def test_another_target_is_refused():
    with pytest.raises(zoo.UsageError, match="y must be None, since ease predicts x from x"):
        zoo.build("ease", (7,)).fit(X, X)
