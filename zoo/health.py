"""What is wrong inside an autoencoder while its loss looks well: one callback for all models of the zoo.

Measured on a sample of data; what does not apply to a model is left out. Names in the logs begin with `health_`:

| name | what it is | reported when |
|---|---|---|
| `not_finite` | samples whose code or reconstruction is no number; then nothing else is measured | 1 or more |
| `output_spread` | spread of the reconstructions over samples, as a share of the data's | below 0.05 |
| `dead_units` | units of the code that are the same for all samples | a tenth of the units or more |
| `active_units` | units whose variance over samples is above 0.01 | |
| `collapsed` | share of latents whose posterior is the prior: KL below 0.01 nats, mean over samples | above 0.75 |
| `saturated` | share of a sigmoid or tanh code that is within 0.01 of a limit | above 0.5 |
| `jacobian_norm` | Frobenius norm of the encoder's Jacobian, root mean square over samples | |
| `encoder_gain` | that norm times the data's spread over the codes': free of units | below 0.01, above 1,000 |
| `codes_used` | share of a codebook's entries that occur | |
| `perplexity` | exp of the entropy, in nats, of how often each entry occurs | below a tenth of the entries |

Paper: Burda, Grosse and Salakhutdinov 2015, Importance weighted autoencoders, for active units; Hutchinson 1989, A
stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines, for the Jacobian; van den
Oord, Vinyals and Kavukcuoglu 2017, Neural discrete representation learning, for perplexity.
"""

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, registry
from zoo.autoencoder import Autoencoder
from zoo.layers.sparsity_penalty import SparsityPenalty
from zoo.ops.hutchinson import squared_norms
from zoo.ops.perplexity import perplexity, shares

DEAD = 1e-3  # of the largest range of any unit: above it a decoder in bfloat16 still distinguishes values
ACTIVE = 0.01  # variance, as in Burda et al. 2015
COLLAPSED = 0.01  # nats
SATURATED = 0.01  # from a limit
LIMITS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
JACOBIAN_SAMPLES, PROBES = 50, 2  # by which the norm is known to about 7%, at the price of less than a training step


class Finding(NamedTuple):
    """Something wrong, and what to say of it.

    Attributes:
        holds: Whether it is so, from all numbers.
        sentence: What is so, from all numbers.
        changes: What to change, by hyperparameter; the first two that the model has are named.
        fallback: What to change in a model that has none of them.
    """

    holds: Callable[[Mapping[str, float]], bool]
    sentence: Callable[[Mapping[str, float]], str]
    changes: Mapping[str, str]
    fallback: str


STEP = {"learning_rate": "lower learning_rate"}
FINDINGS = {
    "not_finite": Finding(
        lambda n: n["not_finite"] > 0,
        lambda n: f"{n['not_finite']:.0f} of {n['samples']} samples have a code or a reconstruction that is no number",
        STEP,
        "lower the learning rate",
    ),
    "output_spread": Finding(
        lambda n: n["output_spread"] < 0.05,
        lambda n: (
            f"The reconstruction is nearly the same for all samples: its spread is {n['output_spread']:.1%} of "
            "the data's"
        ),
        {"beta": "lower beta", "rate": "lower rate", **STEP},
        "lower the learning rate or the weights of the penalties",
    ),
    "dead_units": Finding(
        lambda n: n["dead_units"] >= 0.1 * n["units"],
        lambda n: f"{n['dead_units']:.0f} of the code's {n['units']} units are dead (the same for all samples)",
        {"anneal_steps": "raise anneal_steps", "rate": "lower rate", **STEP, "latent_dim": "lower latent_dim"},
        "lower the learning rate or take fewer units",
    ),
    "collapsed": Finding(
        lambda n: n["collapsed"] > 0.75,
        lambda n: f"The posterior has collapsed to the prior in {n['collapsed']:.0%} of the latents",
        {"beta": "lower beta", "free_bits": "raise free_bits", "latent_dim": "lower latent_dim"},
        "lower the weight of the divergence from the prior",
    ),
    "saturated": Finding(
        lambda n: n["saturated"] > 0.5,
        lambda n: f"{n['saturated']:.0%} of the code's activations are saturated (within {SATURATED} of a limit)",
        {**STEP, "activation": "choose an activation without limits, such as relu"},
        "lower the learning rate or choose an activation without limits",
    ),
    "encoder_gain": Finding(
        lambda n: not 0.01 <= n["encoder_gain"] <= 1000,
        lambda n: (
            f"The encoder's Jacobian {'explodes' if n['encoder_gain'] > 1 else 'vanishes'} (its norm is "
            f"{n['jacobian_norm']:.2g})"
        ),
        {"rate": "lower rate", **STEP},
        "lower the learning rate or the weights of the penalties",
    ),
    "perplexity": Finding(
        lambda n: n["perplexity"] < 0.1 * n["entries"],
        lambda n: (
            f"Of the codebook's {n['entries']} entries {n['codes_used']:.0%} are used, with a perplexity of "
            f"{n['perplexity']:.1f}"
        ),
        {"revive": "raise revive", "codebook_size": "lower codebook_size"},
        "make the codebook smaller",
    ),
}


class Health(keras.callbacks.Callback):
    """Measures a model's health after epochs, puts it into their logs, and reports what is wrong, each thing once.

    Stand it first in the list of callbacks: those after it find the numbers in their logs, as the history does.
    Training is the same with it and without.

    Args:
        x: Samples as for `fit`, shape `(n, *input_shape)`.
        every: Measure after each so many epochs; other epochs' logs are left as they are.
        patience: Report what was so in that many measurements one after the other, or at the end of training: what an
            epoch leaves behind often mends itself. Numbers that are not finite are reported at once.
        most: Measure on at most so many samples, evenly spaced over `x`.
        tell: What gets each sentence; `warnings.warn` if not given.
    """

    def __init__(
        self,
        x: np.ndarray,
        every: int = 1,
        *,
        patience: int = 5,
        most: int = 400,
        tell: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__()
        for name, value in {"every": every, "patience": patience, "most": most}.items():
            checks.positive_integer(name, value)
        x = np.asarray(x, "float32")
        checks.check(x.ndim > 1 and len(x) > 1, "x", "2 samples or more, shape (n, *input_shape)", x.shape)
        self.x = x[np.linspace(0, len(x) - 1, min(most, len(x))).astype(int)]
        checks.check(bool(np.isfinite(self.x).all()), "x", "finite", "NaNs or infinities", "Clean the data first.")
        self.every = every
        self.patience = patience
        self.tell = tell or (lambda sentence: warnings.warn(sentence, stacklevel=2))
        self.held: dict[str, int] = {}
        self.sentences: dict[str, str] = {}
        self.reported: set[str] = set()

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Checks that the model is one of the zoo, and that the samples fit it."""
        if not isinstance(self.model, Autoencoder):
            raise checks.UsageError(f"Health needs a model of the zoo. Received: a {type(self.model).__name__}.")
        self.model.encode(self.x[:1])
        self.held, self.sentences, self.reported = {}, {}, set()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Measures, and reports what has been so for long enough."""
        if (epoch + 1) % self.every:
            return
        with np.errstate(all="ignore"):  # a training that blows up is reported below
            numbers = measure(self.model, self.x)
        if logs is not None:
            logs |= {f"health_{name}": value for name, value in numbers.items()}
        entries = getattr(getattr(self.model, "quantizer", None), "entries", 0)
        numbers |= {"samples": len(self.x), "units": self.model.encoder.output_shape[-1], "entries": entries}
        now = {name: finding for name, finding in FINDINGS.items() if name in numbers and finding.holds(numbers)}
        self.held = {name: self.held.get(name, 0) + 1 for name in now}
        self.sentences = {
            name: f"{finding.sentence(numbers)}: {_advice(finding, self.model)}." for name, finding in now.items()
        }
        self._tell(name for name, times in self.held.items() if times >= self.patience or name == "not_finite")

    def on_train_end(self, logs: dict | None = None) -> None:
        """Reports what is so at the end."""
        self._tell(self.held)

    def _tell(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.reported:
                self.reported.add(name)
                self.tell(self.sentences[name])


def measure(model: Autoencoder, x: np.ndarray) -> dict[str, float]:
    """Measures what applies to a model.

    Args:
        model: The model.
        x: Samples, shape `(n, *input_shape)`, n at least 2.

    Returns:
        Name to a finite number; the names stand at the top of this file.
    """
    numbers: dict[str, float] = {}
    if hasattr(model, "moments"):  # of a normal posterior
        codes, log_variance = (part.numpy().astype("float32") for part in model.moments(tf.constant(x)))
        numbers["collapsed"] = collapsed_share(codes, log_variance)
    else:
        codes = model.encode(x).astype("float32")
        numbers["dead_units"] = dead_units(codes)
    reconstruction = model.decode(codes)
    finite = [np.isfinite(values.reshape(len(x), -1)).all(axis=1) for values in (codes, reconstruction)]
    not_finite = float((~(finite[0] & finite[1])).sum())
    if not_finite:
        return {"not_finite": not_finite}
    numbers["not_finite"] = not_finite
    if spread(x):
        numbers["output_spread"] = spread(reconstruction) / spread(x)
    numbers["active_units"] = active_units(codes)
    if hasattr(model, "quantizer"):
        quantizer = model.quantizer
        usage = code_usage(quantizer.indices(tf.constant(codes)).numpy(), quantizer.entries)
        numbers["codes_used"], numbers["perplexity"] = usage
    limits = code_limits(model.encoder)
    if limits:
        numbers["saturated"] = saturated_share(codes, limits)
    some = x[:: -(-len(x) // JACOBIAN_SAMPLES)]
    norm = jacobian_norm(model.encoder, some)
    if norm is not None:
        numbers["jacobian_norm"] = norm
        if spread(codes):
            numbers["encoder_gain"] = norm * spread(x) / spread(codes)
    return {name: value for name, value in numbers.items() if np.isfinite(value)}


def spread(values: np.ndarray) -> float:
    """Returns the root of the summed variances of samples, shape `(n, *shape)`: how far they lie from their mean."""
    return float(np.sqrt(np.square(values - values.mean(axis=0)).sum() / len(values)))


def dead_units(codes: np.ndarray) -> float:
    """Counts the units that are the same for all samples, but for a thousandth of what the widest unit ranges over.

    A unit of a map or of a row of tokens is a channel, dead if it is the same at each place. Magnitudes, by which one
    counts how sparse a code is, do not enter: a sigmoid's unit that is stuck at 1 is dead, and a linear one that stays
    small is not.

    Args:
        codes: Shape `(n, *places, units)`.
    """
    ranges = np.ptp(codes, axis=0).reshape(-1, codes.shape[-1]).max(axis=0)
    return float((ranges <= DEAD * ranges.max()).sum())


def active_units(codes: np.ndarray) -> float:
    """Counts the units whose variance over samples is above 0.01, at one place at least.

    Args:
        codes: Shape `(n, *places, units)`; the posterior's means in a variational model.
    """
    return float((codes.var(axis=0).reshape(-1, codes.shape[-1]).max(axis=0) > ACTIVE).sum())


def collapsed_share(mean: np.ndarray, log_variance: np.ndarray) -> float:
    """Returns the share of latents with less than 0.01 nats of KL(q(z|x) || N(0, 1)), mean over samples.

    Args:
        mean: Of each posterior, shape `(n, *code_shape)`.
        log_variance: Likewise.
    """
    kl = 0.5 * (np.square(mean) + np.exp(log_variance) - log_variance - 1)
    return float((kl.mean(axis=0) < COLLAPSED).mean())


def saturated_share(codes: np.ndarray, limits: tuple[float, ...]) -> float:
    """Returns the share of activations within 0.01 of one of the limits."""
    distance = np.min([np.abs(codes - limit) for limit in limits], axis=0)
    return float((distance <= SATURATED).mean())


def code_limits(encoder: keras.Model) -> tuple[float, ...]:
    """Returns the limits of the code's activation; none where it has no two, such as ReLU's.

    The activation is that of the last layer that has one. Where activity is penalised, a unit that is near the lower
    limit is as it should be, and only the upper one counts.
    """
    layers = encoder.layers[::-1]
    last = next((layer.activation for layer in layers if hasattr(layer, "activation")), None)
    limits = LIMITS.get(getattr(last, "__name__", ""), ())
    return limits[1:] if any(isinstance(layer, SparsityPenalty) for layer in layers) else limits


def jacobian_norm(encoder: keras.Model, x: np.ndarray) -> float | None:
    """Estimates the Frobenius norm of the code's derivative by the input, root mean square over samples.

    The estimate's random signs are the same in each call.

    Args:
        encoder: From samples to codes.
        x: Samples, shape `(n, *input_shape)`.

    Returns:
        The norm, in the code's unit by the input's; None where the code has no derivative.
    """
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (PROBES, len(x), *encoder.output_shape[1:]))
    run = functools.partial(encoder, training=False)
    _, norms = squared_norms(run, tf.constant(x, tf.float32), tf.constant(signs, tf.float32))
    return None if norms is None else float(np.sqrt(norms.numpy().mean()))


def code_usage(indices: np.ndarray, entries: int) -> tuple[float, float]:
    """Returns the share of a codebook's entries that occur, and their perplexity, from 1 to `entries`.

    Args:
        indices: Which entry stands at each place of each sample, integers of any shape.
        entries: How many entries there are.
    """
    used = shares(indices, entries)
    return float((used > 0).mean()), float(perplexity(used))


def _advice(finding: Finding, model: Autoencoder) -> str:
    """Says what to change: hyperparameters that the model has, or the finding's own words."""
    of_zoo = model.name in registry.names()
    known = registry.hyperparameters(registry.outline(model.name)) if of_zoo else {}
    changes = [change for name, change in finding.changes.items() if name in known]
    return " or ".join(changes[:2]) or finding.fallback
