"""Texts as bags of words: the vocabulary comes from training texts, and counts of all texts by it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import tensorflow as tf
from scipy import sparse

from recipes.data import keys
from recipes.data.documents import Documents, repeated
from recipes.data.parts import PARTS
from recipes.data.splits import Part, Splits
from zoo import UsageError
from zoo.autoencoder import Autoencoder
from zoo.ops import words
from zoo.wrappers.texts import Texts

BATCH = 1000  # texts that are split into words at once
FEWEST = 20  # words of a vocabulary
MOST_COUNTS = 500_000_000  # 2 GB of memory
# What is left of contractions, which scikit-learn's list lacks.
CONTRACTED = "ain aren couldn didn doesn don hadn hasn haven isn ll mightn mustn needn shouldn ve wasn weren wouldn"


@dataclass(frozen=True)
class Choice:
    """Which words of the training texts are counted.

    Attributes:
        lower: Whether capital letters become small ones.
        stop_words: "english" leaves scikit-learn's list of English words out, and what contractions leave; "none".
        min_documents: Texts that a word must be in, at least.
        max_share: Of the texts, at most.
        max_words: The most words, the most frequent ones.
    """

    lower: bool = False
    stop_words: str = "none"
    min_documents: int = 5
    max_share: float = 0.5
    max_words: int = 5000


@dataclass(frozen=True, eq=False)
class Bags:
    """Rows of counts, and how texts become such.

    Attributes:
        vocabulary: The words that columns count.
        choice: How they were chosen.
        documents: What to call the training texts.
        counts: Their rows.
    """

    vocabulary: tuple[str, ...]
    choice: Choice
    documents: tuple[str, ...]
    counts: np.ndarray
    output: ClassVar[str] = "counts"

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        return "texts, strings in UTF-8"

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns rows as they are: which texts they come from cannot be said."""
        return x

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns rows as they are."""
        return x

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes texts, and finds the training texts that are near to them."""
        return Texts(model, self.vocabulary, self.choice.lower, self.documents).remember(self.counts)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"texts": {"values": self.meaning, "words": len(self.vocabulary), **vars(self.choice)}}


@dataclass(frozen=True, eq=False)
class BagSplits(Splits):
    """Parts of counts, shape `(texts, vocabulary)`, with the texts that they come from.

    Attributes:
        vocabulary: The words that columns count.
        texts: Those of each part.
        words: Of each text of each part, its words that are in the vocabulary, by index and in order.
    """

    vocabulary: tuple[str, ...] = ()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: Mapping[str, Sequence[np.ndarray]] = field(default_factory=dict)

    __hash__ = object.__hash__  # so that what is counted of them can be kept

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the texts and labels that train or validate and over those that test, each in any order."""
        names = np.array(self.labels or ("",))
        rows = {
            part: [f"{text}\t{name}".encode() for text, name in zip(self.texts[part], names[self[part].y], strict=True)]
            for part in self
        }
        return keys.fingerprint([*rows["train"], *rows["validation"]], rows["test"])

    @property
    def hyperparameters(self) -> dict[str, str]:
        """None: recipes of counts build no other models."""
        return {}


def bags(documents: Documents, choice: Choice) -> BagSplits:
    """Counts words of texts.

    Args:
        documents: The texts.
        choice: Which words are counted.

    Raises:
        UsageError: If too few words are left.
    """
    rows, names = _words(documents.texts, choice.lower)
    kept = _chosen(rows, names, documents.rows["train"], choice, documents.source)
    size = len(documents.texts) * len(kept)
    if size > MOST_COUNTS:
        raise UsageError(
            f"{documents.source} has {len(documents.texts):,} texts, which with {len(kept):,} words take "
            f"{4 * size / 1e9:.0f} GB: give fewer texts, or a lower --max-words."
        )
    place = np.full(len(names), -1)
    place[kept] = np.arange(len(kept))
    known = [ids[ids >= 0] for ids in (place[row] for row in rows)]
    counts = _counts(known, len(kept))
    parts = {part: Part(counts[at], documents.y[at]) for part, at in documents.rows.items()}
    train = documents.rows["train"]
    titles = tuple(documents.titles[row] for row in train)
    vocabulary = tuple(names[i] for i in kept)
    without = int(np.sum([not len(row) for row in known]))
    return BagSplits(
        parts["train"],
        parts["validation"],
        parts["test"],
        name=documents.name,
        source=documents.source,
        split=documents.split,
        licence=documents.licence,
        units=Bags(vocabulary, choice, titles, parts["train"].x),
        labels=documents.labels,
        notes="\n".join(_notes(len(kept), without, repeated(documents))),
        vocabulary=vocabulary,
        texts={part: [documents.texts[row] for row in documents.rows[part]] for part in PARTS},
        words={part: [known[row] for row in documents.rows[part]] for part in PARTS},
    )


def _notes(vocabulary: int, without: int, twice: int) -> list[str]:
    """Returns what is worth telling: the vocabulary, texts without a word, texts that train and test."""
    said = [f"{vocabulary:,} words are counted."]
    if without:
        said.append(f"{without:,} texts have none of them.")
    if twice:
        said.append(f"{twice:,} texts of the test part are in the training part too, word by word.")
    return said


def _words(texts: Sequence[str], lower: bool) -> tuple[list[np.ndarray], list[str]]:
    """Returns the words of each text, in order, by their index among all different ones, and these."""
    found, lengths = [], []
    for start in range(0, len(texts), BATCH):
        split = words.split(tf.constant(list(texts[start : start + BATCH])), lower)
        found.append(split.values.numpy())
        lengths.append(split.row_lengths().numpy())
    ids, names = pd.factorize(np.concatenate(found))
    return np.split(ids, np.cumsum(np.concatenate(lengths))[:-1]), [name.decode() for name in names]


def _chosen(
    rows: Sequence[np.ndarray], names: Sequence[str], train: np.ndarray, choice: Choice, source: str
) -> np.ndarray:
    """Returns the words that are counted, by index, the most frequent first."""
    texts = [rows[row] for row in train]
    has = np.bincount(np.concatenate([np.unique(text) for text in texts]), minlength=len(names))
    total = np.bincount(np.concatenate(texts), minlength=len(names))
    stopped = _stopped() if choice.stop_words == "english" else frozenset()
    left = np.array([name.lower() not in stopped for name in names], bool)
    fits = left & (has >= choice.min_documents) & (has <= choice.max_share * len(texts))
    order = np.lexsort((np.array(names), -total))
    kept = order[fits[order]][: choice.max_words]
    if len(kept) < FEWEST:
        raise UsageError(
            f"{source} leaves {len(kept)} words to count, under {FEWEST}: of {len(names):,} words in its texts, so few "
            f"are in at least {choice.min_documents} of the {len(texts):,} that train and in at most "
            f"{choice.max_share:.0%}. Lower --min-documents, or give more texts."
        )
    return kept


def _stopped() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # which takes a second

    return ENGLISH_STOP_WORDS | frozenset(CONTRACTED.split())


def _counts(texts: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Returns how often each word is in each text, shape `(texts, size)`, float32."""
    ends = np.cumsum([0, *map(len, texts)])
    entries = (np.ones(ends[-1], "float32"), np.concatenate(texts), ends)
    return sparse.csr_array(entries, shape=(len(texts), size)).toarray()
