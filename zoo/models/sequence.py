"""One GRU reads a sequence of words or characters into a code, and another, which sees the code, writes it again.

z = W r(x) + b with r the last states of a GRU both ways; L = -log p(x|z) = -sum_t log p(x_t | x_1 .. x_{t-1}, z), in
nats per sequence, the end included. Without noise a code keeps all that it can: for search, and to be written again.

Departures: the writer reads the code at each step, not as its first state alone; the sequence is read both ways.

Paper: Dai and Le 2015, Semi-supervised sequence learning; Cho et al. 2014, Learning phrase representations using RNN
encoder-decoder for statistical machine translation.
"""

import random

from zoo import checks
from zoo.families.sequences import SequenceAutoencoder
from zoo.nets import dense, sequences
from zoo.registry import register


@register(kinds=("tokens",))
def sequence(
    input_shape: tuple[int, ...],
    *,
    vocabulary: int = 256,
    latent_dim: int = 128,
    embedding_dim: int = 64,
    width: int = 256,
    bidirectional: bool = True,
    tied: bool = False,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    learning_rate: float = 2e-3,
    seed: int | None = None,
) -> SequenceAutoencoder:
    """An autoencoder of texts or other sequences of ids, with a code of one length for sequences of any.

    Args:
        input_shape: `(length,)`, the most tokens of a sequence; shorter ones are filled up with 0.
        vocabulary: How many ids there are: 0 for the end, 1 for what is unknown, and all others.
        latent_dim: The code's length.
        embedding_dim: The length of the vector that an id becomes.
        width: Units of the recurrent layer that reads, and of that which writes.
        bidirectional: Whether a sequence is read from its end too, each way with half of the units.
        tied: Whether words are written by the table that they are read by, in the decoder.
        dropout: Share of the numbers of embeddings and of states that are dropped in training.
        word_dropout: Share of tokens that the decoder is not told in training, so that it asks the code (Bowman).
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of what is dropped.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    kind = sequences.check(
        input_shape, vocabulary, latent_dim, embedding_dim, width, dropout, word_dropout, learning_rate
    )
    checks.flag("bidirectional", bidirectional)
    checks.flag("tied", tied)
    rng = random.Random(seed)
    code = [dense.dense(latent_dim, "linear", rng, "code", dtype="float32")]
    return SequenceAutoencoder(
        sequences.encoder(input_shape, vocabulary, embedding_dim, width, bidirectional, dropout, code, rng),
        sequences.decoder(latent_dim, input_shape, vocabulary, embedding_dim, width, tied, dropout, word_dropout, rng),
        kind,
        name="sequence",
    ).compile_default(learning_rate)
