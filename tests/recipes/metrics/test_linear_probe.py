"""The linear probe reads what is linear in a code, and chooses on validation alone."""

import numpy as np
import pytest

from recipes.data.splits import Part, Splits
from recipes.metrics import linear_probe as module
from recipes.metrics.linear_probe import linear_probe

SIZES = {"train": 200, "validation": 100, "test": 400}


def split(labels):
    parts = {part: Part(np.zeros((len(y), 1), "float32"), np.asarray(y)) for part, y in labels.items()}
    return Splits(**parts, name="", source="", split="", licence="")


@pytest.fixture
def labels():
    return {part: np.arange(size) % 4 for part, size in SIZES.items()}


@pytest.fixture
def noise():
    rng = np.random.default_rng(0)
    return {part: rng.normal(size=(size, 8)) for part, size in SIZES.items()}


@pytest.fixture
def blurred(labels, noise):
    """Codes from which a part of the labels can be read."""
    return {part: np.eye(8)[labels[part]] + 0.7 * noise[part] for part in SIZES}


def test_separable_codes_give_no_error(labels):
    codes = {part: np.eye(4)[y] for part, y in labels.items()}
    assert linear_probe(codes, split(labels)) == {"validation": 0, "test": 0}


def test_random_codes_give_chance(labels, noise):
    errors = linear_probe(noise, split(labels))
    assert errors["validation"] == pytest.approx(0.75, abs=0.1)
    assert errors["test"] == pytest.approx(0.75, abs=0.1)


def test_codes_without_spread_give_chance(labels):
    codes = {part: np.full((size, 3), 0.1, "float32") for part, size in SIZES.items()}
    assert linear_probe(codes, split(labels)) == {"validation": 0.75, "test": 0.75}


def test_codes_may_be_of_any_rank(labels, blurred):
    maps = {part: code.reshape(-1, 2, 2, 2) for part, code in blurred.items()}
    assert linear_probe(maps, split(labels)) == linear_probe(blurred, split(labels))


def test_scale_and_offset_of_the_codes_do_not_matter(labels, blurred):
    errors = linear_probe(blurred, split(labels))
    assert 0.05 < errors["test"] < 0.5
    moved = {part: 1000 * (code + 10 * np.arange(8)) for part, code in blurred.items()}
    assert linear_probe(moved, split(labels)) == pytest.approx(errors, abs=0.005)


class Always:
    """A classifier that answers one label."""

    def __init__(self, label):
        self.label = label

    def predict(self, x):
        return np.full(len(x), self.label)


def test_the_strength_is_chosen_on_validation_and_fitted_again_with_it(monkeypatch):
    fitted = []

    def fit(strength, x, y):
        fitted.append((strength, len(x), len(y)))
        return Always(strength)

    monkeypatch.setattr(module, "STRENGTHS", (0, 1, 2))
    monkeypatch.setattr(module, "_fitted", fit)
    # Each strength answers itself; validation is mostly 1, train and test would choose others.
    labels = {"train": [0, 0, 0, 0, 0], "validation": [1, 1, 1, 0], "test": [2, 2, 2, 1]}
    codes = {part: np.arange(len(y), dtype=float)[:, None] for part, y in labels.items()}
    assert linear_probe(codes, split(labels)) == {"validation": 0.25, "test": 0.75}
    assert sorted(fitted[:3]) == [(0, 5, 5), (1, 5, 5), (2, 5, 5)]
    assert fitted[3:] == [(1, 9, 9)]


def test_validation_error_does_not_depend_on_test(labels, blurred, noise):
    before = linear_probe(blurred, split(labels))
    other = linear_probe({**blurred, "test": noise["test"]}, split({**labels, "test": labels["test"][::-1]}))
    assert other["validation"] == before["validation"]
    assert other["test"] > before["test"]
