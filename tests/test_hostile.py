"""Every hyperparameter of every model against values that nobody should give: a sentence, or a model that is finite."""

import functools
import itertools
import random

import numpy as np
import pytest

import zoo
from zoo import kinds, registry
from zoo.autoencoder import Autoencoder
from zoo.ops import budget

WORDS = [None, "", "relu", "glu", "get", "threshold", "real", b"a", True, False]
NUMBERS = [0, -1, 1, 2.0, 0.5, -0.5, 100_000, 10**9, 2**31 - 1, 2**63, 2**70, 10**5000]
FLOATS = [float("nan"), float("inf"), 1e308, 1e39, 3e38, 1e30, 1e12, 1e-12, 1e-30, 1e-320]
TUPLES = [[], (), (0,), [1], (2, 1), (1.5,), (1e39,), (10**7,), (10**9,), ((1,),), (1,) * 101, ("a",)]
NUMPY = [np.int64(2), np.float32(0.5), np.float64("nan"), np.bool_(True), np.str_("tanh"), np.array(2), np.arange(3)]
ENDLESS: list = []
ENDLESS.append(ENDLESS)
HOSTILE = [*WORDS, *NUMBERS, *FLOATS, *TUPLES, *NUMPY, (np.int32(4),), {}, {1}, object(), 1j, len, ENDLESS]
# What makes each model small, so that a step takes no time.
SMALL = {"latent_dim": 4, "k": 2, "hidden_units": (4,), "discriminator_units": (4,), "codebook_size": 8, "width": 8}
SMALL |= {"decoder_width": 8, "heads": 2, "patch_size": 2}
OWN = {name: {"filters": (4,), "blocks": (1,)} for name in ("mender", "restorer")}
OWN |= {"vq_vae": {"filters": (4,)}, "convolutional": {"filters": (4,)}}
OWN |= {"factorized": {"filters": (4, 8), "blocks": 1}, "hyperprior": {"filters": (4, 8), "blocks": 1, "hyper_dim": 4}}
CASES = [
    (name, key, place)
    for name in zoo.list_models()
    for key in [*registry.hyperparameters(registry.outline(name)), "input_shape"]
    for place in range(len(HOSTILE))
]


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets weights take 64 MB at most, and so each trial no time."""
    monkeypatch.setattr(budget, "limit", lambda: 2**26)


@functools.cache
def samples(kind: str, shape: tuple[int, ...]) -> np.ndarray:
    return kinds.find(kind).samples(np.random.default_rng(0), 4, shape)


def outcome(name: str, given: dict, kind: str = "") -> str:
    """Says whether a model is refused, and if not trains it for a step and looks at all its numbers."""
    known = registry.hyperparameters(registry.find(name))
    if kind and "output" in known:
        given = {"output": kind, **given}
    small = {key: value for key, value in {**SMALL, **OWN.get(name, {})}.items() if key in known}
    usual = kinds.find(kind or next(iter(zoo.describe(name).kinds))).SHAPES[0]
    shape = given.pop("input_shape", tuple(size or 8 for size in usual))
    try:
        model = zoo.build(name, shape, **{**small, "seed": 0, **given})
        model.run_eagerly = True
        x = samples(model.kind.name, tuple(model.encoder.inputs[0].shape[i] or 8 for i in range(1, 1 + len(shape))))
        beside = (np.zeros(len(x), int),) if getattr(model, "classes", 0) else ()
        logs = model.fit(x, *beside, verbose=0).history
    except zoo.UsageError as error:
        refusal = str(error)
    else:
        check_finite(model, x, beside, logs)
        return "trained"
    assert "\n" not in refusal
    assert len(refusal) < 800
    return "refused"


def check_finite(model: Autoencoder, x: np.ndarray, beside: tuple, logs: dict) -> None:
    assert np.isfinite(logs["loss"]).all()
    for found in (*model.get_weights(), model.encode(x, *beside), model.score(x, *beside)):
        assert np.isfinite(found).all()


def test_a_draw_of_all_trials_is_refused_or_finite():
    drawn = random.Random(0).sample(CASES, 150)
    found = [outcome(name, {key: HOSTILE[place]}) for name, key, place in drawn]
    assert 10 < found.count("trained") < 60


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key"), sorted({case[:2] for case in CASES}))
def test_every_value_of_every_hyperparameter_is_refused_or_finite(name, key):
    for value, kind in itertools.product(HOSTILE, {"", *({"real"} & set(zoo.describe(name).kinds))}):
        outcome(name, {key: value}, kind)
