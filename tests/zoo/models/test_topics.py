"""What is peculiar to the topic model, against arithmetic."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.ops.exclusivity import frex

THEMES = np.kron(np.eye(3), np.ones((1, 4)))  # three topics of four words each


def texts(n: int = 300, seed: int = 0) -> np.ndarray:
    """Texts of 20 words, each of one theme and a little of all."""
    rng = np.random.default_rng(seed)
    chances = THEMES[rng.integers(0, 3, n)] + 0.05
    return np.stack([rng.multinomial(20, row / row.sum()) for row in chances]).astype("float32")


def small(**options):
    return zoo.build("topics", (12,), **{"latent_dim": 3, "hidden_units": (8,), "seed": 0, **options})


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    model = small(dropout=0.0)
    model.fit(texts(), epochs=30, batch_size=20, verbose=0)
    return model


def test_each_theme_becomes_a_topic(trained):
    found = {frozenset(topic) for topic in trained.top_words(4).tolist()}
    assert found == {frozenset(range(4)), frozenset(range(4, 8)), frozenset(range(8, 12))}


def test_a_text_of_a_theme_has_most_of_its_topic(trained):
    mixture = trained.mixture(20 * THEMES)
    np.testing.assert_allclose(mixture.sum(axis=1), 1, rtol=1e-6)
    for theme, shares in zip(THEMES, mixture, strict=True):
        assert set(np.flatnonzero(theme)) == set(trained.top_words(4)[shares.argmax()])
        assert shares.max() > 0.6


def test_topics_begin_with_the_words_of_groups_of_texts_if_asked():
    x = np.array([[4, 0], [4, 0], [0, 2], [0, 2]], "float32")
    model = zoo.build("topics", (2,), latent_dim=2, seed=0)
    kernel = model.decoder.get_layer("topics").kernel
    before = kernel.numpy()
    model.adapt(x)
    # Shares 9/14 and 5/14. The group of the first word has 8 of it: (8 / (9/14) + 2) / (8 + 2), and 2 / (8 + 2).
    first = np.log([(8 * 14 / 9 + 2) / 10, 2 / 10])
    second = np.log([2 / 6, (4 * 14 / 5 + 2) / 6])
    added = sorted((kernel.numpy() - before).tolist())
    np.testing.assert_allclose(added, sorted([first.tolist(), second.tolist()]), rtol=1e-4)
    other = small(begin="random")
    kernel = other.decoder.get_layer("topics").kernel.numpy()
    np.testing.assert_array_equal(other.adapt(texts(20)).decoder.get_layer("topics").kernel, kernel)


def test_topics_meet_in_the_exponent_over_the_words_shares():
    model = zoo.build("topics", (2,), latent_dim=2, seed=0).adapt(np.array([[2, 0], [0, 0.0]]))  # shares 3/4 and 1/4
    model.decoder.get_layer("topics").kernel.assign([[0, math.log(3)], [0, 0]])
    # Topic 1 alone: 3/4 to 1/4 times 3. Topic 2 alone: the shares. Half of both: 3/4 to 1/4 times the root of 3.
    np.testing.assert_allclose(model.words(), [[0.5, 0.5], [0.75, 0.25]], rtol=1e-6)
    root = math.sqrt(3)
    np.testing.assert_allclose(model.decode(np.zeros((1, 2))), [[3 / (3 + root), root / (3 + root)]], rtol=1e-6)


def test_the_prior_is_the_laplace_approximation_of_a_dirichlet():
    # Srivastava and Sutton's equation 6 with all alpha_k = a: (1 - 2/K) / a + K / (K^2 a).
    for alpha, k in ((1.0, 3), (0.1, 5)):
        scale = small(alpha=alpha, latent_dim=k).decoder.get_layer("mixture").scale
        assert scale**2 == pytest.approx((1 - 2 / k) / alpha + 1 / (k * alpha))


def test_frex_is_the_harmonic_mean_of_two_ranks():
    chances = tf.constant([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]])
    # Topic 1: ranks by chance 3, 2, 1; exclusive are 5/6, 1/2, 1/4: 3, 2, 1. Topic 2: 1, 2, 3 both.
    np.testing.assert_allclose(frex(chances, 0.5), [[1, 2 / 3, 1 / 3], [1 / 3, 2 / 3, 1]], rtol=1e-6)
    crossed = tf.constant([[0.5, 0.4, 0.1], [0.45, 0.1, 0.45]])
    # Topic 1: by chance 3, 2, 1; exclusive are .526, .8, .182: 2, 3, 1; 1 / (.25 / (2/3) + .75 / 1) for the first.
    expected = 1 / (0.25 / (2 / 3) + 0.75)
    assert frex(crossed, 0.25)[0, 0].numpy() == pytest.approx(expected, rel=1e-6)
    assert frex(crossed, 0.0)[0].numpy().tolist() == pytest.approx([1, 2 / 3, 1 / 3])


def test_the_papers_own_decoder_normalizes_what_topics_say():
    model = small(normalize_words=True, mixture_dropout=0.2)
    model.fit(texts(60), epochs=2, verbose=0)
    assert model.decoder.get_layer("standardized_words").count.numpy() == 4
    assert np.isfinite(model.score(texts(5))).all()


def test_a_text_that_weighs_nothing_changes_nothing():
    x = texts(40)
    with_it, without = small(dropout=0.0), small(dropout=0.0)
    for model in (with_it, without):
        model.adapt(x)
    weight = np.ones(40)
    weight[20:] = 0
    keras.utils.set_random_seed(0)
    with_it.train_on_batch(x, sample_weight=weight)
    layer, other = (model.encoder.get_layer("standardized") for model in (with_it, without))
    without.posterior(tf.constant(x[:20]), training=True)
    np.testing.assert_allclose(layer.mean, other.mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.variance, other.variance, rtol=1e-4)


@pytest.mark.parametrize("options", [{"latent_dim": 1}, {"exclusivity": 1.5}, {"alpha": 0.0}, {"momentum": 1.0}])
def test_what_is_out_of_range_is_refused(options):
    with pytest.raises(zoo.UsageError):
        small(**options)
