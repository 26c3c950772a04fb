"""The mean of several models' predictions."""

import keras
import numpy as np
import pytest

import zoo
from zoo.wrappers.average import Average

RNG = np.random.default_rng(0)
X = np.where(RNG.random((9, 5)) < 0.5, RNG.integers(1, 11, (9, 5)) / 2, 0).astype("float32")


def members():
    options = [{"latent_dim": 3, "seed": 0}, {"latent_dim": 2, "residual": False, "seed": 1}]
    found = [zoo.build("autorec", (5,), **each).adapt(X) for each in options]
    for member in found:
        member.optimizer.build(member.trainable_variables)  # as training does: Keras warns of a reload without
    return found


def test_it_predicts_the_mean_and_its_code_is_theirs_one_behind_the_other():
    first, second = members()
    codes = np.hstack([first.encode(X), second.encode(X)])
    mean = (first.reconstruct(X) + second.reconstruct(X)) / 2
    scores = (first.score(X) + second.score(X)) / 2
    model = Average([first, second])
    assert model.kind.name == "ratings"
    np.testing.assert_allclose(model.encode(X), codes, rtol=1e-6)
    np.testing.assert_allclose(model.decode(codes), mean, rtol=1e-6)
    np.testing.assert_allclose(model(X), mean, rtol=1e-6)
    np.testing.assert_allclose(model.score(X), scores, rtol=1e-6)


def test_one_member_is_what_it_is_alone():
    alone, _ = members()
    model = Average([alone], name="alone")
    assert model.name == "alone"
    np.testing.assert_array_equal(model.reconstruct(X), alone.reconstruct(X))
    np.testing.assert_array_equal(model.encode(X), alone.encode(X))


def test_its_weights_are_its_members():
    first, second = members()
    assert Average([first, second]).count_params() == first.count_params() + second.count_params()


def test_it_is_the_same_after_a_reload(tmp_path):
    model = Average(members())
    model.save(tmp_path / "average.keras")
    again = keras.saving.load_model(tmp_path / "average.keras")
    assert again.name == model.name == "autorec"
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    np.testing.assert_array_equal(again(X), model(X))
    np.testing.assert_array_equal(again.encode(X), model.encode(X))


def test_members_that_do_not_fit_are_told():
    with pytest.raises(zoo.UsageError, match="members must be at least one model"):
        Average([])
    with pytest.raises(zoo.UsageError, match=r"members must be models of one input shape.*\(5,\), \(4,\)"):
        Average([members()[0], zoo.build("autorec", (4,), latent_dim=2)])
