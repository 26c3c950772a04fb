"""Words are chosen from training texts alone, and counted in all."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes.data.bags import Choice, bags
from recipes.data.documents import Documents
from zoo import UsageError

COMMON = " ".join(f"word{i:02}" for i in range(25))
TEXTS = [f"The cat the hat {COMMON}", f"the dog {COMMON}", f"Dog isn't {COMMON}", f"unseen unseen dog {COMMON}", COMMON]
ROWS = {"train": np.array([0, 1, 2]), "validation": np.array([3]), "test": np.array([4])}


def counted(**choice):
    y = np.array([0, 1, 1, 1, 0])
    made = Documents(TEXTS, ["a", "b", "c", "d", "e"], y, ("cat", "dog"), ROWS, "five", "five.txt", "as given", "none")
    return bags(made, Choice(**{"min_documents": 1, "max_share": 1.0, **choice}))


def column(splits, word: str) -> list[float]:
    place = splits.vocabulary.index(word)
    return [float(x) for part in splits for x in splits[part].x[:, place]]


def test_words_of_training_texts_are_counted_in_all_parts():
    splits = counted()
    assert column(splits, "the") == [1, 1, 0, 0, 0]
    assert column(splits, "The") == [1, 0, 0, 0, 0]
    assert column(splits, "dog") == [0, 1, 0, 1, 0]
    assert column(splits, "word07") == [1] * 5
    assert "unseen" not in splits.vocabulary  # which validates


def test_capitals_stop_words_and_shares_are_as_asked():
    lower = counted(lower=True)
    assert column(lower, "the") == [2, 1, 0, 0, 0]
    assert column(lower, "dog") == [0, 1, 1, 1, 0]
    english = counted(stop_words="english").vocabulary
    assert not {"the", "The", "isn"} & set(english)
    assert {"cat", "Dog"} <= set(english)
    assert set(counted(min_documents=2).vocabulary) == {"the", *COMMON.split()}
    assert set(counted(max_words=22).vocabulary) <= set(COMMON.split())
    with pytest.raises(UsageError, match="leaves 6 words to count, under 20"):
        counted(max_share=0.5)


def test_words_stay_in_order_for_those_who_look_at_neighbors():
    splits = counted(lower=True)
    words = [splits.vocabulary[i] for i in splits.words["train"][0][:4]]
    assert words == ["the", "cat", "the", "hat"]


def test_the_key_is_the_texts_own_whatever_is_counted():
    assert counted().key == counted(lower=True).key
    assert (
        dataclasses.replace(counted(), texts={part: ["other"] * len(ROWS[part]) for part in ROWS}).key != counted().key
    )


def test_the_export_counts_as_the_training_did():
    splits = counted(lower=True)
    model = zoo.build("vanilla", splits.shape, output="counts", latent_dim=2, seed=0).adapt(splits.train.x)
    export = splits.wrap(model)
    np.testing.assert_array_equal(export.counts(tf.constant(TEXTS[:3])), splits.train.x)
    assert export.nearest([TEXTS[1]], 1)["name"].numpy().tolist() == [[b"b"]]
