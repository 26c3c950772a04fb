"""The linear autoencoder of likes, solved and not trained: each film is predicted from all others, never from itself.

B = argmin sum_u w_u |x_u - x_u B|^2 + sum_ij (l2 + p / (1 - p) G_ii) B_ij^2  with B_jj = 0 for all j,

with x_u a person's row of 0 and 1 and G = sum_u w_u x_u^T x_u. With P = (G + diag(l2 + p / (1 - p) G_ii))^-1 it is
B_ij = -P_ij / P_jj. Plain EASE has w_u = 1 and p = 0. The term with p is what dropping a share p of the input does on
average. Weights w_u ~ n_u^-a, n_u being the number of the person's likes, keep the busy from outvoting all others;
dividing column j of B by (d_j / mean d)^c, d_j being the number of the film's likes, ranks well-known films lower.

Paper: Steck 2019, Embarrassingly shallow autoencoders for sparse data; Steck 2020, Autoencoders that don't overfit
towards the identity, for the dropout.
"""

import keras

from zoo import checks
from zoo.families.ease import Ease
from zoo.registry import register


@register(kinds="likes")
def ease(
    input_shape: tuple[int, ...],
    *,
    l2: float = 500.0,
    dropout: float = 0.0,
    activity_power: float = 0.0,
    popularity_power: float = 0.0,
    seed: int | None = None,
) -> "Ease":
    """A linear autoencoder of likes with no weight from a film to itself, in closed form.

    Args:
        input_shape: The number of films, as a tuple.
        l2: The weight (lambda) of the squared weights, in likes; above 0.
        dropout: The share p of the input whose dropping the weights are to bear, at least 0 and below 1.
        activity_power: The power a; people weigh in with the number of their likes to the power of -a. 0: all alike.
        popularity_power: The power c of a film's number of likes that its predictions are divided by; 0 leaves them.
        seed: Not used, since nothing is drawn.

    Returns:
        The autoencoder; its code is the row itself, `(batch, films)`. `fit` solves it at once.
    """
    films = checks.columns(input_shape)
    checks.positive("l2", l2)
    checks.share("dropout", dropout)
    checks.not_negative("activity_power", activity_power, 10)
    checks.not_negative("popularity_power", popularity_power, 10)
    likes = keras.layers.Dense(films, use_bias=False, kernel_initializer="zeros", trainable=False, name="likes")
    model = Ease(
        keras.Sequential([keras.Input((films,), name="x"), keras.layers.Identity(name="code")], name="encoder"),
        keras.Sequential([keras.Input((films,), name="code"), likes], name="decoder"),
        l2=l2,
        dropout=dropout,
        activity_power=activity_power,
        popularity_power=popularity_power,
        name="ease",
    )
    model.compile(loss="mean_squared_error")
    return model
