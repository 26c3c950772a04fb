"""Methods that draw numbers: seeds and counts that are none are refused in a sentence, NumPy's are numbers."""

import numpy as np
import pytest

import zoo
from zoo.checks import LARGEST_SEED

X = np.random.default_rng(0).random((4, 6)).astype("float32")


@pytest.fixture(scope="module")
def drawing():
    """Each method that takes a seed, by name."""
    vae, labelled = (
        zoo.build("vae", (6,), latent_dim=2, seed=0),
        zoo.build("vae", (6,), latent_dim=2, classes=2, seed=0),
    )
    denoising = zoo.build("denoising", (6,), latent_dim=2, seed=0)
    mixture = zoo.build("vanilla", (6,), latent_dim=2, seed=0, prior="mixture")
    return {
        "sample": lambda seed: vae.sample(2, seed=seed),
        "sample with a label": lambda seed: labelled.sample(2, seed=seed, label=1),
        "sample from a mixture": lambda seed: mixture.sample(2, seed=seed),
        "log_likelihood": lambda seed: vae.log_likelihood(X, samples=3, seed=seed),
        "log_likelihood with labels": lambda seed: labelled.log_likelihood(X, 1, samples=3, seed=seed),
        "corrupt": lambda seed: denoising.corrupt(X, seed=seed),
    }


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1, 2**70, 1.5, 2.0, True, "a", None, [1], np.nan, np.float32(1)])
def test_what_is_no_seed_is_refused(seed, drawing):
    for draw in drawing.values():
        with pytest.raises(zoo.UsageError, match="seed must be an integer from 0 to 4294967295"):
            draw(seed)


def test_any_integer_is_a_seed(drawing):
    for draw in drawing.values():
        for seed in (0, 3, LARGEST_SEED):
            found = draw(np.int64(seed))
            assert np.isfinite(found).all()
            np.testing.assert_array_equal(found, draw(seed))


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "a", None, 2**70])
def test_what_is_no_count_is_refused(n):
    model = zoo.build("vae", (6,), latent_dim=2, seed=0)
    with pytest.raises(zoo.UsageError, match="n must be"):
        model.sample(n)
    with pytest.raises(zoo.UsageError, match="steps must be"):
        model.interpolate(X[0], X[1], n)


@pytest.mark.parametrize("wrong", [None, "abc", X, X[0, :3], X[0] * np.nan])
def test_what_is_no_sample_is_no_end(wrong):
    model = zoo.build("vae", (6,), latent_dim=2, seed=0)
    for ends, name in (((wrong, X[0]), "a"), ((X[0], wrong), "b")):
        with pytest.raises(zoo.UsageError, match=f"^{name} must"):
            model.interpolate(*ends, 3)
