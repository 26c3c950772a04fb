"""LDA and NMF find topics that are there; SVD's codes tell them apart."""

import numpy as np

from recipes.baselines.latent_semantics import latent_semantics
from recipes.baselines.topic_models import topic_models

RNG = np.random.default_rng(0)
THEME = RNG.integers(0, 2, 80)
X = RNG.poisson(5 * np.kron(np.eye(2), np.ones((1, 4)))[THEME] + 0.1).astype("float32")


def test_topics_are_themes():
    found = topic_models(X, 2, seed=0)
    assert list(found) == ["LDA", "NMF", "NMF of TF-IDF"]
    for weights in found.values():
        tops = {frozenset(np.argsort(-topic)[:4].tolist()) for topic in weights}
        assert tops == {frozenset(range(4)), frozenset(range(4, 8))}


def test_codes_are_as_long_as_asked_and_fitted_to_train():
    codes = latent_semantics({"train": X[:60], "test": X[60:]}, 2, seed=0)
    assert codes["train"].shape == (60, 2)
    angle = codes["test"][:, 1] > 0
    assert np.ptp(THEME[60:][angle]) == np.ptp(THEME[60:][~angle]) == 0
    assert latent_semantics({"train": X}, 99, seed=0)["train"].shape == (80, 7)
