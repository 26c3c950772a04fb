"""What every recipe shares: its options, its command line, its answers to errors, and the folder it works in."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import itertools
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

import docstring_parser
import tyro

import zoo
from recipes import _training
from zoo import UsageError, registry
from zoo.files import remove

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

EXPORTED = Path("exported")
# The options that go to the training as they are, and the least values of those that are numbers.
TRAINING = ("pretrain_epochs", "epochs", "batch_size", "patience", "seed", "schedule", "warmup_steps", "health")
LEAST = {"pretrain_epochs": 0, "warmup_steps": 0, "epochs": 1, "batch_size": 1, "patience": 1, "seed": 0}


@dataclass(frozen=True)
class Options:
    """What every recipe takes. A recipe's own options are a subclass; `hyperparameters` are the model's.

    Attributes:
        PRESETS: By model, the hyperparameters whose defaults in the recipe are not the model's own.
        DATA: What the samples of the recipe's models are, as `zoo.list_models(data=...)` calls it.
        FREE: The options that may differ when an interrupted run goes on.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    DATA: ClassVar[tuple[str, ...]] = ("any",)
    FREE: ClassVar[tuple[str, ...]] = ("out", "resume")
    model: str = "sparse"
    """Which model of the zoo; its hyperparameters follow below, and other models have others."""
    pretrain_epochs: int = 10
    """Epochs of greedy training for each layer before all are trained as one, in models that have it; 0 for none."""
    epochs: int = 50
    """Train for at most so many epochs."""
    patience: int = 5
    """Stop after so many epochs in which the validation loss did not fall; the best weights are kept."""
    batch_size: int = 256
    """Samples a training step."""
    schedule: Literal["constant", "cosine"] = "constant"
    """How the learning rate goes: as it is, or along half a cosine down to 0 over all epochs."""
    warmup_steps: int = 0
    """Raise the learning rate from almost 0 over so many steps of the first epoch: deep networks bear more then."""
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    """mixed_bfloat16 multiplies in bfloat16 while training, faster where the processor can; weights and the export are
    float32 either way."""
    health: bool = False
    """Look at the model after each epoch (dead units, collapsed posterior, saturation, unused codes), keep the numbers,
    and tell in a sentence what is wrong and which hyperparameter to change."""
    seed: int = 0
    """Seed of the weights, the order of the samples and all else that is random."""
    out: Path | None = None
    """The folder to export to; exported/RECIPE-MODEL if not given. An export that is there is replaced at the end."""
    resume: bool = False
    """Go on where an interrupted run with these options stopped; start afresh if there is none."""
    hyperparameters: tyro.conf.Suppress[Mapping[str, Any]] = field(default_factory=dict)

    def folder(self, recipe: str) -> Path:
        """Returns the folder to export to."""
        return self.out or EXPORTED / f"{recipe}-{self.model}"


Config = TypeVar("Config", bound=Options)


def main(recipe: str, config_class: type[Config], run: Callable[[Config], Any]) -> None:
    """Parses the command line and runs the recipe.

    Exits with status 2 and one sentence for what a person can mend, with 130 after Ctrl-C.

    Args:
        recipe: The recipe's name.
        config_class: Its options.
        run: What does the work.
    """
    config = None
    try:
        config = parse(config_class, sys.argv[1:], recipe)
        run(config)
    except UsageError as error:
        _stop(2, str(error))
    except OSError as error:
        reason = f"{error.strerror}: {error.filename}" if error.strerror and error.filename else str(error)
        _stop(
            2,
            f"Could not read or write ({reason}): make room or choose another --out. What was exported before is "
            "whole, and what was trained is kept: the same command with --resume goes on.",
        )
    except KeyboardInterrupt as interrupt:
        again = command(recipe, dataclasses.replace(config, resume=True)) if config else None
        where = str(interrupt) or "Stopped."
        _stop(130, f"\n{where}" + (f" Go on with:\n  {again}" if again else ""))


def parse(config_class: type[Config], arguments: list[str], recipe: str) -> Config:
    """Reads the command line: the recipe's options, and the chosen model's hyperparameters beside them.

    Raises:
        UsageError: If the model is unknown, or for other data.
        SystemExit: With status 2, if an option is unknown or a value is of the wrong kind; with 0 after `--help`.
    """
    name = _value_of("--model", arguments) or config_class().model
    builder = registry.find(name)
    models = sorted(model for data in config_class.DATA for model in zoo.list_models(data=data))
    if name not in models:
        takes = registry.DATA[zoo.describe(name).data]
        raise UsageError(f"--model {name} takes {takes}; recipes.{recipe} can use {', '.join(models)}.")
    described = {p.arg_name: p.description for p in docstring_parser.parse(builder.__doc__ or "").params}
    defaults = _defaults(config_class, name)
    fields = [
        (key, Annotated[p.annotation, tyro.conf.arg(help=described.get(key) or "")], field(default=defaults[key]))
        for key, p in _hyperparameters(name).items()
    ]
    model = dataclasses.make_dataclass(name, fields, frozen=True)
    model.__doc__ = zoo.describe(name).summary

    groups = [
        ("recipe", config_class, field(default_factory=config_class)),
        (name, model, field(default_factory=model)),
    ]
    parsed: Any = tyro.cli(
        dataclasses.make_dataclass("Arguments", groups),
        args=arguments,
        prog=f"python -m recipes.{recipe}",
        description=f"{sys.modules[config_class.__module__].__doc__}\nModels: {', '.join(models)}.",
        config=(tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff),
    )
    hyperparameters = dataclasses.asdict(getattr(parsed, name))
    return dataclasses.replace(parsed.recipe, hyperparameters=hyperparameters)


def command(recipe: str, config: Options) -> str:
    """Returns the command line that runs the recipe with these options."""
    words = ["python", "-m", f"recipes.{recipe}"]
    defaults = _defaults(config, config.model)
    given = [(f.name, getattr(config, f.name), f.default) for f in dataclasses.fields(config)]
    given = [item for item in given if item[0] not in ("hyperparameters", "out")]
    given.append(("out", config.folder(recipe), dataclasses.replace(config, out=None).folder(recipe)))
    given += [(key, value, defaults.get(key)) for key, value in config.hyperparameters.items()]
    for key, value, default in given:
        if value == default and key != "model":
            continue
        flag = f"--{key.replace('_', '-')}"
        if isinstance(value, bool):
            words.append(flag if value else f"--no-{flag[2:]}")
        else:
            words += [flag, *(map(str, value) if isinstance(value, (tuple, list)) else [str(value)])]
    return shlex.join(words)


@contextlib.contextmanager
def workspace(recipe: str, config: Options) -> Iterator[Path]:
    """Yields the folder that a run works in, beside the folder that it exports to; seeds all that is random.

    Raises:
        UsageError: If the folder cannot be written, or something that is no export or an unfinished run lies there.
    """
    import keras
    import tensorflow as tf

    for name, least in LEAST.items():
        if getattr(config, name) < least:
            raise UsageError(f"--{name.replace('_', '-')} must be at least {least}. Received: {getattr(config, name)}.")
    out = config.folder(recipe)
    empty = out.is_dir() and not any(out.iterdir())
    if not out.name or (out.exists() and not (out / "metrics.json").exists() and not empty):
        raise UsageError(f"{out} is there and is no export: it is left alone. Choose another --out.")
    folder = out.with_name(f"{out.name}.training")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".write").touch()
        (folder / ".write").unlink()
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}): choose another --out.") from None
    if not _training.unfinished(folder):
        if config.resume:
            print(f"Nothing to resume in {folder}: starting afresh.")
        for logs in list(folder.rglob("logs")):
            remove(logs)
    elif not config.resume:
        raise UsageError(f"An unfinished run lies in {folder}: add --resume to go on, or delete it to start afresh.")
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    keras.config.set_dtype_policy(config.precision)
    try:
        yield folder
    except BaseException:
        with contextlib.suppress(OSError):  # where anything was kept, it stays
            folder.rmdir()
        raise
    finally:
        keras.config.set_dtype_policy("float32")
    _training.finish(folder)


def fitting(config: Options) -> dict[str, Any]:
    """Returns the arguments of `_training.fit` that the options give."""
    options = dataclasses.asdict(config)
    options |= options.pop("hyperparameters")
    free = config.FREE if config.schedule == "cosine" else (*config.FREE, "epochs")  # a cosine is laid over all epochs
    return {
        **{key: options[key] for key in TRAINING},
        "identity": {key: value for key, value in options.items() if key not in free},
    }


def build(config: Options, input_shape: tuple[int | None, ...]) -> Autoencoder:
    """Builds the configured model with the configured seed."""
    seed = {"seed": config.seed} if "seed" in registry.hyperparameters(registry.find(config.model)) else {}
    return zoo.build(config.model, input_shape, **{**seed, **hyperparameters(config)})


def hyperparameters(config: Options) -> dict[str, Any]:
    """Returns the model's hyperparameters: as given, or their defaults."""
    return {**_defaults(config, config.model), **config.hyperparameters}


def data_of(config: Options) -> str:
    """Returns what the samples of the configured model are: "any", "ratings" or "likes"."""
    return zoo.describe(config.model).data


def in_float32(config: Options, model: Autoencoder) -> Autoencoder:
    """Returns the trained model as one that computes in float32, optimizer included."""
    import keras

    if config.precision == "float32":
        return model
    keras.config.set_dtype_policy("float32")
    again = build(config, model.encoder.input_shape[1:])
    again.optimizer.build(again.trainable_variables)
    for ours, trained in zip(
        [*again.weights, *again.optimizer.variables], [*model.weights, *model.optimizer.variables], strict=True
    ):
        ours.assign(trained)
    return again


def _hyperparameters(model: str) -> dict[str, inspect.Parameter]:
    """Returns a model's hyperparameters but for the seed, which is an option of every recipe."""
    return {key: p for key, p in registry.hyperparameters(registry.find(model)).items() if key != "seed"}


def _defaults(options: Options | type[Options], model: str) -> dict[str, Any]:
    """Returns the hyperparameters of a model of which nothing is given: the recipe's presets, else the model's own."""
    preset = options.PRESETS.get(model, {})
    return {key: preset.get(key, p.default) for key, p in _hyperparameters(model).items()}


def _value_of(flag: str, arguments: list[str]) -> str | None:
    words = [part for word in arguments for part in (word.split("=", 1) if word.startswith(f"{flag}=") else [word])]
    return dict(itertools.pairwise(words)).get(flag)  # the last one counts


def _stop(status: int, sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(status)
