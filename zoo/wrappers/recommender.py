"""A model of people's ratings that takes raw film ids, and recommends: the maps of ids and titles travel inside.

People come as ragged lists, flat: the ids and the ratings of all, one person's after another's, and the row splits,
where each one's begin and the last one's end. What cannot be used is left out and counted: ids that are not known,
and ratings off the scale. A film that a person rates twice counts with the mean.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.rating_output import RatingOutput
from zoo.layers.transposed_dense import TransposedDense
from zoo.ops.plain import is_plain
from zoo.ops.searching import places, text_places
from zoo.wrappers.wrapper import Wrapper

# What stands for a film where fewer are left than were asked for.
NONE = {tf.int64: -1, tf.string: ""}
COUNT = tf.TensorSpec((), tf.int32, name="k")


@keras.saving.register_keras_serializable("zoo")
class Recommender(Wrapper):
    """Wraps a model from people's rows of films, `(batch, films)`, to predictions of the same shape.

    Args:
        model: A model of "ratings", in stars, or of "likes", 0 or 1.
        film_ids: The films' ids, shape `(films,)`, ascending: integers, or texts.
        titles: Their titles.
        scale: The lowest and the highest rating that people may give.
        above: The rating above which a film is liked; for a model of likes.
        stars: What the model takes these two for, if not for themselves: above 0.
        name: The model's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        film_ids: Sequence[int] | np.ndarray,
        titles: Sequence[str],
        scale: tuple[float, float],
        above: float | None = None,
        stars: tuple[float, float] | None = None,
        name: str | None = None,
    ) -> None:
        ids = np.asarray(film_ids)
        ids = ids.astype("int64" if ids.dtype.kind in "iu" else "U")
        films = model.encoder.input_shape[-1]
        fits = ids.shape == (films,) and len(titles) == films
        checks.check(fits, "film_ids and titles", f"one for each of {films} films", (ids.shape, len(titles)))
        checks.check(bool((ids[1:] > ids[:-1]).all()), "film_ids", "ascending", ids[:3].tolist())
        super().__init__(
            model,
            name=name,
            film_ids=ids if ids.dtype.kind == "i" else tuple(ids.tolist()),
            titles=tuple(titles),
            scale=(float(scale[0]), float(scale[1])),
            above=above,
            stars=None if stars in (None, tuple(scale)) else (float(stars[0]), float(stars[1])),
        )

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers."""
        people, others = _examples(np.asarray(self.film_ids), self.scale)
        film, asked = (tf.TensorSpec((None,), self.id_type, name=name) for name in ("film_ids", "asked"))
        specs = (
            film,
            tf.TensorSpec((None,), tf.float32, name="ratings"),
            tf.TensorSpec((None,), tf.int64, name="row_splits"),
        )

        def of_people(call: Any, *inputs: tf.TensorSpec, **examples: tuple[Any, Any]) -> Endpoint:
            golden, other = ({name: value[i] for name, value in examples.items()} for i in (0, 1))
            return Endpoint(call, (*specs, *inputs), examples={**people, **golden}, others={**others, **other})

        predict = of_people(self.predict_of, asked, asked=(self.film_ids[:5], self.film_ids[:0]))
        return {
            "serving_default": predict,
            "predict": predict,
            "recommend": of_people(self.recommend_to, COUNT, k=(5, len(self.film_ids))),
            "encode": of_people(self.encode_of),
            "similar": Endpoint(self.similar_to, (film, COUNT), examples={"film_ids": self.film_ids[:3], "k": 5}),
        }

    @property
    def id_type(self) -> tf.DType:
        """The type of ids: int64 or string."""
        return tf.string if isinstance(self.film_ids[0], str) else tf.int64

    def predict_of(
        self, film_ids: tf.Tensor, ratings: tf.Tensor, row_splits: tf.Tensor, asked: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns predictions of the films asked for, `(people, asked)`; NaN for unknown ones; of all if none is asked.

        The predictions of a model of likes give an order, and no stars.
        """
        x, ignored = self._rows(film_ids, ratings, row_splits)
        asked = tf.concat([asked, tf.constant(self.film_ids)[: tf.where(tf.size(asked) > 0, 0, len(self.film_ids))]], 0)
        place, known = self._places(asked)
        found = tf.gather(self._on_scale(self(x)), place, axis=1)
        return {
            "film_ids": asked,
            "prediction": tf.where(known, found, tf.constant(np.nan, tf.float32)),
            "ignored": ignored,
        }

    def recommend_to(
        self, film_ids: tf.Tensor, ratings: tf.Tensor, row_splits: tf.Tensor, k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the k films, `(people, k)`, with the highest predictions of those that a person has not rated."""
        x, ignored = self._rows(film_ids, ratings, row_splits)
        seen = self._seen(film_ids, row_splits)
        return {**self._best(tf.where(seen, -np.inf, self._on_scale(self(x))), k, "prediction"), "ignored": ignored}

    def encode_of(self, film_ids: tf.Tensor, ratings: tf.Tensor, row_splits: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns people's taste, the code, `(people, latent_dim)`."""
        x, ignored = self._rows(film_ids, ratings, row_splits)
        return {"code": self.encoder(x, training=False), "ignored": ignored}

    def similar_to(self, film_ids: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the k films, `(asked, k)`, whose vectors have the smallest angles to a film's; none for unknown."""
        vectors = tf.math.l2_normalize(self.film_vectors(), axis=1)
        place, known = self._places(film_ids)
        cosine = tf.matmul(tf.gather(vectors, place), vectors, transpose_b=True)
        itself = tf.one_hot(place, len(self.film_ids), on_value=True, off_value=False)
        return self._best(tf.where(itself | ~known[:, None], -np.inf, cosine), k, "similarity")

    def film_vectors(self) -> tf.Tensor:
        """Returns what the decoder knows of each film, shape `(films, units)`: the weights that lead to it."""
        return _weights_to_films(self.decoder)

    def _rows(self, film_ids: tf.Tensor, ratings: tf.Tensor, row_splits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the model's input, `(people, films)`, and how many ratings of each person were left out."""
        rows, shape = self._row_of_each(film_ids, row_splits)
        lengths = tf.debugging.assert_equal(
            tf.size(ratings), tf.size(film_ids), "ratings and film_ids differ in number"
        )
        place, known = self._places(film_ids)
        with tf.control_dependencies([lengths] if lengths is not None else []):
            used = known & (ratings >= self.scale[0]) & (ratings <= self.scale[1])
        entries = tf.stack([rows, place], axis=-1)
        count = _laid_out(entries, tf.cast(used, tf.float32), shape)
        mean = tf.math.divide_no_nan(_laid_out(entries, tf.where(used, ratings, 0.0), shape), count)
        unused = tf.pad(tf.cumsum(tf.cast(~used, tf.int64)), [[1, 0]])  # before each rating, and after all
        ignored = tf.gather(unused, row_splits[1:]) - tf.gather(unused, row_splits[:-1])
        if self.above is not None:
            return tf.cast((count > 0) & (mean > self.above), tf.float32), ignored
        return (mean if self.stars is None else tf.where(count > 0, _laid(self.scale, self.stars, mean), 0.0)), ignored

    def _on_scale(self, predictions: tf.Tensor) -> tf.Tensor:
        """Returns what the model gives on the scale that people know; what tells an order stays."""
        if self.stars is None or self.above is not None:
            return predictions
        return _laid(self.stars, self.scale, predictions)

    def _seen(self, film_ids: tf.Tensor, row_splits: tf.Tensor) -> tf.Tensor:
        rows, shape = self._row_of_each(film_ids, row_splits)
        place, known = self._places(film_ids)
        return _laid_out(tf.stack([rows, place], axis=-1), tf.cast(known, tf.float32), shape) > 0

    def _row_of_each(self, film_ids: tf.Tensor, row_splits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        lists = tf.RaggedTensor.from_row_splits(film_ids, row_splits)  # raises where the splits do not fit
        return lists.value_rowids(), tf.stack([lists.nrows(), len(self.film_ids)])

    def _places(self, film_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns each id's place among the films, 0 where it is none of theirs, and whether it is."""
        known_ids = tf.constant(self.film_ids)
        if self.id_type == tf.int64:
            search = places if is_plain() else functools.partial(tf.searchsorted, out_type=tf.int64)
            place = tf.minimum(search(known_ids, film_ids), len(self.film_ids) - 1)
            known = tf.gather(known_ids, place) == film_ids
        else:
            place, known = text_places(known_ids, film_ids)
        return tf.where(known, place, 0), known

    def _best(self, values: tf.Tensor, k: tf.Tensor, measure: str) -> dict[str, tf.Tensor]:
        """Returns the k films with the highest values in each row; `NONE` where no more are left."""
        best, place = tf.math.top_k(values, tf.clip_by_value(k, 0, len(self.film_ids)))
        left = best > -np.inf
        return {
            "film_ids": tf.where(left, tf.gather(tf.constant(self.film_ids), place), NONE[self.id_type]),
            "titles": tf.where(left, tf.gather(tf.constant(self.titles), place), ""),
            measure: tf.where(left, best, 0.0),
        }


def _laid_out(entries: tf.Tensor, values: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    """Returns zeros of a shape with values added at entries, `(n, 2)`; elsewhere a plain scatter forgets doubles."""
    return tf.tensor_scatter_nd_add(tf.zeros(shape), entries, values)


def _laid(ends: tuple[float, float], on: tuple[float, float], values: tf.Tensor) -> tf.Tensor:
    """Returns values of one scale on another."""
    wide = ends[1] - ends[0]
    return on[0] + (values - ends[0]) * ((on[1] - on[0]) / wide if wide else 0.0)


def _weights_to_films(decoder: keras.Model) -> tf.Tensor:
    """Returns the last kernel of a decoder, shape `(films, units)`; of an average of decoders theirs side by side."""
    averaged = [layer for layer in decoder.layers if isinstance(layer, keras.Model)]
    if averaged:
        return tf.concat([tf.math.l2_normalize(_weights_to_films(part), axis=1) for part in averaged], axis=1)
    layer = next(layer for layer in reversed(decoder.layers) if hasattr(layer, "kernel"))
    by_film = isinstance(layer, (RatingOutput, TransposedDense))
    kernel = tf.convert_to_tensor(layer.kernel)
    return kernel[: layer.bias.shape[0]] if by_film else tf.transpose(kernel)


def _examples(film_ids: np.ndarray, scale: tuple[float, float]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns three people for golden outputs: one of some ratings, one of none, one with an id that is unknown.

    And four others: one of them rates a film three times, once off the scale.
    """
    some = film_ids[:: max(1, len(film_ids) // 7)][:7]
    unknown = film_ids[-1] + 1 if film_ids.dtype.kind == "i" else f"{film_ids[-1]}?"
    ids = np.concatenate([some, some[:1], [unknown]])
    ratings = np.where(np.arange(len(ids)) % 2, scale[0], scale[1]).astype("float32")
    golden = {"film_ids": ids, "ratings": ratings, "row_splits": np.array([0, len(some), len(some), len(ids)])}
    stars = np.array([scale[1], scale[0], scale[0], scale[1] + 1, np.nan], "float32")
    twice = {"film_ids": some[[0, 0, -1, 0, -1]], "ratings": stars, "row_splits": np.array([0, 0, 4, 4, 5])}
    return golden, twice
