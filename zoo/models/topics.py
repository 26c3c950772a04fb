"""A topic model as an autoencoder: a text is a mixture of topics, and a topic is what makes some words likely.

theta ~ LN(0, s^2 I), a logistic normal that stands for a Dirichlet prior with the parameter alpha on K topics (its
Laplace approximation): theta = softmax(s z), z ~ N(0, I), s^2 = (1 - 1/K) / alpha. With m the words' shares
in training,

    p = softmax(log m + theta B),    L = -sum_i x_i log p_i + KL(q(z|x) || N(0, I)),    q(z|x) = N(m(x), diag s(x)^2),

over a typical text's words. Topics multiply, as experts do: sum_k theta_k B_k lies in the exponent. m(x) and log s(x)^2
are batch-normalized, and Adam has a high momentum, against topics that are all alike. The paper normalizes theta B too
(`normalize_words`) and has no m: B then begins with the common words, of which m leaves it free.

Topics begin where groups of similar texts are (`begin`): from nothing, many a topic becomes another's twin.

A topic's words are ordered by FREX: frequent in the topic, and rare in others.

Paper: Srivastava and Sutton 2017, Autoencoding variational inference for topic models (ProdLDA); Card, Tan and Smith
2018, Neural models for documents with metadata, for m; Bischof and Airoldi 2012, Summarizing topical content with word
frequency and exclusivity.
"""

import math
import random
from typing import Literal

import keras

from zoo import checks, kinds
from zoo.families.topical import TopicModel
from zoo.layers.batch_standardization import BatchStandardization
from zoo.layers.mixture import Mixture
from zoo.nets import dense
from zoo.registry import register


@register(kinds="counts")
def topics(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 20,
    alpha: float = 1.0,
    beta: float = 1.0,
    dropout: float = 0.2,
    mixture_dropout: float = 0.0,
    normalize_words: bool = False,
    exclusivity: float = 0.1,
    begin: Literal["clusters", "random"] = "clusters",
    momentum: float = 0.99,
    hidden_units: tuple[int, ...] = (100, 100),
    activation: str = "softplus",
    learning_rate: float = 5e-3,
    seed: int | None = None,
) -> "TopicModel":
    """A topic model: each text is a mixture of topics, and each topic has its words (ProdLDA).

    Args:
        input_shape: The number of words in the vocabulary, as a tuple.
        latent_dim: The number of topics (K), at least 2.
        alpha: The Dirichlet prior's parameter, the same for all topics; the smaller, the fewer topics a text has.
        beta: Weight of the divergence from the prior.
        dropout: Share of the encoder's last hidden units dropped while training.
        mixture_dropout: Share of a text's topics dropped while training, the others scaled up; 0.2 in the paper.
        normalize_words: Whether what topics say of words is batch-normalized, as in the paper.
        exclusivity: Weight of a word's exclusiveness among topics in the choice of a topic's top words (w in FREX); 0
            for an order by chance alone.
        begin: "clusters" lets each topic begin with the words of a group of similar texts, which the first `fit` or
            `adapt` finds; "random", as in the paper, with none.
        momentum: Adam's beta_1, high as in the paper.
        hidden_units: Widths of the encoder's hidden layers.
        activation: Activation of the hidden layers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, of what is dropped and of the noise.

    Returns:
        The compiled model; codes, the posterior's means, have the shape `(batch, latent_dim)`, `mixture(x)` gives the
        shares of topics, `top_words(10)` each topic's words, and a reconstruction is the chance of each word.
    """
    count = checks.columns(input_shape)
    checks.check(count > 1, "input_shape", "that of rows of at least 2 words", input_shape)
    checks.integer("latent_dim", latent_dim, 2)
    checks.positive("alpha", alpha)
    checks.not_negative("beta", beta)
    checks.share("dropout", dropout)
    checks.share("mixture_dropout", mixture_dropout)
    checks.number("exclusivity", exclusivity)
    checks.check(0 <= exclusivity <= 1, "exclusivity", "from 0 to 1", exclusivity)
    checks.choice("begin", begin, ("clusters", "random"))
    checks.share("momentum", momentum)
    dense.check(hidden_units, activation, learning_rate)
    kind = kinds.find("counts")
    rng = random.Random(seed)
    # A bias would be taken away again: its gradient is rounding, which Adam makes steps of.
    statistics, mean = dense.posterior(latent_dim, rng, use_bias=False)
    code = [*dense.dropout(dropout, rng), statistics, BatchStandardization(name="standardized", dtype="float32"), mean]
    decoder = [
        keras.Input((latent_dim,), name="code"),
        Mixture(math.sqrt((1 - 1 / latent_dim) / alpha), name="mixture"),
        *dense.dropout(mixture_dropout, rng),
        dense.dense(count, "linear", rng, "topics", use_bias=False),
        *([BatchStandardization(name="standardized_words")] if normalize_words else []),
        *kind.makers((count,)),
    ]
    return TopicModel(
        dense.encoder((count,), hidden_units, activation, code, rng, kind),
        keras.Sequential(decoder, name="decoder"),
        kind,
        exclusivity=exclusivity,
        begin=begin,
        beta=beta,
        seed=rng.getrandbits(31),
        name="topics",
    ).compile_default(learning_rate, beta_1=momentum)
