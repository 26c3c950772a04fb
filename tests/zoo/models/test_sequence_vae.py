"""What is peculiar to the variational autoencoder of sequences: its likelihood is one, and its code is used."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.zoo.models.test_sequence import every
from zoo import kinds
from zoo.health import collapsed_share

SMALL = {"latent_dim": 1, "embedding_dim": 4, "width": 6, "vocabulary": 3, "seed": 0}


@pytest.fixture(scope="module")
def toy():
    """A model of up to two tokens whose code, of one number, makes a difference; q(z|x) = N(0.2, e^0.3)."""
    model = zoo.build("sequence_vae", (2,), **SMALL)
    rng = np.random.default_rng(0)
    for weight in model.decoder.trainable_weights:
        weight.assign(weight + 0.5 * rng.normal(size=weight.shape))
    model.encoder.get_layer("posterior").set_weights([np.zeros((6, 2)), np.array([0.2, 0.3])])
    return model


def exact(model, x: np.ndarray) -> np.ndarray:
    """Returns log p(x), by Gauss and Hermite's quadrature over the one number of the code."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    code = tf.constant(nodes[:, None, None] * np.ones((1, len(x), 1)), tf.float32)
    given = model.log_likelihood_given(code, tf.constant(x)).numpy().astype("float64")
    return np.log((np.exp(given) * weights[:, None]).sum(axis=0) / weights.sum())


def test_the_estimated_likelihood_is_the_exact_one(toy):
    x = every(2, 3)
    assert np.ptp([toy.writer.nats(tf.constant([[z]]), tf.constant(x[1:2])).numpy()[0] for z in (-2.0, 2.0)]) > 0.1
    log_p = exact(toy, x)
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(toy.log_likelihood(x[1:3], samples=1_000_000), log_p[1:3], atol=1e-3)


def test_the_likelihood_does_not_depend_on_what_is_computed_at_once(toy, monkeypatch):
    x = every(2, 3)
    whole = toy.log_likelihood(x, samples=50)
    monkeypatch.setattr("zoo.families.sequences.FLOATS", 8 * 6 * 2 * 20)  # twenty sequences at once
    np.testing.assert_allclose(toy.log_likelihood(x, samples=50), whole, atol=1e-5)
    np.testing.assert_allclose(toy.score(x)[:3], toy.score(x[:3]), atol=1e-5)


def test_the_weight_of_the_divergence_rises_as_often_as_asked():
    model = zoo.build("sequence_vae", (2,), **SMALL, beta=2.0, anneal_steps=10, anneal_cycles=2)
    found = []
    for step in (0, 5, 10, 15, 20, 25, 30, 99):
        model.optimizer.iterations.assign(step)
        found.append(float(model.divergence_weight(training=True)))
    assert found == [0, 1, 2, 2, 0, 1, 2, 2]
    assert model.divergence_weight(training=False) == 2


def test_pretraining_teaches_the_encoder_and_makes_the_decoder_new():
    x = kinds.find("tokens").samples(np.random.default_rng(0), 64, (6,))
    model = zoo.build("sequence_vae", (6,), latent_dim=4, width=16, embedding_dim=8, learning_rate=0.01, seed=0)
    model.run_eagerly = True
    decoder, encoder = model.decoder.get_weights(), model.encoder.get_weights()
    first = model.pretrain(x, epochs=3, batch_size=8, verbose=0).history["loss"]
    assert first[-1] < 0.8 * first[0]
    assert all(np.array_equal(a, b) for a, b in zip(model.decoder.get_weights(), decoder, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(model.encoder.get_weights()[:2], encoder[:2], strict=True))
    assert int(model.optimizer.iterations) == 0
    history = model.fit(x, epochs=1, verbose=0).history
    assert history["kl"][0] > 0


def test_a_divergence_that_costs_much_collapses_the_posterior_and_the_default_does_not():
    x = kinds.find("tokens").samples(np.random.default_rng(0), 64, (6,))
    found = []
    for options in ({}, {"beta": 50.0, "free_bits": 0.0, "anneal_steps": 0}):
        model = zoo.build("sequence_vae", (6,), latent_dim=4, width=8, learning_rate=0.03, seed=0, **options)
        model.run_eagerly = True
        model.fit(x, epochs=5, batch_size=16, verbose=0)
        found.append(collapsed_share(*(part.numpy() for part in model.moments(x))))
    assert found[0] == 0
    assert found[1] > 0.7


@pytest.mark.slow
def test_health_says_that_the_posterior_has_collapsed():
    x = kinds.find("tokens").samples(np.random.default_rng(0), 640, (6,))
    said = {}
    for name, options in {"defaults": {}, "collapsed": {"beta": 50.0, "free_bits": 0.0, "anneal_steps": 0}}.items():
        sentences: list[str] = []
        model = zoo.build("sequence_vae", (6,), latent_dim=4, width=32, learning_rate=0.01, seed=0, **options)
        model.fit(x, epochs=6, batch_size=32, verbose=0, callbacks=[zoo.Health(x, every=3, tell=sentences.append)])
        said[name] = " ".join(sentences)
    assert "collapsed" not in said["defaults"]
    assert (
        "The posterior has collapsed to the prior in 100% of the latents: lower beta or raise free_bits"
        in said["collapsed"]
    )
