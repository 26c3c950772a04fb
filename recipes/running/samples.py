"""The options of recipes of samples: where they come from, and how pictures and tables become them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import tyro

from recipes.data import sources
from recipes.running.options import Options


@dataclass(frozen=True)
class SampleOptions(Options):
    """What every recipe of samples takes beside what all take."""

    DECISIVE: ClassVar[tuple[str, ...]] = ("data",)
    data: Annotated[str, tyro.conf.arg(help=f"{sources.listed()}.")] = "sample"
    label: str | None = None
    """The column of a table, or the array of an archive, that holds labels. In a folder of pictures, sub-folders are
    labels anyway."""
    columns: tuple[str, ...] | None = None
    """For a table: the columns to use, by name; all but the label if not given."""
    categories: tuple[str, ...] | None = None
    """For a table: columns whose cells are words, though they may be numbers. Columns of words alone are found."""
    scaling: Literal["standard", "robust"] | None = None
    """For a table: standardize numbers by mean and standard deviation (standard, the default), or by median and
    quartiles (robust), which a few extreme values do not move."""
    header: Literal["yes", "no"] | None = None
    """For a table: whether its first line names the columns. If it does not, they are called 1, 2 and so on."""
    size: tuple[int, ...] | None = None
    """For a folder of pictures: the height and width to resize to, or one number for both."""
    channels: Literal[1, 3] | None = None
    """For a folder of pictures: 1 for grey, 3 for color. If not given, grey where all pictures are grey."""
    white: float | None = None
    """For a folder of pictures of 16 bits or of floating point: the value that is white. If not given, it is found from
    the files, and a line says what was assumed."""
    framing: Literal["crop", "pad"] | None = None
    """For a folder of pictures whose shape does not fit the size: crop (the default) cuts, pad adds black borders."""
