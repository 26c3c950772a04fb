"""The options that every recipe takes, and what follows from them: the model, its hyperparameters, its training."""

from __future__ import annotations

import dataclasses
import inspect
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import tyro

import zoo
from recipes.running import strategies
from zoo import registry

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


EXPORTED = Path("exported")


# The options that go to the training as they are, and the least values of those that are numbers.
TRAINING = ("pretrain_epochs", "epochs", "batch_size", "patience", "seed", "schedule", "warmup_steps", "health")


STEPS = 15  # of an epoch, at least, where the batch size is not given
LEAST = {"pretrain_epochs": 0, "warmup_steps": 0, "epochs": 1, "batch_size": 1, "patience": 1, "seed": 0}


@dataclass(frozen=True)
class Options:
    """What every recipe takes. A recipe's own options are a subclass; `hyperparameters` are the model's.

    Attributes:
        PRESETS: By model, the hyperparameters whose defaults in the recipe are not the model's own.
        KINDS: The kinds of sample that the recipe knows, as `zoo.list_models(data=...)` calls them.
        NEEDS: Hyperparameters that a model must have for the recipe to use it.
        LARGEST_BATCH: The largest batch size that is not asked for.
        FREE: The options that may differ when an interrupted run goes on.
        DECISIVE: The options by which the model is chosen, if it is not given.
        AIMS: The validation measures that a search for better options goes by, as patterns of their names, with "min"
            if low is good and "max" if high; the first that a run has is taken.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    LARGEST_BATCH: ClassVar[int] = 256
    KINDS: ClassVar[tuple[str, ...]] = ("pixels", "real")
    NEEDS: ClassVar[frozenset[str]] = frozenset()
    FREE: ClassVar[tuple[str, ...]] = ("out", "resume", "data_key", "formats", "strategy")
    DECISIVE: ClassVar[tuple[str, ...]] = ()
    AIMS: ClassVar[Mapping[str, str]] = {}
    model: str = "sparse"
    """The model's name; its hyperparameters follow below, and other models have others."""
    pretrain_epochs: int = 10
    """Epochs of pretraining for each layer before all layers train together, in models that have it; 0 for none."""
    epochs: int | None = None
    """The most epochs to train for. If not given, 50, or with few samples as many as make 5,000 steps, up to 300."""
    patience: int | None = None
    """Stop after this many epochs without a lower validation loss; the best weights are kept. If not given, 5, or with
    few samples as many as make 500 steps."""
    batch_size: int | None = None
    """Samples per training step. If not given, a fifteenth of the training samples, as a power of 2 from 8 to 256."""
    schedule: Literal["constant", "cosine"] = "constant"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""
    warmup_steps: int = 0
    """Raise the learning rate from almost 0 over this many steps of the first epoch, which helps deep networks."""
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    """mixed_bfloat16 multiplies in bfloat16 while training, which is faster on processors that support it; weights and
    the export are float32 either way."""
    strategy: Literal["mirrored", "multi_worker"] | None = None
    """Where to train: mirrored, on all GPUs of this machine; multi_worker, on several machines, each of which runs this
    command; TF_CONFIG says who the others are. Each takes its part of every batch, so that the numbers are
    those of one device, and the first alone writes. If not given, on one device."""
    health: bool = False
    """Look at the model after each epoch (dead units, collapsed posterior, saturation, unused codes), keep the numbers,
    and say in a sentence what is wrong and which hyperparameter to change."""
    seed: int = 0
    """Seed of the weights, the order of the samples and everything else that is random."""
    data_key: str | None = None
    """The name by which published numbers are looked up, such as mnist; found by the data's checksum if not given."""
    out: Path | None = None
    """The folder to export to; exported/RECIPE-MODEL if not given. An export already there is replaced at the end."""
    formats: tuple[str, ...] | None = None
    """Formats to export in beside the SavedModel: onnx, litert (each needs its packages: pip install .[onnx,litert]),
    keras. Each signature is run there and compared; what differs is left out, with the reason. onnx_int8 and
    litert_int8 have a byte a weight, and the card says what it costs."""
    resume: bool = False
    """Continue an interrupted run with these options; start afresh if there is none."""
    hyperparameters: tyro.conf.Suppress[Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def usual(cls, given: Mapping[str, Any]) -> Self:
        """Returns the options where nothing is given but some of the decisive ones: the model may follow from them."""
        return cls(**given)

    @classmethod
    def models(cls) -> list[str]:
        """Returns the names of the models that the recipe can use, sorted."""
        taken = {model for kind in cls.KINDS for model in zoo.list_models(data=kind)}
        return sorted(model for model in taken if own_hyperparameters(model).keys() >= cls.NEEDS)

    def fixed(self) -> dict[str, Any]:
        """Returns hyperparameters that other options give, and that are no options by themselves."""
        return {}

    def trains(self) -> bool:
        """Says whether a run trains: where it does not, nothing is shared between devices, nor searched."""
        return True

    def folder(self, recipe: str) -> Path:
        """Returns the folder to export to."""
        return self.out or EXPORTED / f"{recipe}-{self.model}"

    def folders(self, recipe: str) -> list[Path]:
        """Returns all folders to export to, where a run makes several exports."""
        return [self.folder(recipe)]


def fitting(config: Options, samples: int = 0) -> dict[str, Any]:
    """Returns the arguments of `training.fit` that the options give.

    Args:
        config: The options.
        samples: How many train; not used where the options give a batch size.
    """
    options = named(config)
    options["batch_size"] = config.batch_size or batch_size(samples, config.LARGEST_BATCH)
    steps = math.ceil(max(1, samples) / options["batch_size"])
    options["epochs"] = config.epochs or min(300, max(50, math.ceil(5000 / steps)))
    options["patience"] = config.patience or max(5, math.ceil(500 / steps))
    free = config.FREE if config.schedule == "cosine" else (*config.FREE, "epochs")  # a cosine is laid over all epochs
    return {
        **{key: options[key] for key in TRAINING},
        "identity": {key: value for key, value in options.items() if key not in free},
    }


def batch_size(samples: int, largest: int) -> int:
    """Returns samples a training step such that an epoch has 15 or more: a power of 2, from 8 to `largest`."""
    powers = [2**k for k in range(3, 1 + int(math.log2(largest)))]
    return max([power for power in powers if power * STEPS <= samples], default=powers[0])


def build(config: Options, input_shape: tuple[int | None, ...]) -> Autoencoder:
    """Builds the configured model with the configured seed and precision."""
    from zoo import precision

    seed = {"seed": config.seed} if "seed" in registry.hyperparameters(registry.outline(config.model)) else {}
    with precision.policy(config.precision), strategies.scope(config.strategy):
        return zoo.build(config.model, input_shape, **{**seed, **hyperparameters(config)})


def hyperparameters(config: Options) -> dict[str, Any]:
    """Returns the model's hyperparameters: as given, or their defaults."""
    return {**defaults(config, config.model), **config.hyperparameters}


def kind_of(config: Options) -> str:
    """Returns what the samples of the configured model are, the name of a kind."""
    return hyperparameters(config).get("output") or _first_kind(config, config.model)


def _first_kind(options: Options | type[Options], model: str) -> str:
    """Returns the first of the recipe's kinds of sample that a model takes."""
    taken = zoo.describe(model).kinds
    return next(kind for kind in options.KINDS if kind in taken)


def command(recipe: str, config: Options) -> str:
    """Returns the command line that runs the recipe with these options."""
    words = ["python", "-m", f"recipes.{recipe}"]
    known, model = defaults(config, config.model), config.model
    given = [(f.name, getattr(config, f.name), f.default) for f in dataclasses.fields(config)]
    given = [item for item in given if item[0] not in ("hyperparameters", "out")]
    given.append(("out", config.folder(recipe), dataclasses.replace(config, out=None).folder(recipe)))
    given += [(option(config, model, key), value, known.get(key)) for key, value in config.hyperparameters.items()]
    for key, value, default in given:
        if value == default and key != "model":
            continue
        flag = f"--{key.replace('_', '-')}"
        if isinstance(value, bool):
            words.append(flag if value else f"--no-{flag[2:]}")
            continue
        words.append(flag)
        for i, word in enumerate(map(str, value) if isinstance(value, (tuple, list)) else [str(value)]):
            if i == 0 and word.startswith("-"):  # which alone would be read as an option
                words[-1] += f"={word}"
            else:
                words.append(word)
    return shlex.join(words)


def option(options: Options | type[Options], model: str, hyperparameter: str) -> str:
    """Returns the name of a hyperparameter's option: its own, or behind the model's where the recipe has such a one."""
    taken = {one.name for one in dataclasses.fields(options)}
    return f"{model}_{hyperparameter}" if hyperparameter in taken else hyperparameter


def named(config: Options) -> dict[str, Any]:
    """Returns the values of all options by name, those of the model's hyperparameters included."""
    values = dataclasses.asdict(config)
    given = values.pop("hyperparameters")
    return values | {option(config, config.model, key): value for key, value in given.items()}


def own_hyperparameters(model: str) -> dict[str, inspect.Parameter]:
    """Returns a model's hyperparameters but for the seed, which is an option of every recipe."""
    return {key: p for key, p in registry.hyperparameters(registry.outline(model)).items() if key != "seed"}


def defaults(options: Options | type[Options], model: str) -> dict[str, Any]:
    """Returns the hyperparameters of a model of which nothing is given: the recipe's presets, or the model's own."""
    preset = dict(options.PRESETS.get(model, {}))
    own = own_hyperparameters(model)
    if "output" in own and own["output"].default not in options.KINDS:
        preset.setdefault("output", _first_kind(options, model))
    return {key: preset.get(key, p.default) for key, p in own.items()}
