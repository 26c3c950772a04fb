"""Each measure by arithmetic, each finding on a model made to have it, and silence on a healthy one."""

import math

import keras
import numpy as np
import pytest

import zoo
from zoo import health
from zoo.autoencoder import Autoencoder

X = np.random.default_rng(0).random((64, 8)).astype("float32")


def dense(units, kernel, bias=0.0, activation="linear", **arguments):
    """A dense layer with given weights."""
    return keras.layers.Dense(
        units,
        activation,
        kernel_initializer=lambda shape, dtype: keras.ops.cast(np.broadcast_to(kernel, shape), dtype),
        bias_initializer=lambda shape, dtype: keras.ops.cast(np.broadcast_to(bias, shape), dtype),
        **arguments,
    )


def hand_made(code, back, learning_rate=0.0, name="hand_made"):
    """An autoencoder of 8 values from a layer to the code and one back, which stays as it is."""
    encoder = keras.Sequential([keras.Input((8,)), code])
    decoder = keras.Sequential([keras.Input(encoder.output_shape[1:]), back])
    model = Autoencoder(encoder, decoder, "real", name=name)
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss="mse")
    return model


def told(model, x=X, epochs=1, **options):
    """What the callback says in a training of some epochs, and the history."""
    sentences = []
    callback = zoo.Health(x, tell=sentences.append, **options)
    history = model.fit(x, epochs=epochs, batch_size=32, verbose=0, callbacks=[callback]).history
    return sentences, history


IDENTITY = np.eye(8, dtype="float32")
DEAD = np.where(np.arange(8) < 3, -100.0, 0.0)  # a ReLU's bias, below all that the inputs can make up for


def test_a_model_that_is_well_is_told_nothing():
    sentences, history = told(hand_made(dense(8, IDENTITY), dense(8, IDENTITY)))
    assert sentences == []
    assert history["health_not_finite"] == [0]
    assert history["health_dead_units"] == [0]
    assert history["health_active_units"] == [8]
    assert history["health_output_spread"] == pytest.approx([1])
    assert history["health_jacobian_norm"] == pytest.approx([math.sqrt(8)])
    assert history["health_encoder_gain"] == pytest.approx([math.sqrt(8)])
    assert "health_saturated" not in history
    assert "health_collapsed" not in history


def test_dead_units_are_counted():
    sentences, history = told(hand_made(dense(8, IDENTITY, DEAD, "relu"), dense(8, IDENTITY)))
    assert sentences == [
        "3 of the code's 8 units are dead (the same for all samples): lower the learning rate or take fewer units."
    ]
    assert history["health_dead_units"] == [3]
    assert history["health_active_units"] == [5]


def test_a_saturated_code_is_told():
    sentences, history = told(hand_made(dense(8, 100 * IDENTITY, -50.0, "tanh"), dense(8, IDENTITY)))
    code = np.tanh(100 * X - 50)
    assert history["health_saturated"] == pytest.approx([(np.abs(code) >= 0.99).mean()])
    assert sentences[0].startswith(f"{history['health_saturated'][0]:.0%} of the code's activations are saturated")


def test_a_constant_decoder_is_told():
    sentences, history = told(hand_made(dense(8, IDENTITY), dense(8, 0.0, X.mean(axis=0))))
    assert history["health_output_spread"] == pytest.approx([0], abs=1e-5)
    assert sentences == [
        "The reconstruction is nearly the same for all samples: its spread is 0.0% of the data's: "
        "lower the learning rate or the weights of the penalties."
    ]


@pytest.mark.parametrize(("size", "word"), [(1e-4, "vanishes"), (1.0, "explodes")])
def test_a_jacobian_that_vanishes_or_explodes_is_told(size, word):
    # A jump at 0.5 between flat ends, and a wave far finer than the samples are apart.
    function = {"vanishes": lambda x: keras.ops.sign(x - 0.5) + size * x, "explodes": lambda x: keras.ops.sin(1e5 * x)}
    code = keras.layers.Lambda(function[word])
    sentences, history = told(hand_made(code, dense(8, IDENTITY)))
    assert [sentence for sentence in sentences if "Jacobian" in sentence] == [
        f"The encoder's Jacobian {word} (its norm is {history['health_jacobian_norm'][0]:.2g}): "
        "lower the learning rate or the weights of the penalties."
    ]


def test_numbers_that_are_not_finite_are_told_at_once_and_nothing_else_is_measured():
    model = hand_made(dense(8, IDENTITY * np.nan), dense(8, IDENTITY))
    sentences = []
    callback = zoo.Health(X, tell=sentences.append)
    callback.set_model(model)
    callback.on_train_begin()
    logs = {"loss": 1.0}
    callback.on_epoch_end(0, logs)
    assert logs == {"loss": 1.0, "health_not_finite": 64}
    assert sentences == ["64 of 64 samples have a code or a reconstruction that is no number: lower the learning rate."]


def test_a_collapsed_posterior_is_told_with_the_hyperparameters_to_change():
    model = zoo.build("vae", (8,), latent_dim=4, hidden_units=(8,), output="real", seed=0)
    model.optimizer.learning_rate = 0.0
    posterior = model.encoder.get_layer("posterior")
    kernel, bias = np.zeros((8, 8)), np.zeros(8)  # means and log variances of 0: the prior
    kernel[:, 0] = 3
    posterior.set_weights([kernel, bias])
    sentences, history = told(model)
    assert history["health_collapsed"] == [3 / 4]
    assert history["health_active_units"] == [1]
    assert not [sentence for sentence in sentences if "collapsed" in sentence]
    posterior.set_weights([0 * kernel, bias])
    sentences, history = told(model)
    assert history["health_collapsed"] == [1]
    assert "health_dead_units" not in history  # it would say the same again
    assert sentences[-1] == (
        "The posterior has collapsed to the prior in 100% of the latents: lower beta or raise free_bits."
    )


def test_a_codebook_that_is_not_used_is_told():
    model = zoo.build("vq_vae", (8,), latent_dim=2, codebook_size=40, filters=(4,), blocks=0, output="real", seed=0)
    codebook = np.full((40, 2), 1000.0)
    codebook[0] = 0
    model.quantizer.codebook.assign(codebook)
    numbers = health.measure(model, X)
    assert (numbers["codes_used"], numbers["perplexity"]) == (1 / 40, 1)
    finding = health.FINDINGS["perplexity"]
    assert finding.holds({**numbers, "entries": 40})
    assert finding.sentence({**numbers, "entries": 40}).startswith("Of the codebook's 40 entries 2% are used")
    assert health._advice(finding, model) == "raise revive or lower codebook_size"


def test_the_hyperparameters_to_change_are_the_models_own():
    for name, advice in {"sparse": "lower rate or lower learning_rate", "vanilla": "lower learning_rate"}.items():
        model = zoo.build(name, (8,), latent_dim=4, seed=0)
        assert advice in health._advice(health.FINDINGS["dead_units"], model)


@pytest.fixture
def dead():
    """A model of whose units 3 of 8 are dead."""
    return hand_made(dense(8, IDENTITY, DEAD, "relu"), dense(8, IDENTITY))


def test_a_finding_is_told_once_and_only_when_it_lasts(dead):
    assert len(told(dead, epochs=12)[0]) == 1
    sentences = []
    callback = zoo.Health(X, patience=3, tell=sentences.append)
    callback.set_model(dead)
    callback.on_train_begin()
    bias = dead.encoder.layers[-1].bias
    counts = []
    for epoch in range(6):
        bias.assign(np.zeros(8) if epoch == 1 else DEAD)  # mended in one epoch
        callback.on_epoch_end(epoch, {})
        counts.append(len(sentences))
    assert counts == [0, 0, 0, 0, 1, 1]
    callback.on_train_end()
    assert len(sentences) == 1


def test_what_is_mended_by_the_end_is_not_told(dead):
    sentences = []
    callback = zoo.Health(X, tell=sentences.append)
    callback.set_model(dead)
    callback.on_train_begin()
    callback.on_epoch_end(0, {})
    dead.encoder.layers[-1].bias.assign(np.zeros(8))
    callback.on_epoch_end(1, {})
    callback.on_train_end()
    assert sentences == []


def test_a_finding_is_a_warning_if_nothing_else_is_asked_for(dead):
    with pytest.warns(UserWarning, match="3 of the code's 8 units are dead"):
        dead.fit(X, verbose=0, callbacks=[zoo.Health(X)])


class Recorder(keras.callbacks.Callback):
    """Keeps the names in each epoch's logs."""

    def __init__(self):
        super().__init__()
        self.names = []

    def on_epoch_end(self, epoch, logs=None):
        self.names.append(set(logs))


def test_callbacks_after_it_and_the_history_see_the_numbers(dead, tmp_path):
    before, after = Recorder(), Recorder()
    board = keras.callbacks.TensorBoard(tmp_path)
    stopping = keras.callbacks.EarlyStopping("health_dead_units", patience=1, mode="min")
    callbacks = [before, zoo.Health(X, every=2, tell=print), after, board]
    history = dead.fit(X, epochs=4, verbose=0, callbacks=callbacks).history
    assert len(history["health_dead_units"]) == 2
    assert [("health_dead_units" in names) for names in after.names] == [False, True, False, True]
    assert not any("health_dead_units" in names for names in before.names)
    assert b"epoch_health_dead_units" in next(tmp_path.rglob("events.*")).read_bytes()
    history = dead.fit(X, epochs=9, verbose=0, callbacks=[zoo.Health(X, tell=print), stopping]).history
    assert len(history["loss"]) == 2


def test_a_recipe_takes_the_numbers_into_its_history(dead, tmp_path):
    from recipes.training import Checkpoint
    from recipes.training.store import Store

    stopping = keras.callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True)
    checkpoint = Checkpoint(Store(tmp_path / "checkpoint.npz", {}), stopping, keras.Variable(0, dtype="int64"))
    dead.fit(X, epochs=2, verbose=0, callbacks=[zoo.Health(X, tell=print), stopping, checkpoint])
    assert checkpoint.progress.history["health_dead_units"] == [3, 3]


@pytest.mark.parametrize("name", zoo.list_models(data="pixels"))
def test_each_model_is_measured_the_same_twice_and_left_as_it_was(name):
    x = np.random.default_rng(0).random((32, 4, 3)).astype("float32")
    model = zoo.build(name, (4, 3), seed=0)
    passing = {id(variable) for variable in model.metrics_variables}  # reset when an epoch begins
    kept = [variable for variable in model.variables if id(variable) not in passing]
    before = [variable.numpy() for variable in kept]
    numbers = health.measure(model, x)
    assert health.measure(model, x) == numbers
    assert all(np.array_equal(value, variable.numpy()) for value, variable in zip(before, kept, strict=True))
    assert numbers["not_finite"] == 0
    assert numbers["jacobian_norm"] > 0
    assert ("collapsed" in numbers) != ("dead_units" in numbers)


def test_training_is_the_same_with_it_and_without():
    weights = []
    for callbacks in ([], [zoo.Health(X, tell=print)]):
        keras.utils.set_random_seed(0)
        model = zoo.build("sparse", (8,), latent_dim=4, code_dropout=0.5, seed=0)
        model.fit(X, epochs=2, verbose=0, callbacks=callbacks)
        weights.append(model.get_weights())
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))


@pytest.mark.parametrize("name", ["vanilla", "vae", "vq_vae"])
def test_bfloat16_is_measured_in_float32(name):
    x = np.random.default_rng(0).random((32, 4, 3)).astype("float32")
    numbers = []
    for policy in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        try:
            numbers.append(health.measure(zoo.build(name, (4, 3), seed=0), x))
        finally:
            keras.config.set_dtype_policy("float32")
    assert numbers[0].keys() == numbers[1].keys()
    assert numbers[1]["jacobian_norm"] == pytest.approx(numbers[0]["jacobian_norm"], rel=0.02)
    assert numbers[1]["not_finite"] == 0


def test_a_unit_of_a_map_is_a_channel():
    codes = np.zeros((4, 2, 2, 3), "float32")
    codes[:, 0, 0, 0] = [1, 2, 3, 4]  # varies at one place
    codes[:, 1, :, 1] = 7  # differs between places, not between samples
    assert health.dead_units(codes) == 2
    assert health.active_units(codes) == 1


def test_dead_is_what_does_not_change_whatever_its_value():
    codes = np.array([[1.0, 0.5, 0.0], [1.0, 0.6, 0.05]])
    assert health.dead_units(codes) == 1
    assert health.dead_units(1e-9 * codes) == 1
    assert health.dead_units(np.ones((3, 4))) == 4


def test_active_is_a_variance_above_a_hundredth():
    codes = np.array([[0.0, 0.0, 0.0], [0.19, 0.21, 2.0]])  # variances 0.009025, 0.011025, 1
    assert health.active_units(codes) == 2


def test_collapsed_is_a_divergence_below_a_hundredth_of_a_nat():
    # KL: mean 0.1 -> 0.005, mean 0.2 -> 0.02; the second averages 0 and 0.02.
    mean = np.array([[0.1, 0.2, 0.0, 0.0], [0.1, 0.0, 0.2, 0.0]])
    log_variance = np.array([[0.0, 0.0, 0.0, -1.0], [0.0, 0.0, 0.0, -1.0]])
    assert health.collapsed_share(mean[:1], log_variance[:1]) == 2 / 4
    assert health.collapsed_share(mean + np.array([0, 0.1, 0, 0]), log_variance) == 1 / 4


def test_saturated_is_within_a_hundredth_of_a_limit():
    codes = np.array([[-1.0, -0.995, -0.98, 0.0], [0.5, 0.98, 0.995, 1.0]])
    assert health.saturated_share(codes, (-1, 1)) == 4 / 8
    assert health.saturated_share(codes, (1,)) == 2 / 8


@pytest.mark.parametrize(
    ("name", "options", "limits"),
    [
        ("vanilla", {"activation": "tanh"}, (-1, 1)),
        ("vanilla", {"activation": "sigmoid"}, (0, 1)),
        ("vanilla", {"activation": "relu"}, ()),
        ("sparse", {"penalty": "kl"}, (1,)),  # at 0 it is sparse, as it should be
        ("vae", {"hidden_units": (4,)}, ()),  # tanh hidden units, a linear code
    ],
)
def test_limits_are_those_of_the_codes_activation(name, options, limits):
    assert health.code_limits(zoo.build(name, (8,), latent_dim=3, **options).encoder) == limits


def test_the_jacobians_norm_is_that_of_all_derivatives():
    rng = np.random.default_rng(1)
    kernel = rng.normal(size=(8, 6))
    model = hand_made(dense(6, kernel, activation="tanh"), dense(8, 0.1))
    x = np.repeat(X, 40, axis=0)
    slopes = 1 - np.tanh(X @ kernel) ** 2
    exact = np.sqrt(np.mean([np.square(kernel * slope).sum() for slope in slopes]))
    assert health.jacobian_norm(model.encoder, x) == pytest.approx(exact, rel=0.02)
    assert health.jacobian_norm(model.encoder, x) == health.jacobian_norm(model.encoder, x)


def test_a_code_without_a_derivative_has_no_norm():
    model = hand_made(keras.layers.Lambda(lambda x: keras.ops.stop_gradient(x)), dense(8, IDENTITY))
    assert health.jacobian_norm(model.encoder, X) is None
    assert "jacobian_norm" not in health.measure(model, X)


def test_usage_and_perplexity_of_a_codebook():
    assert health.code_usage(np.array([[0, 1], [2, 3]]), 8) == (4 / 8, pytest.approx(4))
    assert health.code_usage(np.array([5, 5, 5]), 8) == (1 / 8, pytest.approx(1))
    assert health.code_usage(np.array([0, 0, 0, 1]), 2) == (1, pytest.approx(2 ** (0.75 * math.log2(4 / 3) + 0.5)))


def test_at_most_so_many_samples_are_looked_at_evenly_spaced():
    x = np.arange(10.0)[:, None]
    np.testing.assert_array_equal(zoo.Health(x, most=4).x[:, 0], [0, 3, 6, 9])
    np.testing.assert_array_equal(zoo.Health(x).x, x)


def test_data_that_do_not_vary_are_no_finding():
    sentences, history = told(hand_made(dense(8, IDENTITY), dense(8, IDENTITY)), x=np.ones((64, 8), "float32"))
    assert "health_output_spread" not in history
    assert all("dead" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: zoo.Health(X, every=0), "every must be an integer of at least 1"),
        (lambda: zoo.Health(X, patience=0), "patience must be"),
        (lambda: zoo.Health(X[:1]), "2 samples or more"),
        (lambda: zoo.Health(X * np.nan), "x must be finite"),
        (lambda: zoo.Health(X, most=-1), "most must be"),
    ],
)
def test_bad_arguments_are_told(call, match):
    with pytest.raises(zoo.UsageError, match=match):
        call()


def test_a_model_or_samples_that_do_not_fit_are_told_before_training(dead):
    with pytest.raises(zoo.UsageError, match=r"x must have the shape \(n, 8\)"):
        dead.fit(X, verbose=0, callbacks=[zoo.Health(X[:, :3])])
    other = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8)])
    other.compile(loss="mse")
    with pytest.raises(zoo.UsageError, match="Health needs a model of the zoo"):
        other.fit(X, X, verbose=0, callbacks=[zoo.Health(X)])


LAZY = """
import sys, zoo
listed = "Health" in dir(zoo) and "Health" in zoo.__all__
light = "tensorflow" not in sys.modules and "keras" not in sys.modules
print(listed, light, zoo.Health.__module__, "keras" in sys.modules, hasattr(zoo, "Healt"))
"""


def test_it_is_imported_when_named(fresh_python):
    run = fresh_python("-c", LAZY)
    assert run.stdout.split() == ["True", "True", "zoo.health", "True", "False"]
    assert run.stderr == ""  # of TensorFlow's notes neither
