"""A model of counts that takes texts: how they become words, the vocabulary and the documents it knows travel inside.

Texts are strings in UTF-8; what is a word says `zoo/ops/words.py`. Words that are not in the vocabulary count nothing.
Strings stay in TensorFlow: ONNX and LiteRT have no such operations, and refuse these signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.families.topical import TopicModel
from zoo.ops import words
from zoo.wrappers.wrapper import Wrapper

SHOWN = 10  # words of a topic
EPSILON = 1e-9  # of a code's squared length
TEXTS = tf.TensorSpec((None,), tf.string, name="texts")
COUNT = tf.TensorSpec((), tf.int32, name="k")


@keras.saving.register_keras_serializable("zoo")
class Texts(Wrapper):
    """Wraps a model of rows of counts, `(batch, vocabulary)`.

    Args:
        model: The model.
        vocabulary: The words that columns count, each another.
        lower: Whether capital letters of texts become small ones; the vocabulary's stay as they are.
        documents: What to call the documents that `nearest` finds; `remember` tells their codes.
        name: The model's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        vocabulary: Sequence[str],
        lower: bool = False,
        documents: Sequence[str] = (),
        name: str | None = None,
    ) -> None:
        size = model.encoder.input_shape[-1]
        fits = len(set(vocabulary)) == len(vocabulary) == size
        checks.check(fits, "vocabulary", f"{size} words, each another", list(vocabulary)[:SHOWN])
        known = {"vocabulary": tuple(map(str, vocabulary)), "documents": tuple(map(str, documents))}
        super().__init__(model, name=name, lower=lower, **known)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes room for the documents' codes, which are not trained."""
        shape = (len(self.documents), *self.encoder.output_shape[1:])
        if self.documents:
            self.known = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="known")
        super().build(input_shape)

    def remember(self, x: np.ndarray) -> Self:
        """Keeps the codes of the documents, whose counts are x, `(documents, vocabulary)`; returns the model."""
        checks.check(len(x) == len(self.documents), "x", f"rows of {len(self.documents)} documents", len(x))
        self.known.assign(self.encode(x))
        return self

    def counts(self, texts: Sequence[str] | tf.Tensor) -> tf.Tensor:
        """Returns how often each word of the vocabulary is in each text, shape `(batch, vocabulary)`."""
        return words.counted(words.split(tf.convert_to_tensor(texts), self.lower), self.vocabulary)

    def nearest(self, texts: Sequence[str] | tf.Tensor, k: int | tf.Tensor = 5) -> dict[str, tf.Tensor]:
        """Returns the k documents whose codes have the smallest angles to those of texts, `(batch, k)` each.

        Args:
            texts: Strings.
            k: How many; at most as many as there are.

        Returns:
            `document`, their places, int32; `name`; and `similarity`, the cosine.
        """
        codes, known = (_directions(values) for values in (self._codes(self.counts(texts)), self.known))
        best, place = tf.math.top_k(tf.matmul(codes, known, transpose_b=True), tf.clip_by_value(k, 0, known.shape[0]))
        return {"document": place, "name": tf.gather(tf.constant(self.documents), place), "similarity": best}

    def top_words(self, k: int | tf.Tensor = SHOWN) -> dict[str, tf.Tensor]:
        """Returns each topic's words, the most telling first, and their chances in it: shape `(topics, k)` each."""
        place = self.model.top(tf.clip_by_value(k, 0, len(self.vocabulary)))
        chances = tf.gather(self.model.words(), place, axis=1, batch_dims=1)
        return {"words": tf.gather(tf.constant(self.vocabulary), place), "chance": chances}

    def topics(self, texts: Sequence[str] | tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the shares of topics in each text, `(batch, topics)`, the largest one's place and its words."""
        shares = self.model.mixing(self._codes(self.counts(texts)))
        largest = tf.argmax(shares, axis=1, output_type=tf.int32)
        titles = tf.strings.reduce_join(self.top_words(SHOWN)["words"], axis=1, separator=" ")
        return {"mixture": shares, "topic": largest, "words": tf.gather(titles, largest)}

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: what the model does with samples, of texts, and what texts alone allow."""
        of_samples = self.model.endpoints()

        def of_texts(name: str) -> Endpoint:
            call = of_samples[name].call
            return of_samples[name]._replace(
                call=lambda texts: call(self.counts(texts)), inputs=(TEXTS,), examples=texts, samples=frozenset()
            )

        def vocabulary() -> dict[str, tf.Tensor]:
            return {"word": tf.constant(self.vocabulary)}

        def count(texts: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"counts": self.counts(texts)}

        texts = {"texts": [" ".join(self.vocabulary[:5]), " ".join(self.vocabulary[-3:] * 2), "", "?"]}
        asked = {**texts, "k": 3}
        found = {
            "serving_default": of_texts("encode"),
            "encode": of_texts("encode"),
            "score": of_texts("score"),
            "decode": of_samples["decode"],
            "counts": Endpoint(count, (TEXTS,), examples=texts),
            "vocabulary": Endpoint(vocabulary, ()),
        }
        if self.documents:
            found["nearest"] = Endpoint(self.nearest, (TEXTS, COUNT), examples=asked)
        if isinstance(self.model, TopicModel):
            found["topics"] = Endpoint(self.topics, (TEXTS,), examples=texts)
            found["top_words"] = Endpoint(self.top_words, (COUNT,), examples=asked)
        return found

    def _codes(self, counts: tf.Tensor) -> tf.Tensor:
        return self.encoder(counts, training=False)


def _directions(codes: Any) -> tf.Tensor:
    """Returns codes of the length 1, shape `(n, numbers)`."""
    return tf.math.l2_normalize(tf.reshape(codes, (tf.shape(codes)[0], -1)), axis=1, epsilon=EPSILON)
