"""A model of sequences that takes strings and gives strings: what makes ids of them, and lines of them, travels inside.

Beside the model lie lines and their codes, among which those near to a new one are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Endpoint
from zoo.families.sequences import Sequences
from zoo.given import Given
from zoo.layers.vocabulary import UNKNOWN, Vocabulary
from zoo.wrappers.wrapper import Wrapper

EXAMPLES = 4  # lines whose outputs lie beside an export
GENERATED = {"count": 8, "temperature": 1.0, "seed": (1, 2)}  # what an export is asked to write, likewise
NEAR = 3
BATCH = 256
STRINGS = tf.TensorSpec((None,), tf.string, name="texts")


@keras.saving.register_keras_serializable("zoo")
class Strings(Wrapper):
    """Wraps a model of "tokens" as one of strings.

    Args:
        model: The model.
        vocabulary: Makes ids of strings, and strings of ids.
        lines: Strings that new ones are compared with, at least one; their codes are kept, as half floats.
        name: The model's name; the wrapped one's if not given.
    """

    def __init__(self, model: Sequences, vocabulary: Vocabulary, lines: Sequence[str], name: str | None = None) -> None:
        ids = getattr(model.kind, "vocabulary", None)
        fits = model.sample_shape == (vocabulary.length,) and ids == vocabulary.size
        expected = f"one of {vocabulary.size} ids and {vocabulary.length} places, as the vocabulary is"
        checks.check(fits, "model", expected, (ids, model.sample_shape))
        checks.check(bool(lines), "lines", "at least one string", lines)
        super().__init__(model, name=name, vocabulary=vocabulary, lines=tuple(lines))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes room for the lines' codes."""
        shape = (len(self.lines), self.model.encoder.output_shape[-1])
        self.codes_of_lines = self.add_weight(
            shape=shape, dtype="float16", initializer="zeros", trainable=False, name="codes_of_lines"
        )
        super().build(input_shape)

    def remember(self) -> Strings:
        """Encodes the lines that new ones are compared with, once the model is trained; returns the model."""
        self.codes_of_lines.assign(self.encode(self.lines).astype("float16"))
        return self

    def ids(self, name: str, texts: Any) -> np.ndarray:
        """Returns the ids of strings, shape `(n, length)`, float32.

        Raises:
            UsageError: If they are no strings.
        """
        one_by_one = isinstance(texts, (list, tuple, np.ndarray)) and all(
            isinstance(text, (str, bytes)) for text in texts
        )
        checks.check(one_by_one, name, "a list of strings", texts, "For one string, write [text].")
        found = [self.vocabulary(tf.constant(texts[i : i + BATCH])) for i in range(0, len(texts), BATCH)]
        return np.concatenate([np.zeros((0, self.vocabulary.length), "float32"), *found])

    def strings(self, ids: np.ndarray) -> list[str]:
        """Returns the strings of ids, shape `(n, length)`."""
        return [text.decode() for text in self.vocabulary.texts(tf.constant(ids)).numpy().tolist()]

    def inside(self, given: Given, whose: str = "") -> Given:
        """Returns what the model is to be trained on, or to be measured by: ids."""
        y = None if given.y is None else self.ids(f"{whose}y", given.y)
        return Given(self.ids(f"{whose}x", given.x), y, given.weight)

    def encode(self, x: Sequence[str], batch_size: int = BATCH) -> np.ndarray:  # type: ignore[override]
        """Returns the codes of strings, shape `(n, latent_dim)`."""
        return self.model.encode(self.ids("x", x), batch_size)

    def decode(self, code: np.ndarray, batch_size: int = BATCH) -> list[str]:  # type: ignore[override]
        """Returns the likeliest string of each code, token by token."""
        return self.strings(self.model.decode(code, batch_size))

    def reconstruct(self, x: Sequence[str], batch_size: int = BATCH) -> list[str]:  # type: ignore[override]
        """Returns what becomes of strings."""
        return self.decode(self.encode(x, batch_size), batch_size)

    def score(self, x: Sequence[str], batch_size: int = BATCH) -> np.ndarray:  # type: ignore[override]
        """Returns what each string costs in nats, shape `(n,)`, as the model's own `score` says it."""
        return self.model.score(self.ids("x", x), batch_size)

    def sample(self, n: int, temperature: float = 1.0, seed: int = 0) -> list[str]:
        """Returns new strings: draws from the prior, written with a temperature; 0 takes the likeliest tokens.

        Raises:
            UsageError: If the model has no prior to draw from.
        """
        checks.check(hasattr(self.model, "draws"), "model", "one that can sample", self.name)
        self.model.check_count("n", n)
        codes = self.model.draws(n, [checks.seed(seed), 0]).numpy()
        return self.strings(self.model.write(codes, temperature, seed))

    def interpolate(self, a: str, b: str, steps: int = 7) -> list[str]:
        """Returns what is written on the way from one string's code to another's, both included."""
        checks.integer("steps", steps, 2, 1000)
        begin, end = self.encode([a, b])
        share = np.linspace(0, 1, steps, dtype="float32")[:, None]
        return self.decode((1 - share) * begin + share * end)

    def nearest(self, x: Sequence[str], k: int = NEAR) -> list[list[str]]:
        """Returns, for each string, those k of the lines whose codes are nearest."""
        checks.positive_integer("k", k, len(self.lines))
        found = self._nearest(tf.constant(self.encode(x)), tf.constant(k))["texts"]
        return [[text.decode() for text in row] for row in found.numpy()]

    def _nearest(self, code: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        known = tf.cast(self.codes_of_lines, tf.float32)
        squares = tf.reduce_sum(tf.square(code), 1)[:, None] + tf.reduce_sum(tf.square(known), 1)
        squares -= 2 * tf.matmul(code, known, transpose_b=True)
        _, place = tf.math.top_k(-squares, tf.minimum(k, len(self.lines)))
        # Of those found anew: a sum of squares that nearly cancel has a root that is wrong in its third digit.
        distance = tf.norm(code[:, None] - tf.gather(known, place), axis=2)
        return {"texts": tf.gather(tf.constant(self.lines), place), "distance": distance}

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: strings in UTF-8 go in and come out."""
        of_ids, vocabulary = self.model.endpoints(), self.vocabulary
        examples = {"texts": list(self.lines[:EXAMPLES]), "k": NEAR, "steps": 5, **GENERATED}

        def endpoint(call: Any, *inputs: tf.TensorSpec) -> Endpoint:
            return Endpoint(
                call, inputs, examples={spec.name: examples[spec.name] for spec in inputs if spec.name != "code"}
            )

        def encode(texts: tf.Tensor) -> dict[str, tf.Tensor]:
            pieces = vocabulary.pieces(texts)
            unknown = tf.reduce_sum(tf.cast(pieces == UNKNOWN, tf.int32), axis=1)
            cut = tf.maximum(tf.cast(pieces.row_lengths(), tf.int32) - vocabulary.length, 0)
            return {**of_ids["encode"].call(vocabulary(texts)), "unknown": unknown, "cut": cut}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"texts": vocabulary.texts(self.model.writer.write(code))}

        def reconstruct(texts: tf.Tensor) -> dict[str, tf.Tensor]:
            return decode(self.encoder(vocabulary(texts), training=False))

        def score(texts: tf.Tensor) -> dict[str, tf.Tensor]:
            ids = vocabulary(texts)
            return {"score": self.model.unlikely(ids), "tokens": tf.reduce_sum(tf.cast(ids > 0, tf.int32), axis=1)}

        def nearest(texts: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._nearest(self.encoder(vocabulary(texts), training=False), k)

        def interpolate(texts: tf.Tensor, steps: tf.Tensor) -> dict[str, tf.Tensor]:
            code = self.encoder(vocabulary(texts), training=False)
            share = tf.linspace(0.0, 1.0, steps)[:, None]
            return decode((1 - share) * code[:1] + share * code[-1:])

        def generate(count: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
            ids = self.model.writer.write(self.model.draws(count, seed), temperature, seed)
            return {"texts": vocabulary.texts(ids)}

        number = {name: tf.TensorSpec((), tf.int32, name=name) for name in ("k", "steps", "count")}
        temperature = tf.TensorSpec((), tf.float32, name="temperature")
        drawn = (number["count"], temperature, tf.TensorSpec((2,), tf.int32, name="seed"))
        return {
            "serving_default": endpoint(reconstruct, STRINGS),
            "encode": endpoint(encode, STRINGS),
            "decode": endpoint(decode, *of_ids["decode"].inputs),
            "score": endpoint(score, STRINGS),
            "nearest": endpoint(nearest, STRINGS, number["k"]),
            "interpolate": endpoint(interpolate, STRINGS, number["steps"]),
            **({"generate": endpoint(generate, *drawn)} if hasattr(self.model, "draws") else {}),
        }
