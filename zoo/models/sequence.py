"""One GRU reads a sequence of words or characters into a code, and another, which sees the code, writes it again.

z = W r(x) + b with r the last states of a GRU both ways; L = -log p(x|z) = -sum_t log p(x_t | x_1 .. x_{t-1}, z), in
nats per sequence, the end included. Without noise a code keeps all that it can: for search, and to be written again.

Departures: the writer reads the code at each step, not as its first state alone; the sequence is read both ways, or by
a dense layer that has weights for each place.

Paper: Dai and Le 2015, Semi-supervised sequence learning; Cho et al. 2014, Learning phrase representations using RNN
encoder-decoder for statistical machine translation; Plate 1995, Holographic reduced representations, for places.
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
    places: bool = False,
    recombined: float = 0.0,
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
        places: Whether each place is read and written by weights of its own: a dense layer over all embeddings reads in
            the place of a GRU, and the writer asks the code of the place that comes next. For short texts that are to
            come back word by word, also such as never trained: weights grow with the length.
        recombined: Share of tokens that those of other sequences of the batch stand in for in training, in what is read
            and in what is to be written, so that a code keeps what it reads and does not recognize what trains.
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
    checks.flag("places", places)
    checks.share("recombined", recombined)
    rng = random.Random(seed)
    code = [dense.dense(latent_dim, "linear", rng, "code", dtype="float32")]
    shape, words = (input_shape, vocabulary, embedding_dim, width), (tied, dropout, word_dropout)
    encoder = sequences.encoder(*shape, bidirectional, dropout, code, rng, places)
    decoder = sequences.decoder(latent_dim, *shape, *words, rng, places)
    if places:
        decoder.layers[-1].mirror(encoder.layers[0].table, code[0].kernel)
    return SequenceAutoencoder(
        encoder,
        decoder,
        kind,
        recombined=recombined,
        seed=rng.getrandbits(31),
        name="sequence",
    ).compile_default(learning_rate)
