"""Units of texts: each is found by its file, says what it is, and gives back what it has taken apart."""

import pytest
import tensorflow as tf

import zoo
from recipes.data import lines
from zoo import tokenizers
from zoo.layers.vocabulary import Vocabulary

TEXTS = ["low lower", "new newest", "low newest"]
SYLLABLE = '''"""Syllables, which end with a vowel; known if seen once."""

import tensorflow as tf

from zoo.tokenizers._tokenizer import Tokenizer, frequent, identified


class Syllable(Tokenizer):
    """Syllables."""

    one, many, least, counted = "syllable", "syllables", 1, "characters"

    def length(self, text):
        return len(text)

    def learn(self, texts, least):
        return frequent((part for text in texts for part in marked(text).numpy().decode().split("|")), least)

    def split(self, texts, known):
        return identified(tf.strings.split(marked(texts), "|"), known)


def marked(texts):
    return tf.strings.regex_replace(texts, "([aeiou])(.)", r"\\\\1|\\\\2")
'''


@pytest.mark.parametrize("name", tokenizers.names())
def test_each_gives_back_what_it_has_taken_apart(name):
    unit = tokenizers.find(name)
    assert unit.many == f"{unit.one}s"
    vocabulary = Vocabulary.fitted(TEXTS, 12, name)
    assert [text.decode() for text in vocabulary.texts(vocabulary(tf.constant(TEXTS))).numpy()] == TEXTS
    often = unit.learn(TEXTS, 2)
    assert often == sorted(set(often))
    assert set(often) <= set(unit.learn(TEXTS, 1))
    assert vocabulary.texts(tf.constant([[1.0]])).numpy() == [unit.sign.encode()]


def test_lengths_are_what_people_count():
    assert {name: tokenizers.find(name).length("two words") for name in ("char", "word", "piece")} == {
        "char": 9,
        "word": 2,
        "piece": 2,
    }


def test_a_new_one_is_a_file(tmp_path, monkeypatch):
    (tmp_path / "syllable.py").write_text(SYLLABLE.replace("\\\\", "\\"), "utf-8")
    monkeypatch.setattr(tokenizers, "__path__", [*tokenizers.__path__, str(tmp_path)])
    assert "syllable" in tokenizers.names()
    assert "syllable (syllables, which end with a vowel; known if seen once)" in tokenizers.listed()
    file = tmp_path / "t.txt"
    file.write_text("".join(f"ba{i % 10}ko{i // 10}\n" for i in range(100)), "utf-8")
    found = lines.load(str(file), unit="syllable")
    assert len(found.vocabulary.tokens) == 1 + 10 + 10  # ba, a digit and ko, a digit
    assert [text.decode() for text in found.vocabulary.texts(found.test.x).numpy()] == found.test.texts
    assert found.unknown == 0


def test_what_is_no_unit_is_answered_with_those_that_are():
    with pytest.raises(zoo.UsageError, match=r"unit must be one of 'char', 'piece', 'word'. Received: unit='words'"):
        Vocabulary(["a"], 4, "words")


@pytest.mark.parametrize("space", [" ", "\t", "\N{NO-BREAK SPACE}", "\N{EM SPACE}", "\x1c", "\x85", "\x0b"])
@pytest.mark.parametrize("name", ["word", "piece"])
def test_what_is_learned_is_what_is_found(name, space):
    """Python's own white space is more than TensorFlow's."""
    texts = [f"one{space}two", f"two{space}one"]
    unit, vocabulary = tokenizers.find(name), Vocabulary.fitted(texts, 12, name)
    ids = vocabulary(tf.constant(texts)).numpy()
    assert not (ids == 1).any()
    if name == "word":
        assert [unit.length(text) for text in texts] == (ids > 0).sum(axis=1).tolist()
