"""The options of detection."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import tyro

from recipes.data import sources
from recipes.running.samples import SampleOptions
from zoo import UsageError

# The options that are for some data alone; others are refused.
OF_SERIES = ("window", "stride", "train_steps")
OF_SURFACES = ("patch", "steps", "upright", "aligned")
OF_OTHERS = ("categories", "size", "channels", "framing", "white")  # than series
# The default models: noise that is taken away again teaches where rows are dense, at any number of columns.
ROWS, SERIES = "denoising", "denoising"
MODELS = {"rows": ROWS, "free": "mender", "places": "vanilla"}  # by how samples lie


@dataclass(frozen=True)
class DetectionOptions(SampleOptions):
    """What recipes of detection take."""

    KINDS: ClassVar[tuple[str, ...]] = (*SampleOptions.KINDS, "series", "pictures")
    DECISIVE: ClassVar[tuple[str, ...]] = ("data", "time")
    AIMS: ClassVar[Mapping[str, str]] = {"mean_auroc": "max", "auroc": "max"}
    model: str = ""
    """The model's name; its hyperparameters follow below, and other models have others. If not given, mender for
    folders of pictures, denoising for tables and series, and vanilla for all else."""
    data: Annotated[str, tyro.conf.arg(help=f"{sources.listed()}.")] = "textures"
    normal: str | None = None
    """The normal label, or the folder of what is normal: samples of all others are anomalies. Or each: every label in
    turn, with a model each, which is the default for small pictures such as digits. For a series: the normal label if
    labels are not 0 and 1."""
    false_alarms: float | None = None
    """The share of normal samples that may be called anomalies, which sets the threshold. If not given, 0.05, or the
    least share that few normal validation samples allow; for a series a third above what normal scores reach."""
    blur: float = 1.0
    """Blur pictures and reconstructions before comparing them, or the map of a surface: the Gaussian's standard
    deviation in pixels."""
    time: str | None = None
    """For a series: the column of time, dates or numbers in order, which makes a table, or a folder of tables, a series
    with a step a row; --label is then for measuring alone."""
    window: int | None = None
    """For a series: steps of a window, which the model sees at once; 16 if not given, or fewer if few steps
    validate."""
    stride: int | None = None
    """For a series: steps from a window to the next when it is scored; an eighth of a window if not given."""
    train_steps: float | None = None
    """For a series: how many of each file's first steps are normal, or, below 1, which share; of these the last fifth
    sets the threshold and the others train. Half of them if not given."""
    patch: int = 64
    """For pictures of any size: height and width of the patches to train on; smaller pictures are mirrored up to it."""
    steps: int = 100
    """For pictures of any size: training steps per epoch. The learning rate follows half a cosine over all epochs."""
    upright: bool = False
    """For pictures of any size: do not turn patches by quarters, since what runs up and down on the surface always
    does. They are mirrored in any case, and given a little more or less light."""
    aligned: bool = False
    """For pictures of any size: they all show the same at the same place from edge to edge, such as one part after
    another, in one light or several; besides each place, whole pictures are then compared."""

    def __post_init__(self) -> None:
        """Chooses the model by the data, if none is given."""
        if not self.model:
            usual = MODELS[sources.form(self.data)]
            object.__setattr__(self, "model", usual if self.time is None else SERIES)


def refuse(options: DetectionOptions, names: Iterable[str], advice: str) -> None:
    """Checks that options are not given which are for other data.

    Raises:
        UsageError: If one is; says what to do.
    """
    usual = {field.name: field.default for field in dataclasses.fields(options)}
    for name in names:
        if (value := getattr(options, name)) != usual[name]:
            given = value if isinstance(value, tuple) else () if value is True else (value,)
            words = " ".join([f"--{name.replace('_', '-')}", *map(str, given)])
            raise UsageError(f"{words} is for other data: {advice}.")
