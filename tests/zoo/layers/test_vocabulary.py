"""Strings as ids: any Unicode comes back as it was, and what is unknown is seen."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.layers.vocabulary import Vocabulary

TEXTS = ["Amélie", "七人の侍", "It's a 🎬", "a b  c"]


def back(vocabulary: Vocabulary, texts: list[str]) -> list[str]:
    return [text.decode() for text in vocabulary.texts(vocabulary(tf.constant(texts))).numpy()]


def test_letters_of_any_script_come_back():
    vocabulary = Vocabulary.fitted(TEXTS, 12)
    assert back(vocabulary, TEXTS) == TEXTS
    assert vocabulary.size == 2 + len(set("".join(TEXTS)))
    ids = vocabulary(tf.constant(["七x"])).numpy()
    assert ids.dtype == np.float32
    assert ids.shape == (1, 12)
    assert ids[0, 1:].tolist() == [1] + [0] * 10
    assert back(vocabulary, ["七x"]) == ["七\N{REPLACEMENT CHARACTER}"]


def test_words_are_what_stands_between_white_space():
    vocabulary = Vocabulary.fitted(["the cat , the mat", "the dog"], 4, "word", least=2)
    assert vocabulary.tokens == ("the",)
    assert back(vocabulary, ["the  cat\tthe the the the", ""]) == ["the [UNK] the the", ""]
    assert vocabulary.pieces(tf.constant(["a b c d e f"])).row_lengths().numpy() == [6]


def test_pieces_of_words_make_words_that_were_never_seen():
    vocabulary = Vocabulary.fitted(["lower new", "low newest"], 12, "piece", least=2)
    assert {" low", " new", "e", "s"} <= set(vocabulary.tokens)
    texts = ["newest  lower", "slow", " west\n"]
    assert back(vocabulary, texts) == ["newest lower", "slow", "west"]
    assert vocabulary.pieces(tf.constant(["low x"])).to_list()[0][1:] == [2 + vocabulary.tokens.index(" "), 1]


def test_capitals_are_kept_unless_asked():
    assert back(Vocabulary.fitted(["Ärger"], 6), ["Ärger"]) == ["Ärger"]
    lower = Vocabulary.fitted(["Ärger"], 6, lower=True)
    assert back(lower, ["ÄRGER"]) == ["ärger"]


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=6)


@given(st.lists(words, min_size=1, max_size=5), st.sampled_from(["char", "word"]))
def test_whatever_was_seen_comes_back(tokens, unit):
    text = " ".join(tokens)
    vocabulary = Vocabulary.fitted([text], 40, unit)
    assert back(vocabulary, [text]) == [text]


def test_it_is_made_again_from_its_configuration():
    vocabulary = Vocabulary.fitted(TEXTS, 12)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(vocabulary))
    np.testing.assert_array_equal(again(tf.constant(TEXTS)), vocabulary(tf.constant(TEXTS)))


def test_no_tokens_and_tokens_twice_are_refused():
    with pytest.raises(zoo.UsageError, match="tokens must be at least one, each another"):
        Vocabulary(["a", "a"], 4)
    with pytest.raises(zoo.UsageError, match="min_count must be one that a token reaches"):
        Vocabulary.fitted(["ab"], 4, least=2)
