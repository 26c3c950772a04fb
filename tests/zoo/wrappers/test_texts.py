"""Texts in, topics and neighbors out: in Python and in an export without Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from serving.verify import verify
from zoo.wrappers.texts import Texts

WORDS = ("moon", "star", "sun", "bread", "salt", "жизнь")
TEXTS = ["Moon and star, moon!", "bread, salt; bread", "ЖИЗНЬ", "nothing known", ""]
ROWS = [[2, 1, 0, 0, 0, 0], [0, 0, 0, 2, 1, 0], [0, 0, 0, 0, 0, 1], [0] * 6, [0] * 6]
DOCUMENTS = ("sky", "kitchen", "life")


@pytest.fixture(scope="module")
def texts():
    keras.utils.set_random_seed(0)
    model = zoo.build("topics", (6,), latent_dim=2, hidden_units=(4,), seed=0)
    x = np.array(ROWS[:3], "float32")
    model.fit(np.repeat(x, 20, axis=0), epochs=5, batch_size=10, verbose=0)
    return Texts(model, WORDS, lower=True, documents=DOCUMENTS).remember(x)


@pytest.fixture(scope="module")
def folder(texts, tmp_path_factory):
    return zoo.export(texts, tmp_path_factory.mktemp("texts"), examples=np.zeros(0))


def test_words_are_counted_and_capitals_are_small_ones_if_asked(texts):
    assert texts.counts(TEXTS).numpy().tolist() == ROWS
    as_it_is = Texts(texts.model, WORDS)
    assert as_it_is.counts(TEXTS[:1]).numpy().tolist() == [[1, 1, 0, 0, 0, 0]]


def test_codes_and_scores_are_the_models_of_these_counts(texts):
    endpoints, x = texts.endpoints(), np.array(ROWS, "float32")
    found = endpoints["encode"].call(tf.constant(TEXTS))
    np.testing.assert_allclose(found["code"], texts.model.encode(x), atol=1e-6)
    np.testing.assert_allclose(found["mixture"], texts.model.mixture(x), atol=1e-6)
    score = endpoints["score"].call(tf.constant(TEXTS))["score"]
    np.testing.assert_allclose(score, texts.model.score(x), atol=1e-6)


def test_a_document_is_nearest_to_itself(texts):
    found = texts.nearest(TEXTS[:3], 2)
    assert found["document"].numpy()[:, 0].tolist() == [0, 1, 2]
    assert found["name"].numpy()[:, 0].tolist() == [b"sky", b"kitchen", b"life"]
    np.testing.assert_allclose(found["similarity"][:, 0], 1, atol=1e-5)
    assert texts.nearest(TEXTS[:1], 99)["document"].shape == (1, 3)


def test_topics_come_with_their_words(texts):
    found = texts.topics(TEXTS)
    np.testing.assert_allclose(tf.reduce_sum(found["mixture"], 1), 1, rtol=1e-6)
    top = texts.top_words(3)["words"].numpy()
    assert found["words"].numpy()[0].decode().split()[:3] == [word.decode() for word in top[found["topic"].numpy()[0]]]
    assert set(top.ravel()) <= {word.encode() for word in WORDS}


def test_an_export_answers_texts_without_keras(folder, texts):
    assert verify(folder, tolerance=1e-5, trusted=False)[1] == []
    again = zoo.load(folder)
    np.testing.assert_array_equal(again.known, texts.known)
    assert again.nearest(TEXTS[:1], 1)["name"].numpy().tolist() == [[b"sky"]]
    signatures = tf.saved_model.load(str(folder / "saved_model")).signatures
    found = signatures["topics"](texts=tf.constant(["Moon, moon"]))
    np.testing.assert_allclose(found["mixture"], texts.topics(["moon moon"])["mixture"], atol=1e-6)


def test_a_model_of_codes_alone_has_no_topics(tmp_path):
    model = zoo.build("vanilla", (6,), output="counts", latent_dim=2, hidden_units=(), seed=0)
    endpoints = Texts(model, WORDS).endpoints()
    assert "topics" not in endpoints
    assert "nearest" not in endpoints


@pytest.mark.parametrize("words", [WORDS[:5], (*WORDS[:5], "moon")])
def test_a_vocabulary_of_another_length_or_with_a_word_twice_is_refused(texts, words):
    with pytest.raises(zoo.UsageError, match="each another"):
        Texts(texts.model, words)
