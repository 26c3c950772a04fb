"""A model of strings: what is trained, what is near, and what does not fit."""

import numpy as np
import pytest

import zoo
from zoo.layers.vocabulary import Vocabulary
from zoo.wrappers.strings import Strings

LINES = ["ab", "abc", "ba", "cab"]


@pytest.fixture(scope="module")
def model():
    vocabulary = Vocabulary.fitted(LINES, 5)
    inner = zoo.build("sequence", (5,), vocabulary=vocabulary.size, latent_dim=3, embedding_dim=4, width=8, seed=0)
    return Strings(inner, vocabulary, LINES).remember()


def test_the_nearest_line_of_a_line_is_itself(model):
    found = model._nearest(model.encode(LINES), 2)
    assert [row[0].decode() for row in found["texts"].numpy()] == LINES
    assert model.nearest(["ab"], 1) == [["ab"]]
    kept = model.encode(LINES).astype("float16").astype("float32")
    expected = np.linalg.norm(model.encode(["ab"]) - kept, axis=1)
    np.testing.assert_allclose(found["distance"][0], np.sort(expected)[:2], rtol=1e-3, atol=1e-6)


def test_what_is_unknown_and_what_is_cut_off_is_counted(model):
    found = model.endpoints()["encode"].call(np.array(["ab", "axyb", "ababababab"]))
    assert found["unknown"].numpy().tolist() == [0, 2, 0]
    assert found["cut"].numpy().tolist() == [0, 0, 5]


def test_it_is_trained_on_strings(model):
    before = model.score(LINES).mean()
    model.model.run_eagerly = True
    model.fit(LINES, epochs=2, verbose=0)
    assert model.score(LINES).mean() < before
    assert "generate" not in model.endpoints()  # of a model without a prior
    with pytest.raises(zoo.UsageError, match="model must be one that can sample"):
        model.sample(2)


def test_what_does_not_fit_is_refused(model):
    with pytest.raises(zoo.UsageError, match="model must be one of 3 ids and 5 places"):
        Strings(model.model, Vocabulary(["a"], 5), LINES)
    with pytest.raises(zoo.UsageError, match="lines must be at least one string"):
        Strings(model.model, model.vocabulary, [])
