"""A variational autoencoder of likes: a person's films are draws from one distribution over all films.

x ~ Mult(n, pi(z)) with pi = softmax(f(z)), p(z) = N(0, I), and q(z|x) = N(m, diag s^2) with m and s of x / |x|, some
entries dropped; L = n^-a (-sum_i x_i log pi_i(z) + beta KL(q(z|x) || p(z))) with n = sum_i x_i, mean over people. In
the paper a = 0: the busy count most. beta stays below 1, for better ranking, and rises from 0 while training begins.

Paper: Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative filtering.
"""

import random

import keras

from zoo import checks, kinds
from zoo.families.multinomial import MultVae
from zoo.families.variational import with_offset
from zoo.nets import dense
from zoo.registry import register


@register(kinds="likes")
def mult_vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 200,
    beta: float = 0.2,
    anneal_steps: int = 500,
    input_dropout: float = 0.5,
    activity_power: float = 0.5,
    hidden_units: tuple[int, ...] = (600,),
    activation: str = "tanh",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> "MultVae":
    """A variational autoencoder of likes with a multinomial likelihood, for recommending.

    Args:
        input_shape: The number of films, as a tuple.
        latent_dim: The code's length.
        beta: Weight of the divergence from the prior.
        anneal_steps: Training steps in which the divergence's weight rises in a straight line from 0 to `beta`.
        input_dropout: Share of the likes dropped while training, the others scaled up; the target stays whole.
        activity_power: The power a; people weigh in with the number of their likes to the power of -a. 0: all likes
            count alike, 1: all people.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, of what is dropped and of the noise.

    Returns:
        The compiled autoencoder; codes, the posterior's means, have the shape `(batch, latent_dim)`, and a
        reconstruction is the chance of each film, of sum 1.
    """
    count = checks.columns(input_shape)
    checks.check(
        count > 1, "input_shape", "that of rows of at least 2 items, of which one can be the likelier", input_shape
    )
    checks.positive_integer("latent_dim", latent_dim)
    checks.not_negative("beta", beta)
    checks.not_negative("anneal_steps", anneal_steps)
    checks.not_negative("activity_power", activity_power, 10)
    checks.share("input_dropout", input_dropout)
    dense.check(hidden_units, activation, learning_rate)
    rng = random.Random(seed)
    code = dense.posterior(latent_dim, rng)
    first = [keras.layers.UnitNormalization(dtype="float32"), *dense.dropout(input_dropout, rng)]
    hidden = [dense.dense(units, activation, rng) for units in reversed(hidden_units)]
    chances = keras.layers.Activation("softmax", name="output", dtype="float32")
    films = dense.dense(count, "linear", rng, "likes")
    decoder = keras.Sequential([keras.Input((latent_dim,), name="code"), *hidden, films, chances], name="decoder")
    return MultVae(
        dense.encoder((count,), hidden_units, activation, code, rng, kinds.find("likes"), first=first),
        with_offset(decoder, log_odds=True),  # a film's, if not its log chance: popularity is known at once
        beta=beta,
        anneal_steps=anneal_steps,
        activity_power=activity_power,
        seed=rng.getrandbits(31),
        name="mult_vae",
    ).compile_default(learning_rate)
