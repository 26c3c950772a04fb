"""What is peculiar to the autoencoder of ratings, against arithmetic."""

import functools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import zoo

RNG = np.random.default_rng(0)
X = np.where(RNG.random((24, 6)) < 0.5, RNG.integers(1, 11, (24, 6)) / 2, 0).astype("float32")
X[5] = 0  # a row without ratings
STILL = {"input_dropout": 0.0, "code_dropout": 0.0}  # nothing random in training

# Two rows of three ratings, with mean 3.
TINY = np.array([[4, 0, 2], [0, 3, 0]], "float32")
# With h = (r - 3) / 2 . (1, 2, 3) + 0.5, the codes are 0.5 - 1.5 + 0.5 = -0.5 and 0.5, and r' = (2, 0, -2) h + 3 +
# (0.1, 0.2, 0.3); two ratings are typical, so that the first row's weigh what they are.
PREDICTED = np.array([[2.1, 3.2, 4.3], [4.1, 3.2, 2.3]])
SQUARES = (4 - 2.1) ** 2 + (2 - 4.3) ** 2 + (3 - 3.2) ** 2


def small(columns=6, **hyperparameters):
    return zoo.build("autorec", (columns,), **{"latent_dim": 3, "seed": 0, **STILL, **hyperparameters})


def tiny(**hyperparameters):
    options = {"latent_dim": 1, "activation": "linear", "mask_channel": False, "residual": False, "scale": (1.0, 5.0)}
    model = small(3, **options, **hyperparameters).adapt(TINY)
    first, last = model.encoder.get_layer("first"), model.head
    first.typical.assign(2.0)
    first.kernel.assign([[1.0], [2.0], [3.0]])
    first.bias.assign([0.5])
    last.kernel.assign([[2.0], [0.0], [-2.0]])
    last.bias.assign([0.1, 0.2, 0.3])
    return model


def evaluated(model, x=X, **arguments) -> dict[str, float]:
    return model.evaluate(x, verbose=0, return_dict=True, **arguments)


def with_gradients(model, x, y=None):
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x, y)
    return float(loss), [gradient.numpy() for gradient in tape.gradient(loss, model.trainable_variables)]


def batches(x, size, form=tf.sparse.from_dense):
    return tf.data.Dataset.from_tensor_slices(form(x)).batch(size)


def test_the_loss_by_hand():
    model = tiny(l2=10.0, encoder_l2=1.0)
    np.testing.assert_allclose(model.reconstruct(TINY), PREDICTED, rtol=1e-6)
    found = evaluated(model, TINY)
    # Of the two rows; the kernels' squares are 2^2 + 2^2 and 1^2 + 2^2 + 3^2.
    assert found["loss"] == pytest.approx((SQUARES + 10 * 8 + 1 * 14) / 2, rel=1e-6)
    assert found["rmse"] == pytest.approx(np.sqrt(SQUARES / 3), rel=1e-6)


def test_the_penalty_is_divided_by_all_rows_and_not_by_the_batchs():
    model = tiny(l2=10.0, encoder_l2=0.0)
    second = TINY[1:]
    assert evaluated(model, second)["loss"] == pytest.approx(0.2**2 + 10 * 8 / 2, rel=1e-5)


def test_the_encoders_penalty_is_on_all_its_kernels():
    options = {"l2": 0.0, "hidden_units": (4,)}
    model, without = small(encoder_l2=7.0, **options).adapt(X), small(encoder_l2=0.0, **options).adapt(X)
    first, (second,) = model.first, model.hidden
    kernels = [first.kernel, first.mask_kernel, second.kernel]
    assert [kernel.shape for kernel in kernels] == [(6, 4), (6, 4), (4, 3)]
    squares = sum(np.square(kernel).sum() for kernel in kernels)
    difference = evaluated(model)["loss"] - evaluated(without)["loss"]
    assert difference == pytest.approx(7 * squares / 24, rel=1e-4)


def test_the_loss_is_of_what_is_predicted_and_the_error_in_stars_of_what_is_on_the_scale():
    model = tiny(l2=0.0, encoder_l2=0.0)
    model.head.bias.assign([10.0, 0.2, 0.3])  # 12 stars for the first rating, of 4, and 5 at most on the scale
    np.testing.assert_allclose(model.reconstruct(TINY)[0], [5, 3.2, 4.3], rtol=1e-6)
    found = evaluated(model, TINY)
    others = (2 - 4.3) ** 2 + (3 - 3.2) ** 2
    assert found["loss"] == pytest.approx(((12 - 4) ** 2 + others) / 2, rel=1e-6)
    assert found["rmse"] == pytest.approx(np.sqrt(((5 - 4) ** 2 + others) / 3), rel=1e-6)


@pytest.mark.parametrize("residual", [True, False])
def test_what_is_unrated_has_no_influence_whether_0_or_nan(residual):
    model = small(residual=residual).adapt(X)
    mixed = np.where(X > 0, X, np.where(np.arange(6) % 2, np.nan, 0)).astype("float32")
    loss, gradients = with_gradients(model, tf.constant(X))
    for x, y in ((mixed, None), (mixed, X), (X, mixed)):
        again, others = with_gradients(model, tf.constant(x), None if y is None else tf.constant(y))
        assert again == loss
        for ours, theirs in zip(others, gradients, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(model.reconstruct(mixed), model.reconstruct(X))
    np.testing.assert_array_equal(model.score(mixed), model.score(X))
    other = small(residual=residual).adapt(mixed)
    assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), other.get_weights(), strict=True))


def test_the_target_may_be_another_than_the_input():
    model = tiny(l2=0.0, encoder_l2=0.0)
    target = np.array([[0, 4.2, 0], [0, 0, 0]], "float32")
    assert evaluated(model, TINY, y=target)["loss"] == pytest.approx((4.2 - 3.2) ** 2 / 2, rel=1e-5)
    pairs = tf.data.Dataset.from_tensor_slices(tuple(map(tf.sparse.from_dense, (TINY, target)))).batch(2)
    assert evaluated(model, pairs)["loss"] == pytest.approx((4.2 - 3.2) ** 2 / 2, rel=1e-5)


@pytest.mark.parametrize("damping", [2.0, 5.0, 20.0])
def test_damped_biases_are_least_squares_with_as_many_more_ratings_of_bias_0(damping):
    rows, columns = np.nonzero(X)
    excess = X[rows, columns] - X[X > 0].mean()
    design = np.zeros((len(rows) + 30, 30))  # 24 rows and 6 columns; below, one line for the damping of each
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), 24 + columns] = 1
    design[len(rows) :] = np.sqrt(damping) * np.eye(30)
    expected = np.linalg.lstsq(design, np.concatenate([excess, np.zeros(30)]), rcond=None)[0]
    model = small(damping=damping).adapt(X)
    assert float(model.row_bias.mean) == float(model.first.mean) == pytest.approx(X[X > 0].mean())
    np.testing.assert_allclose(model.row_bias.columns, expected[24:], atol=1e-5)
    np.testing.assert_allclose(model.head.base, X[X > 0].mean() + expected[24:], atol=1e-5)
    np.testing.assert_allclose(model.encode(X)[:, -1], expected[:24], atol=1e-5)
    assert float(model.rows) == 24
    assert float(model.first.typical) == pytest.approx(2 * (X > 0).sum() / 24)


def test_rows_without_any_rating_tell_nothing():
    with pytest.raises(zoo.UsageError, match=r"x must be rows with at least one rating\. Received: x='2 empty rows'"):
        small().adapt(np.full((2, 6), np.nan))


def test_the_first_fit_adapts_and_later_ones_go_on_with_the_same_biases():
    model = small().adapt(X)
    base = model.head.base.numpy()
    model.fit(X[:3], epochs=1, verbose=0)
    np.testing.assert_array_equal(model.head.base, base)
    assert float(model.rows) == 24


def test_a_sparse_table_is_adapted_to_as_a_dense_one():
    dense, from_csr = small().adapt(X), small().adapt(sparse.csr_array(X))
    assert all(np.array_equal(*pair) for pair in zip(dense.get_weights(), from_csr.get_weights(), strict=True))


def test_residual_predictions_are_added_to_biases():
    model = small().adapt(X)
    last = model.head
    last.bias.assign(np.linspace(-0.3, 0.3, 6))
    codes = model.encode(X)
    explained = codes[:, :-1] @ last.kernel.numpy().T + last.bias.numpy()
    expected = explained + last.base.numpy() + codes[:, -1:]
    np.testing.assert_allclose(model.reconstruct(X), np.clip(expected, 0.5, 5), rtol=1e-5)
    assert codes[5, -1] == 0  # without ratings no bias: base and bias are what is left if the code counts for nothing
    last.kernel.assign(tf.zeros_like(last.kernel))
    np.testing.assert_allclose(model.reconstruct(X)[5], last.base.numpy() + last.bias.numpy(), rtol=1e-6)


def test_without_residual_the_mean_is_all_that_is_added():
    model = small(residual=False).adapt(X)
    assert model.encode(X).shape == (24, 3)
    np.testing.assert_allclose(model.head.base, np.full(6, X[X > 0].mean()), rtol=1e-6)


@functools.cache
def known(columns, residual, mask_channel, hidden_units):
    model = small(columns, residual=residual, mask_channel=mask_channel, hidden_units=hidden_units)
    rng = np.random.default_rng(columns)
    return model.adapt(np.where(rng.random((50, columns)) < 0.5, rng.integers(1, 11, (50, columns)) / 2, 0))


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from([(1, True, True, ()), (7, True, True, ()), (7, False, False, (4,)), (40, True, False, (5, 4))]),
    st.integers(1, 20),
    st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_sparse_rows_have_the_loss_and_the_gradients_of_dense_ones(kind, rows, density, seed):
    model, rng = known(*kind), np.random.default_rng(seed)
    x = np.where(rng.random((rows, kind[0])) < density, rng.integers(1, 11, (rows, kind[0])) / 2, 0).astype("float32")
    loss, gradients = with_gradients(model, tf.constant(x))
    again, others = with_gradients(model, tf.sparse.from_dense(x))
    assert again == pytest.approx(loss, rel=1e-5)
    for ours, theirs in zip(others, gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * max(1e-3, np.abs(theirs).max()))
    np.testing.assert_allclose(model(tf.sparse.from_dense(x)), model(x), rtol=1e-5)


def test_batches_of_sparse_rows_train_to_the_weights_of_dense_ones():
    trained, histories = [], []
    for form in (tf.constant, tf.sparse.from_dense):
        model = small(code_dropout=0.3).adapt(X)
        model.compile(keras.optimizers.SGD(0.01))  # Adam's steps are as long where the gradient is all but rounding
        data = batches(X, 7, form)
        histories.append(model.fit(data, epochs=2, validation_data=data, shuffle=False, verbose=0).history)
        trained.append(model.get_weights())
    assert histories[1]["loss"] == pytest.approx(histories[0]["loss"], rel=1e-5)
    assert histories[1]["val_rmse"] == pytest.approx(histories[0]["val_rmse"], rel=1e-5)
    for ours, theirs in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("form", [tf.constant, tf.sparse.from_dense])
def test_the_loss_is_the_same_for_any_batch_size(form):
    model = small(rate=0.1).adapt(X)
    whole = evaluated(model, batch_size=24)
    for size in (1, 7):
        assert evaluated(model, batches(X, size, form)) == pytest.approx(whole, rel=1e-5)


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo

rng = np.random.default_rng(0)
x = np.where(rng.random((32, 12)) < 0.5, rng.integers(1, 11, (32, 12)) / 2, 0).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
options = {"latent_dim": 3, "input_dropout": 0.0, "code_dropout": 0.0, "rate": 0.1, "seed": 0}
numbers = []
for scope in (tf.distribute.get_strategy().scope, strategy.scope):
    with scope():
        model = zoo.build("autorec", (12,), **options).adapt(x)
    numbers.append(model.evaluate(x, batch_size=32, verbose=0, return_dict=True))
    history = model.fit(x, batch_size=32, epochs=1, shuffle=False, verbose=0).history
    numbers[-1]["fit"] = history["loss"][0]
    numbers[-1]["weights"] = [w.tolist() for w in model.get_weights()]
print(json.dumps(numbers))
"""


@pytest.mark.slow
def test_two_replicas_give_the_loss_and_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    one, two = json.loads(run.stdout.splitlines()[-1])
    for ours, theirs in zip(one.pop("weights"), two.pop("weights"), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert two == pytest.approx(one, rel=1e-5)


def test_a_depth_of_two():
    model = small(hidden_units=(5,), activation="tanh").adapt(X)
    first, (second,) = model.first, model.hidden
    rated = X > 0
    values = np.where(rated, (X - X[rated].mean()) / 2.25, 0)  # half of 5 - 0.5
    typical = 2 * rated.sum() / 24
    root = np.sqrt(typical / np.maximum(1, rated.sum(axis=1, keepdims=True)))
    product = values @ first.kernel.numpy() + rated @ first.mask_kernel.numpy()
    hidden = np.tanh(root * product + first.bias.numpy())
    expected = np.tanh(hidden @ second.kernel.numpy() + second.bias.numpy())
    assert expected.shape == (24, 3)
    np.testing.assert_allclose(model.encode(X)[:, :-1], expected, atol=1e-5)


@pytest.mark.parametrize("form", [tf.constant, tf.sparse.from_dense])
def test_an_error_weighs_more_where_the_rating_was_dropped_and_the_mean_weight_is_1(form):
    x = np.tile(TINY[:1], (4000, 1))
    losses = {}
    for weight in (0.0, 1.0, 2.0):
        model = tiny(l2=0.0, encoder_l2=0.0, input_dropout=0.5, dropped_weight=weight)
        model.first.kernel.assign(np.zeros((3, 1)))  # then h = 0.5, and what is dropped changes no prediction
        keep = model._drawn(form(x))
        assert set(np.unique(keep)) == {0.0, 2.0}
        np.testing.assert_allclose(model._weights(keep), np.where(keep > 0, 2 - weight, weight))
        losses[weight] = float(model.compute_loss(form(x)))
        assert evaluated(model, x)["loss"] == pytest.approx((4 - 4.1) ** 2 + (2 - 2.3) ** 2, rel=1e-4)
    assert losses[1.0] == pytest.approx(0.1**2 + 0.3**2, rel=1e-4)
    assert losses[0.0] == pytest.approx(losses[1.0], rel=0.1)
    assert losses[2.0] == pytest.approx(losses[1.0], rel=0.1)
    assert losses[0.0] != losses[1.0] != losses[2.0]


def test_dropout_acts_in_training_only():
    model = small(input_dropout=0.5, code_dropout=0.5).adapt(X)
    first, again = (float(model.compute_loss(tf.constant(X), training=True)) for _ in range(2))
    assert first != again
    assert evaluated(model) == evaluated(model)
    np.testing.assert_array_equal(model.encode(X), model.encode(X))


def test_a_sparse_code_is_penalised_by_its_magnitudes_and_has_zeros():
    model, without = (small(activation="relu", rate=rate, learning_rate=0.05).adapt(X) for rate in (2.0, 0.0))
    magnitudes = np.abs(model.encode(X)[:, :-1]).sum(axis=1).mean()
    assert magnitudes > 0.1
    assert evaluated(model)["loss"] - evaluated(without)["loss"] == pytest.approx(2 * magnitudes, rel=1e-4)
    model.fit(X, epochs=8, verbose=0)
    assert (model.encode(X)[:, :-1] == 0).mean() > 0.5


def test_the_score_is_the_mean_squared_error_of_what_is_rated():
    x = np.vstack([TINY, np.zeros((1, 3))])
    expected = [((4 - 2.1) ** 2 + (2 - 4.3) ** 2) / 2, (3 - 3.2) ** 2, 0]
    np.testing.assert_allclose(tiny().score(x), expected, rtol=1e-5)


def test_films_in_blocks_of_taste_are_completed_better_than_by_biases():
    rng = np.random.default_rng(1)
    taste, films = rng.normal(size=(200, 2)), rng.normal(size=(2, 30))
    ratings = np.clip(3 + 0.7 * taste @ films, 0.5, 5).astype("float32")
    told = rng.random(ratings.shape) < 0.5
    x = np.where(told, ratings, 0)
    model = small(30, latent_dim=10, l2=0.5, encoder_l2=0.5, input_dropout=0.3, learning_rate=0.01)
    last = model.adapt(x).head
    kernel = last.kernel.numpy()
    errors = []
    for weights, epochs in ((np.zeros_like(kernel), 0), (kernel, 40)):  # biases alone, then all
        last.kernel.assign(weights)
        if epochs:
            model.fit(batches(x, 20, tf.constant), epochs=epochs, shuffle=False, verbose=0)
        errors.append(np.sqrt(np.square(model.reconstruct(x) - ratings)[~told].mean()))
    assert errors[1] < 0.6 * errors[0]


def test_it_is_the_same_after_a_reload_and_trains_on(tmp_path):
    options = {"l2": 3.0, "encoder_l2": 2.0, "damping": 4.0, "input_dropout": 0.5, "dropped_weight": 1.2}
    model = small(scale=(0.5, 6.0), **options)
    model.fit(X, epochs=2, verbose=0)
    model.save(tmp_path / "autorec.keras")
    again = keras.saving.load_model(tmp_path / "autorec.keras")
    assert {name: getattr(again, name) for name in options} == options
    assert (again.lowest, again.highest) == (0.5, 6.0)
    assert evaluated(again) == evaluated(model)
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    for each in (model, again):
        each.input_dropout = 0.0  # Keras does not keep how far the draws have come
        each.fit(batches(X, 8), epochs=1, shuffle=False, verbose=0)
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("form", [tf.constant, tf.sparse.from_dense])
def test_mixed_precision_trains_and_keeps_loss_and_predictions_in_float32(form):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small(hidden_units=(4,)).adapt(X)
        history = model.fit(batches(X, 8, form), epochs=1, shuffle=False, verbose=0).history
        assert np.isfinite(history["loss"]).all()
        assert model.compute_loss(form(X)).dtype == "float32"
        assert model(X).dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


def test_batches_of_rows_that_adapt_has_not_seen_are_refused_in_a_sentence():
    with pytest.raises(zoo.UsageError) as error:
        small().fit(batches(X, 8))
    assert str(error.value).startswith("x must be an array, or batches of rows that adapt has seen. Received: x=")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            (X * 3,),
            "x must hold ratings from 0.5 to 5, and 0 or NaN where there is none. Received: ratings from 1.5 to",
        ),
        ((-X,), "x must hold ratings from 0.5 to 5, and 0 or NaN where there is none. Received: ratings from -5 to"),
        ((X, np.where(X > 0, 0.25, np.nan)), "y must hold ratings from 0.5 to 5, and 0 or NaN where there is none."),
    ],
)
def test_ratings_off_the_scale_are_told(arguments, told):
    with pytest.raises(zoo.UsageError) as error:
        small().fit(*arguments)
    assert str(error.value).startswith(told)
    assert str(error.value).endswith("Build the model with another scale.")


def test_no_ratings_at_all_are_none_off_the_scale():
    small().check_values("x", np.full((2, 6), np.nan))
    small().check_values("x", np.zeros((0, 6)))


@pytest.mark.parametrize(
    ("shape", "hyperparameters", "message"),
    [
        ((3, 4), {}, "input_shape must be a tuple of one number, that of the columns"),
        ((3,), {"latent_dim": 0}, "latent_dim must be an integer of at least 1"),
        ((3,), {"hidden_units": 5}, r"hidden_units must be a tuple of integers"),
        ((3,), {"activation": "rleu"}, "activation must be one of .*Did you mean 'relu'?"),
        ((3,), {"damping": -1.0}, "damping must be a number of at least 0"),
        ((3,), {"l2": -1.0}, "l2 must be a number of at least 0"),
        ((3,), {"encoder_l2": -1.0}, "encoder_l2 must be a number of at least 0"),
        ((3,), {"rate": -1.0}, "rate must be a number of at least 0"),
        ((3,), {"input_dropout": 1.0}, "input_dropout must be a number of at least 0 and below 1"),
        ((3,), {"code_dropout": -0.1}, "code_dropout must be a number of at least 0 and below 1"),
        ((3,), {"dropped_weight": -1.0}, "dropped_weight must be a number of at least 0"),
        (
            (3,),
            {"input_dropout": 0.5, "dropped_weight": 2.5},
            r"dropped_weight must be at most 1 / input_dropout, 2\. Received: dropped_weight=2.5",
        ),
        ((3,), {"scale": (0.0, 5.0)}, r"scale must be the lowest rating, above 0, and the highest.*Write \(0.5, 5\)"),
        ((3,), {"scale": (5.0, 1.0)}, "scale must be the lowest rating, above 0, and the highest"),
    ],
)
def test_bad_arguments_say_what_was_expected(shape, hyperparameters, message):
    with pytest.raises(zoo.UsageError, match=message):
        zoo.build("autorec", shape, **hyperparameters)
