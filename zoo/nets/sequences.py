"""Encoders and decoders of sequences of ids."""

import functools
import random
from collections.abc import Sequence
from typing import Any

import keras

from zoo import checks
from zoo.kinds import Kind
from zoo.kinds.tokens import LARGEST, Tokens
from zoo.layers.place_reader import PlaceReader
from zoo.layers.remembering_writer import RememberingWriter
from zoo.layers.sequence_reader import SequenceReader
from zoo.layers.sequence_writer import SequenceWriter

LONGEST = 10_000  # tokens, each of which is a step


def check(
    input_shape: Any,
    vocabulary: int,
    latent_dim: int,
    embedding_dim: int,
    width: int,
    dropout: float,
    word_dropout: float,
    learning_rate: float,
) -> Kind:
    """Checks the hyperparameters that models of sequences share, and returns the kind of their samples.

    Raises:
        UsageError: If one is out of its range.
    """
    found = checks.shape(input_shape)
    fits = len(found) == 1 and found[0] <= LONGEST
    expected = f"a tuple of one number, the most tokens of a sequence, at most {LONGEST:,}"
    checks.check(fits, "input_shape", expected, found, "Write (40,) for sequences of up to 40 tokens.")
    for name, value in {"latent_dim": latent_dim, "embedding_dim": embedding_dim, "width": width}.items():
        checks.positive_integer(name, value)
    checks.share("dropout", dropout)
    checks.share("word_dropout", word_dropout)
    checks.step_size("learning_rate", learning_rate)
    checks.integer("vocabulary", vocabulary, 2, LARGEST)
    return Tokens(vocabulary)


def encoder(
    input_shape: Sequence[int],
    vocabulary: int,
    embedding_dim: int,
    width: int,
    bidirectional: bool,
    dropout: float,
    code: Sequence[keras.Layer],
    rng: random.Random,
    places: bool = False,
) -> keras.Model:
    """Makes an encoder, from ids `(batch, length)` to what the layers of the code make of what was read."""
    reader: keras.Layer
    shared: dict[str, Any] = {"dropout": dropout, "seed": rng.getrandbits(31), "name": "reader"}
    if places:
        reader = PlaceReader(vocabulary, input_shape[0], embedding_dim, **shared)
    else:
        reader = SequenceReader(vocabulary, embedding_dim, width, bidirectional=bidirectional, **shared)
    return keras.Sequential([keras.Input(tuple(input_shape), name="x"), reader, *code], name="encoder")


def decoder(
    latent_dim: int,
    input_shape: Sequence[int],
    vocabulary: int,
    embedding_dim: int,
    width: int,
    tied: bool,
    dropout: float,
    word_dropout: float,
    rng: random.Random,
    places: bool = False,
    grams: Sequence[int] = (),
) -> keras.Model:
    """Makes a decoder, from codes `(batch, latent_dim)` to ids `(batch, length)`."""
    made: Any = functools.partial(RememberingWriter, grams=grams) if grams else SequenceWriter
    writer = made(
        vocabulary,
        input_shape[0],
        embedding_dim,
        width,
        tied=tied,
        dropout=dropout,
        word_dropout=word_dropout,
        places=places,
        seed=rng.getrandbits(31),
        name="writer",
    )
    return keras.Sequential([keras.Input((latent_dim,), name="code"), writer], name="decoder")
