"""Pieces of words: what is frequent is merged, by hand, and every text comes back."""

import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops import byte_pairs

UNKNOWN = -1


def split(text: str, known: list[str]) -> list[str]:
    """Returns the pieces that the graph takes a text apart into; what is unknown is written as "?"."""

    def find(words: tf.Tensor) -> tf.Tensor:
        return tf.constant([known.index(w.decode()) if w.decode() in known else UNKNOWN for w in words.numpy()])

    ids = byte_pairs.split(tf.constant([text]), find, UNKNOWN, max(map(len, known)))
    return [known[i] if i != UNKNOWN else "?" for i in ids[0].numpy()]


def expected(text: str, known: list[str]) -> list[str]:
    """Does the same in a loop."""
    found, rest = [], "".join(f" {word.decode()}" for word in text.encode().split())
    while rest:
        fitting = [piece for piece in known if rest.startswith(piece)]
        found.append(max(fitting, key=len) if fitting else "?")
        rest = rest[len(found[-1]) :]
    return found


def test_neighbors_are_merged_by_how_often_they_stand_side_by_side():
    # " ab" thrice and " cb" once: " a" or "ab" first, by their order, then the rest; " c" and "cb" stand there once.
    assert byte_pairs.learn(["ab ab", "ab  cb"], 2) == [" ", " a", " ab", "a", "b", "c"]
    assert byte_pairs.learn(["ab ab", "ab  cb"], 4) == [" ", "a", "b", "c"]
    assert byte_pairs.learn(["ab ab", "ab  cb"], 1) == [" ", " a", " ab", " c", " cb", "a", "b", "c"]


def test_pairs_that_a_merge_takes_apart_are_counted_no_more():
    # "a" and "a" stand side by side four times, which makes " ", "aa", "a" of both words; then " " and "aa" are merged.
    assert byte_pairs.learn(["aaa aaa"], 2) == [" ", " aa", " aaa", "a", "aa"]
    assert byte_pairs.learn(["aaa aaa"], 3) == [" ", "a", "aa"]


def test_the_longest_piece_is_taken():
    assert split("ab abc  c", [" ", " a", " ab", "b", "bc", "c"]) == [" ab", " ab", "c", " ", "c"]
    assert split("äb", [" ", "b"]) == [" ", "?", "b"]
    assert split(" \t", [" ", "b"]) == []


def test_texts_are_taken_apart_together_as_one_by_one():
    known = [" ", "a", "b", " a", "ab", " b"]
    texts = ["ab", "", "b a", "ba"]

    def find(words: tf.Tensor) -> tf.Tensor:
        return tf.constant([known.index(w.decode()) if w.decode() in known else UNKNOWN for w in words.numpy()])

    found = byte_pairs.split(tf.constant(texts), find, UNKNOWN, 2)
    assert [[known[i] for i in row] for row in found.to_list()] == [split(text, known) for text in texts]


letters = st.text("abcé七 ", max_size=30)


@settings(deadline=None, max_examples=40)
@given(st.lists(letters, min_size=1, max_size=6), letters, st.integers(1, 4))
def test_any_text_is_taken_apart_as_a_loop_does_it(texts, text, least):
    known = byte_pairs.learn(texts, least)
    if known:
        assert split(text, known) == expected(text, known)
        assert all(len(piece) == 1 or " ".join(["", *" ".join(texts).split()]).count(piece) >= least for piece in known)
