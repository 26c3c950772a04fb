"""The options of recipes of samples: where they come from, and how pictures and tables become them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from recipes.data import sources
from recipes.running.options import Options


@dataclass(frozen=True)
class SampleOptions(Options):
    """What every recipe of samples takes beside what all take."""

    data: Annotated[str, tyro.conf.arg(help=f"{sources.listed()}.")] = "sample"
    label: str | None = None
    """Of a table the column, and of arrays the array, that holds labels; a folder's own folders are labels anyway."""
    size: tuple[int, ...] | None = None
    """Of a folder of pictures, the height and width that they are brought to, or one number for both."""
    channels: Literal[1, 3] | None = None
    """Of a folder of pictures, 1 for grey or 3 for color; grey where all pictures are, if not given."""
    framing: Literal["crop", "pad"] | None = None
    """Of a folder of pictures, whether what does not fit the size is cut off (if not given) or all is kept, with black
    beside it."""
