"""What is peculiar to the masked autoencoder."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.wrappers.scaled import Scaled

X = np.random.default_rng(0).uniform(size=(32, 6, 5)).astype("float32")
SMALL = {"patch_size": 2, "latent_dim": 3, "width": 8, "depth": 1, "decoder_width": 8, "heads": 2, "seed": 0}


@pytest.fixture(scope="module")
def model():
    return zoo.build("masked", (6, 5), **SMALL)


def cross_entropy(x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    p = reconstruction.astype("float64")
    return -(x * np.log(p) + (1 - x) * np.log(1 - p))


def random_patches(n: int = 32) -> np.ndarray:
    return np.random.default_rng(1).random((n, 3, 3)) < 0.6


def test_nothing_of_what_is_hidden_enters_the_code_in_training(model):
    other = np.random.default_rng(2).uniform(size=X.shape).astype("float32")
    codes = []
    for first in (True, False):
        hide = model.encoder.get_layer("hide")
        hide.seeds.state.assign([5, 0])
        if first:
            model.encoder(X, training=True)
            x, hide_in = X, np.asarray(model.grid.spread(hide.hidden))
            hide.seeds.state.assign([5, 0])
        else:
            x = np.where(hide_in, other, X)
        codes.append(model.encoder(x, training=True).numpy())
    assert hide_in.any()
    np.testing.assert_array_equal(codes[0], codes[1])


def test_hiding_by_a_mask_gives_what_leaving_out_gives(model):
    hide, body = model.encoder.get_layer("hide"), model.encoder.get_layer("body")
    tokens = model.encoder.get_layer("embed")(X)
    left_out = body(hide(tokens, training=True))
    np.testing.assert_allclose(body(hide.given(tokens, hide.hidden)), left_out, atol=1e-5)


def test_completing_keeps_what_is_visible_and_does_not_look_at_the_rest(model):
    hidden = random_patches()
    pixels = np.asarray(model.grid.spread(hidden.reshape(32, -1)))
    found = model.complete(X, hidden)
    np.testing.assert_array_equal(found[~pixels], X[~pixels])
    assert np.abs(found - X)[pixels].max() > 0.01
    np.testing.assert_allclose(model.complete(np.where(pixels, 0, X), hidden, batch_size=5), found, atol=1e-6)
    np.testing.assert_allclose(model.complete(X, np.ones_like(hidden)), model.complete(0 * X, np.ones_like(hidden)))
    assert model.complete(X[:0], hidden[:0]).shape == (0, 6, 5)


def test_the_training_loss_by_hand(model):
    model.encoder.get_layer("hide").seeds.state.assign([5, 0])
    reconstruction = model(X, training=True)
    loss = model.compute_loss(X, None, reconstruction, None, training=True)
    model.encoder.get_layer("hide").seeds.state.assign([5, 0])
    model.encoder(X, training=True)
    pixels = np.asarray(model.grid.spread(model.encoder.get_layer("hide").hidden))
    # 7 of 9 patches are hidden: the mean over their pixels is 9/7 of the mean over all with others at 0.
    assert np.unique(model.encoder.get_layer("hide").hidden.numpy().sum(axis=1)) == 7
    guessed = (9 / 7 * pixels * cross_entropy(X, reconstruction.numpy())).mean()
    whole = cross_entropy(X[:8], model.reconstruct(X[:8])).mean()  # whole_share 0.25, of 32
    assert float(loss) == pytest.approx(guessed + 0.25 * whole, rel=1e-4)


def test_the_weights_of_pixels_are_those_of_their_patches(model):
    weights = np.asarray(model.pixel_weights(tf.constant([[True] * 6 + [False] * 3, [False] * 9])))
    np.testing.assert_allclose(weights[0, :4], 1.5)
    np.testing.assert_allclose(weights[0, 4:], 0)
    np.testing.assert_allclose(weights[1], 1)  # nothing hidden: all count


def test_a_graph_finds_the_logits_and_computes_the_same_loss(model):
    def loss() -> tf.Tensor:
        model.encoder.get_layer("hide").seeds.state.assign([5, 0])
        x = tf.constant(X)
        return model.compute_loss(x, None, model(x, training=True), None, training=True)

    assert float(tf.function(loss)()) == pytest.approx(float(loss()), rel=1e-5)


def test_samples_can_be_weighed(model):
    def loss(weight: np.ndarray | None) -> float:
        model.encoder.get_layer("hide").seeds.state.assign([5, 0])
        return float(model.compute_loss(X, X, model(X, training=True), weight, training=True))

    assert loss(np.full(32, 2.0, "float32")) == pytest.approx(2 * loss(None), rel=1e-5)


def test_evaluation_is_of_the_whole_sample_for_any_batch_size(model):
    expected = cross_entropy(X, model.reconstruct(X)).mean()
    for size in (10, 32):
        assert model.evaluate(X, batch_size=size, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_it_learns_to_guess_what_repeats():
    keras.utils.set_random_seed(0)
    rows = np.random.default_rng(0).integers(0, 2, (512, 1, 2))
    x = np.repeat(rows, 6, axis=1).astype("float32")  # six equal rows: each tells the others
    model = zoo.build("masked", (6, 2), **SMALL, learning_rate=0.01)
    model.fit(x, epochs=8, batch_size=32, verbose=0)
    hidden = np.ones((512, 3, 1), bool)
    hidden[:, 1] = False
    assert np.square(model.complete(x, hidden) - x).mean() < 0.02
    assert model.score(x).mean() < 0.02


def test_the_four_kernels_of_an_attention_differ(model):
    layers = model.encoder.get_layer("body").layers
    attention = next(layer for layer in layers if isinstance(layer, keras.layers.MultiHeadAttention))
    kernels = [w.numpy().ravel() for w in attention.trainable_weights if len(w.shape) == 3]
    assert len(kernels) == len(np.unique(kernels, axis=0)) == 4


def test_the_export_completes_with_a_mask_for_each_sample_or_one_for_all(model):
    complete = Scaled(model, 255).endpoints()["complete"]
    hidden = random_patches()
    found = complete.call(tf.constant(X * 255), tf.constant(hidden))["completion"]
    np.testing.assert_allclose(found, 255 * model.complete(X, hidden), atol=1e-3)
    one = complete.call(tf.constant(X * 255), tf.constant(hidden[:1]))["completion"]
    np.testing.assert_allclose(one, 255 * model.complete(X, np.repeat(hidden[:1], 32, axis=0)), atol=1e-3)


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo
from zoo.wrappers.scaled import Scaled

x = np.random.default_rng(0).uniform(size=(32, 6)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
found = []
for scope in (tf.distribute.get_strategy().scope, strategy.scope):
    with scope():
        # All but one patch hidden, and there is but one: nothing is, and training is the same on one device and two.
        model = zoo.build("masked", (6,), patch_size=6, whole_share=0.0, width=8, depth=1, heads=2, seed=0)
    loss = model.fit(x, batch_size=32, epochs=2, shuffle=False, verbose=0).history["loss"]
    found.append([*loss, model.evaluate(x, batch_size=16, verbose=0)])
    with scope():
        model = zoo.build("masked", (6,), patch_size=2, width=8, depth=1, heads=2, seed=0)
    loss = model.fit(x, batch_size=32, epochs=1, verbose=0).history["loss"]
    assert np.isfinite(loss).all()
print(json.dumps(found))
"""


@pytest.mark.slow  # half a minute of tracing
def test_two_replicas_give_the_losses_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    one, two = json.loads(run.stdout.splitlines()[-1])
    np.testing.assert_allclose(two, one, rtol=1e-5)


@pytest.mark.slow
def test_it_trains_in_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.build("masked", (6, 5), **SMALL)
        assert np.isfinite(model.fit(X, verbose=0).history["loss"]).all()
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mask_ratio": 1.0},
        {"patch_size": 0},
        {"whole_share": 1.5},
        {"width": 10},
        {"decoder_width": 6},
        {"heads": 0},
        {"depth": 0},
        {"activation": "gellu"},
    ],
)
def test_bad_arguments_name_themselves(wrong):
    with pytest.raises(zoo.UsageError, match=next(iter(wrong))):
        zoo.build("masked", (6, 5), **wrong)


def test_masks_of_another_shape_are_refused(model):
    with pytest.raises(zoo.UsageError, match=r"hidden must have the shape \(n, 3, 3\)"):
        model.complete(X, np.ones((32, 9), bool))
    with pytest.raises(zoo.UsageError, match=r"x must have the shape \(n, 6, 5\)"):
        model.complete(X[0], np.ones((1, 3, 3), bool))
