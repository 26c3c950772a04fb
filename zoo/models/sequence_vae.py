"""A variational autoencoder of texts: draws from its prior are written as new ones, and lines between codes are too.

q(z|x) = N(m(x), diag s(x)^2), p(z) = N(0, I); L = -log p(x|z) + beta sum_j max(KL_j, free_bits), in nats per sequence,
with z drawn from q and p(x|z) = prod_t p(x_t | x_1 .. x_{t-1}, z), the end included.

A writer that guesses well without the code leaves it unused: the posterior collapses. Against that stand an encoder
that is trained without noise first, and then gets a new decoder (`pretrain`); nats that cost nothing (`free_bits`); a
divergence whose weight rises once or again and again (`anneal_steps`, `anneal_cycles`); and tokens that the decoder
does not see (`word_dropout`).

Few texts are learned better with a memory of their n-grams, which the writer weighs at each token (`grams`).

Paper: Bowman et al. 2016, Generating sentences from a continuous space; Li, He, Neubig, Berg-Kirkpatrick and Yang 2019,
A surprisingly effective fix for deep latent variable modeling of text; Kingma et al. 2016, Improved variational
inference with inverse autoregressive flow; Fu et al. 2019, Cyclical annealing schedule; Neubig and Dyer 2016,
Generalizing and hybridizing count-based and neural language models, for grams.
"""

import random

from zoo import checks
from zoo.families.sequences import SequenceVariational
from zoo.layers import gram_memory
from zoo.nets import dense, sequences
from zoo.registry import register


@register(kinds=("tokens",))
def sequence_vae(
    input_shape: tuple[int, ...],
    *,
    vocabulary: int = 256,
    latent_dim: int = 32,
    embedding_dim: int = 64,
    width: int = 256,
    bidirectional: bool = True,
    tied: bool = False,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    grams: tuple[int, ...] = (),
    beta: float = 1.0,
    free_bits: float = 0.2,
    anneal_steps: int = 500,
    anneal_cycles: int = 1,
    learning_rate: float = 2e-3,
    seed: int | None = None,
) -> SequenceVariational:
    """A variational autoencoder of texts or other sequences of ids: it writes new ones, and says how likely one is.

    Args:
        input_shape: `(length,)`, the most tokens of a sequence; shorter ones are filled up with 0.
        vocabulary: How many ids there are: 0 for the end, 1 for what is unknown, and all others.
        latent_dim: The code's length.
        embedding_dim: The length of the vector that an id becomes.
        width: Units of the recurrent layer that reads, and of that which writes.
        bidirectional: Whether a sequence is read from its end too, each way with half of the units.
        tied: Whether words are written by the table that they are read by, in the decoder.
        dropout: Share of the numbers of embeddings and of states that are dropped in training.
        word_dropout: Share of tokens that the decoder does not see in training, so that it asks the code (Bowman).
        grams: How many different grams of 1, 2, ... tokens a memory beside the GRU holds, as
            `zoo.layers.gram_memory.sizes_of` counts them in training sequences; it says nothing before `count_grams`.
        beta: Weight of the divergence from the prior.
        free_bits: Nats (lambda) that the divergence of each latent may have at no cost, so that none dies (Kingma).
        anneal_steps: Training steps in which the divergence's weight rises in a straight line from 0 to `beta`.
        anneal_cycles: How often it rises; after each rise but the last it stays for as many steps (Fu).
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, of the noise and of what is dropped.

    Returns:
        The compiled autoencoder; codes, the posterior's means, have the shape `(batch, latent_dim)`.
    """
    kind = sequences.check(
        input_shape, vocabulary, latent_dim, embedding_dim, width, dropout, word_dropout, learning_rate
    )
    for name, value in {"beta": beta, "free_bits": free_bits, "anneal_steps": anneal_steps}.items():
        checks.not_negative(name, value)
    checks.positive_integer("anneal_cycles", anneal_cycles, 1000)
    checks.flag("bidirectional", bidirectional)
    checks.flag("tied", tied)
    gram_memory.check(vocabulary, grams)
    rng = random.Random(seed)
    code = dense.posterior(latent_dim, rng)
    shape, words = (input_shape, vocabulary, embedding_dim, width), (tied, dropout, word_dropout)
    return SequenceVariational(
        sequences.encoder(*shape, bidirectional, dropout, code, rng),
        sequences.decoder(latent_dim, *shape, *words, rng, grams=grams),
        kind,
        beta=beta,
        free_bits=free_bits,
        anneal_steps=anneal_steps,
        anneal_cycles=anneal_cycles,
        seed=rng.getrandbits(31),
        name="sequence_vae",
    ).compile_default(learning_rate)
