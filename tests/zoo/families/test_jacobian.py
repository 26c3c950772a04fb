"""The norm of the Jacobian against TensorFlow's own Jacobian, and against arithmetic."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.families import jacobian
from zoo.layers.centering import Centering

ACTIVATIONS = sorted({function.__name__ for function in jacobian.ELEMENTWISE})
layers = keras.layers


def norm_by_jacobian(encoder: keras.Model, x: np.ndarray, training: bool = False) -> np.ndarray:
    """Each sample's |J|_F^2, in float64 from TensorFlow's Jacobian."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        code = encoder(x, training=training)
    jacobian = tape.batch_jacobian(code, x).numpy().astype("float64")
    return np.square(jacobian).sum(axis=tuple(range(1, jacobian.ndim)))


def dense(input_shape: tuple[int, ...], widths: list[int], activations: list[str], seed: int) -> keras.Sequential:
    keras.utils.set_random_seed(seed)
    stack = [layers.Dense(n, f, bias_initializer="random_normal") for n, f in zip(widths, activations, strict=True)]
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack])


def samples(shape: tuple[int, ...], n: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype("float32")


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_dense_encoders_of_any_shape_and_activations_have_the_jacobian_of_tensorflow(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3), "input shape"))
    widths = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=4), "widths")
    functions = [data.draw(st.sampled_from(ACTIVATIONS), "activation") for _ in widths]
    encoder = dense(shape, widths, functions, seed=data.draw(st.integers(0, 2**16), "seed"))
    x = samples(shape)
    assert jacobian.is_dense(encoder)
    code, norms = jacobian.of_dense(encoder, tf.constant(x))
    np.testing.assert_allclose(code, encoder(x), rtol=1e-6, atol=1e-6)
    # Slopes near 0 (of tanh_shrink and others) are differences of near numbers: float32 keeps few digits of them.
    np.testing.assert_allclose(norms, norm_by_jacobian(encoder, x), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_closed_form_and_the_carried_products_hold_for_each_activation(activation):
    for widths in ([40], [20, 30, 10]):
        encoder = dense((30,), widths, [activation] * len(widths), seed=1)
        x = 0.1 * samples((30,), 8)
        _, norms = jacobian.of_dense(encoder, tf.constant(x))
        np.testing.assert_allclose(norms, norm_by_jacobian(encoder, x), rtol=1e-5, atol=1e-12)


def test_one_sigmoid_unit_by_hand():
    encoder = dense((2,), [1], ["sigmoid"], seed=0)
    encoder.set_weights([np.array([[3.0], [4.0]]), np.array([0.0])])
    # At a = 0 the slope is 1/4: (1/4)^2 (9 + 16).
    assert float(jacobian.of_dense(encoder, tf.zeros((1, 2)))[1][0]) == pytest.approx(25 / 16)


def test_what_stands_between_the_dense_layers_is_seen_also_while_training():
    keras.utils.set_random_seed(0)
    encoder = keras.Sequential(
        [
            keras.Input((4, 3)),
            layers.Rescaling(0.5),
            layers.Flatten(),
            Centering(),
            layers.Dense(9),
            layers.LeakyReLU(),
            layers.Dense(8, "tanh"),
            layers.Reshape((2, 4)),
            layers.Activation("softplus"),
            layers.GaussianNoise(0.1, seed=0),
            layers.Flatten(),
            layers.Dense(5),
        ]
    )
    x = samples((4, 3))
    norms = jacobian.of_dense(encoder, tf.constant(x))[1]
    np.testing.assert_allclose(norms, norm_by_jacobian(encoder, x), rtol=1e-5)
    jacobian.of_dense(encoder, tf.constant(x), training=True)
    assert float(encoder.layers[2].count) == 1


@pytest.mark.parametrize("at", [0, 1])
def test_dropout_scales_or_silences_what_it_is_applied_to(at):
    stack = [layers.Dense(6), layers.Dense(4)]
    stack.insert(at, layers.Dropout(0.5, seed=3))
    encoder = keras.Sequential([keras.Input((5,)), *stack])
    x = samples((5,), 1)
    norms = [float(jacobian.of_dense(encoder, tf.constant(x), training)[1][0]) for training in (False, True)]
    first, second = (layer.kernel.numpy() for layer in encoder.layers if isinstance(layer, layers.Dense))
    assert norms[0] == pytest.approx(np.square(first @ second).sum(), rel=1e-5)
    masks = [2 * np.array(bits) for bits in itertools.product((0, 1), repeat=(5, 6)[at])]
    products = [mask[:, None] * first @ second if at == 0 else first * mask @ second for mask in masks]
    assert min(abs(norms[1] - np.square(product).sum()) for product in products) < 1e-4


@pytest.mark.parametrize(
    "encoder",
    [
        keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax")]),
        keras.Sequential([keras.Input((4,)), layers.Dense(3, lambda a: a - a[:, :1])]),
        keras.Sequential([keras.Input((4, 2)), layers.Dense(3)]),
        keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()]),
        keras.Sequential([keras.Input((4,)), layers.Activation("tanh")]),
    ],
    ids=["softmax", "a function of one's own", "axes beside the dense one", "batch statistics", "no dense layer"],
)
def test_what_the_exact_way_does_not_know_is_left_to_the_estimate(encoder):
    assert not jacobian.is_dense(encoder)


def convolutional() -> keras.Model:
    keras.utils.set_random_seed(0)
    x = keras.Input((6, 5))
    z = layers.Conv2D(4, 3, strides=2, activation="tanh")(layers.Reshape((6, 5, 1))(x))
    return keras.Model(x, layers.Dense(3, "sigmoid")(layers.Flatten()(z)))


def test_the_estimates_mean_over_all_directions_is_the_norm():
    encoder, x = convolutional(), samples((6, 5), 4)
    # For a code of three numbers there are eight directions.
    every = np.array(list(itertools.product((-1, 1), repeat=3)), "float32")[:, None]
    code, norms = jacobian.of_any(encoder, tf.constant(x), tf.constant(every))
    np.testing.assert_allclose(code, encoder(x), rtol=1e-6)
    np.testing.assert_allclose(norms, norm_by_jacobian(encoder, x), rtol=1e-5)
    each = [jacobian.of_any(encoder, tf.constant(x), tf.constant(every[i : i + 1]))[1].numpy() for i in range(8)]
    assert np.std(each, axis=0).min() > 0


def test_the_estimate_is_exact_for_a_code_of_one_number():
    encoder, x = dense((7,), [5, 1], ["tanh", "sigmoid"], seed=0), samples((7,))
    exact = jacobian.of_dense(encoder, tf.constant(x))[1]
    for sign in (-1.0, 1.0):
        estimate = jacobian.of_any(encoder, tf.constant(x), tf.constant(sign, shape=(1, 1, 1)))[1]
        np.testing.assert_allclose(estimate, exact, rtol=1e-5)


@pytest.mark.parametrize("widths", [[8], [6, 8], [9, 3, 4]])
def test_the_gradient_of_the_norm_is_that_of_finite_differences(widths):
    encoder = dense((5,), widths, ["sigmoid"] * len(widths), seed=0)
    x = tf.constant(samples((5,), 4))
    kernel = encoder.layers[1].kernel
    with tf.GradientTape() as tape:
        norm = tf.reduce_sum(jacobian.of_dense(encoder, x)[1])
    gradient = tape.gradient(norm, kernel.value)
    step, start = 1e-2 * samples(kernel.shape, 1, seed=1)[0], kernel.numpy()
    ends = []
    for sign in (-1, 1):
        kernel.assign(start + sign * step)
        ends.append(float(tf.reduce_sum(jacobian.of_dense(encoder, x)[1])))
    assert float(tf.reduce_sum(gradient * step)) == pytest.approx((ends[1] - ends[0]) / 2, rel=1e-2)
