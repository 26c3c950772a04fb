"""Measures a model of texts, beside n-grams and a recurrent language model on the same tokens of the same lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from recipes.baselines.ngram import NGram
from recipes.data.lines import Lines, Part
from recipes.publishing import Report, row
from zoo.families.sequences import SequenceAutoencoder, Sequences
from zoo.health import active_units, collapsed_share
from zoo.ops import spaces

if TYPE_CHECKING:
    from zoo.tokenizers import Tokenizer
    from zoo.wrappers.strings import Strings

ORDER = 5
CHARACTER = "character"
VALIDATION = (100, 300)  # draws from a line's posterior, and lines, at the most
RECONSTRUCTED = 1000  # lines at the most
WRITTEN, SEED = 1000, 0  # lines that are generated, at temperature 1
BATCH = 256


def measure(export: Strings, lines: Lines, language_model: SequenceAutoencoder, draws: int = 500) -> Report:
    """Measures on validation and test lines, and the baselines on test lines.

    Args:
        export: The trained model, of strings.
        lines: The data.
        language_model: A trained one.
        draws: From each test line's posterior.
    """
    model, report = export.model, Report()
    unit = lines.vocabulary.tokenizer
    for part, how_many in {"validation": (min(draws, VALIDATION[0]), VALIDATION[1]), "test": (draws, None)}.items():
        of_part = getattr(report, part)
        of_part.update(likelihood(model, lines[part], *how_many, unit))
        of_part.update(kept(export, lines[part]))
    if hasattr(model, "draws"):
        report.test |= novelty(export.sample(WRITTEN, seed=SEED), lines)
    sentences = explained(model, priced(unit), draws)
    report.explained |= {name: sentence for name, sentence in sentences.items() if name in report.test}
    if hasattr(model, "log_likelihood"):
        protocol = "same lines and tokens; trained on the same training lines"
        ngram = NGram(lines.train.x, lines.vocabulary.size, ORDER)
        gru = "the same decoder without a code, the same epochs and options; exact"
        for name, nats, how in (
            (f"{ORDER}-gram, Kneser-Ney", ngram.nats(lines.test.x), protocol),
            ("GRU language model", language_model.score(lines.test.x), f"{protocol}; {gru}"),
        ):
            found = in_units(nats, lines.test, unit)
            report.baselines += [row(name, key, value, how, "measured here") for key, value in found.items()]
    return report


def in_units(nats: np.ndarray, part: Part, unit: Tokenizer) -> dict[str, float]:
    """Returns the mean cost of a line in nats, and of a unit or character in bits, the ends of lines counted too."""
    count = part.tokens if unit.priced else part.characters
    return {"nats_per_line": float(nats.mean()), f"bits_per_{priced(unit)}": float(nats.sum() / count / math.log(2))}


def priced(unit: Tokenizer) -> str:
    """Returns what bits are counted by: the unit, or the character, by which models of several units compare."""
    return unit.one if unit.priced else CHARACTER


def likelihood(model: Sequences, part: Part, draws: int, most: int | None, unit: Tokenizer) -> dict[str, float]:
    """Measures what lines cost: of a variational model by importance sampling, and what of it is the code's."""
    if not hasattr(model, "log_likelihood"):
        return {"reconstruction": float(model.score(part.x).mean())}
    some = Part(part.texts[:most], part.x[:most])
    numbers = in_units(-model.log_likelihood(some.x, samples=draws), some, unit)
    parts = model.evaluate(part.x, batch_size=BATCH, return_dict=True, verbose=0)
    mean, log_variance = posteriors(model, part)
    return {
        **numbers,
        "kl": parts["kl"],
        "reconstruction": parts["reconstruction"],
        "active_units": active_units(mean),
        "collapsed_share": collapsed_share(mean, log_variance),
    }


def posteriors(model: Sequences, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean and the log variance of each line's posterior, each of shape `(n, latent_dim)`."""
    found = [model.moments(part.x[i : i + BATCH]) for i in range(0, len(part), BATCH)]
    mean, log_variance = (np.concatenate([np.asarray(each[k]) for each in found]) for k in (0, 1))
    return mean, log_variance


def kept(export: Strings, part: Part) -> dict[str, float]:
    """Measures how much of lines comes back when their codes are written greedily."""
    texts = part.texts[:RECONSTRUCTED]
    again = export.reconstruct(texts)
    return {
        "words_right_share": words_right(texts, again),
        "lines_right_share": float(np.mean([a == b for a, b in zip(texts, again, strict=True)])),
    }


def words_right(texts: list[str], again: list[str]) -> float:
    """Returns the share of all words, what stands between white space, that stand at the same place again."""
    right = count = 0
    for a, b in zip(texts, again, strict=True):
        words = spaces.words(a)
        right += sum(x == y for x, y in zip(words, spaces.words(b), strict=False))
        count += len(words)
    return right / max(1, count)


def novelty(made: list[str], lines: Lines) -> dict[str, float]:
    """Returns the shares of generated lines that no training line is, and that differ from one another."""
    known = set(lines.train.texts)
    return {
        "new_share": float(np.mean([text not in known for text in made])),
        "distinct_share": len(set(made)) / len(made),
    }


def explained(model: Sequences, unit: str, draws: int) -> dict[str, str]:
    """Returns a sentence for each number."""
    given = "a draw from the line's posterior" if hasattr(model, "log_likelihood") else "the line's own code"
    return {
        "nats_per_line": "-log p(x) of a line and its end, mean over lines, by importance sampling from the posterior: "
        f"{draws} draws for each test line, {min(draws, VALIDATION[0])} for each of {VALIDATION[1]} validation lines. "
        "An estimate of that kind is high, if anything, and the higher the fewer the draws.",
        f"bits_per_{unit}": f"the same over {unit}s, each line's end counted as one, in bits.",
        "kl": "the bound's cost of the code: KL(q(z|x) || p(z)) in nats, mean over lines.",
        "reconstruction": f"-log p(x|z) in nats given {given}, mean over lines, each token after the right ones.",
        "active_units": "latents whose posterior mean varies by more than 0.01 over lines.",
        "collapsed_share": "share of latents whose posterior is the prior: less than 0.01 nats of KL.",
        "words_right_share": "share of words that stand at the same place when a line's code is written greedily, up "
        f"to {RECONSTRUCTED:,} lines; a word is what stands between white space, and an unknown one is wrong.",
        "lines_right_share": "share of those lines that come back as they were.",
        "new_share": f"share of {WRITTEN:,} generated lines, at temperature 1, that are no training line.",
        "distinct_share": "share of them that are left if each is counted once.",
    }
