"""Text in figures: any words as they are, in letters of any script; what no font has is written as its code."""

import functools
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import text_to_path

from zoo.words import printable

OURS = ("DejaVu Sans", "Kurinto Sans", "Kurinto Sans SC", "Kurinto Sans JP", "Kurinto Sans KR", "Kurinto Sans TC")
# With letters that those lack, where a person has installed them.
OTHERS = ("Noto Sans Myanmar", "Noto Sans Khmer", "Noto Serif Tibetan", "Noto Emoji", "Unifont", "Unifont Upper")
LONGEST = 200  # letters of a line


@functools.cache
def families() -> list[str]:
    """Returns the families of fonts that letters are looked for in, those of the package weblate-fonts among them."""
    package = find_spec("weblate_fonts")
    for folder in package.submodule_search_locations or () if package else ():
        for file in sorted(Path(folder).glob("static/weblate_fonts/kurinto/ttf/*-Rg.ttf")):
            fontManager.addfont(file)
    there = {font.name for font in fontManager.ttflist}
    return [name for name in (*OURS, *OTHERS) if name in there]


@functools.cache
def _letters() -> frozenset[int]:
    """Returns the code points that the fonts have."""
    fonts = [get_font(findfont(FontProperties(family=name))) for name in families()]
    return frozenset().union(*(font.get_charmap() for font in fonts))


@functools.lru_cache(4096)
def drawable(words: str) -> str:
    r"""Returns words with what no font has as Python writes it in a string, such as `\x1b`; not more than is read."""
    line = printable(words[:LONGEST])
    whole = "".join(one if ord(one) in _letters() else one.encode("unicode_escape").decode() for one in line)
    return whole if len(words) <= LONGEST else f"{whole}…"


def fitted(words: Any, room: float, size: float) -> str:
    """Returns words as one line that is no longer than the room: an ellipsis takes the place of the middle.

    Args:
        words: What is to be written.
        room: In inches.
        size: The letters' size, in points.
    """
    line = drawable(str(words))
    kept = len(line)
    while kept > 1:
        shown = line if kept == len(line) else f"{line[: kept - kept // 2]}…{line[len(line) - kept // 2 :]}"
        width = _width(shown, size)
        if width <= room:
            return shown
        kept = min(kept - 1, int(kept * room / width))
    return line[:1]


def _width(line: str, size: float) -> float:
    """Returns a line's width in inches."""
    return text_to_path.get_text_width_height_descent(line, FontProperties(size=size), False)[0] / 72


class Canvas(FigureCanvasAgg):
    """A canvas for any words."""

    def get_renderer(self) -> RendererAgg:
        """Returns the renderer of the figure in its size."""
        size = (*self.figure.bbox.size, self.figure.dpi)
        if getattr(self, "_size", None) != size:
            self.renderer, self._size = _Renderer(*size), size
        return self.renderer


class _Renderer(RendererAgg):
    """The one place where all words pass that become pixels, from whatever label, title or legend."""

    def draw_text(self, gc: GraphicsContextBase, x: float, y: float, s: str, *arguments: Any, **options: Any) -> None:
        super().draw_text(gc, x, y, drawable(s), *arguments, **options)

    def get_text_width_height_descent(self, s: str, *arguments: Any) -> tuple[float, float, float]:
        return super().get_text_width_height_descent(drawable(s), *arguments)


def new(size: tuple[float, float], dpi: float, **options: Any) -> Figure:
    """Makes a figure in which all words are text: a "$" is a dollar and begins no formula.

    Args:
        size: Width and height in inches.
        dpi: Pixels an inch.
        **options: Of matplotlib's `Figure`.
    """
    matplotlib.rcParams.update({"text.parse_math": False, "font.family": families()})
    made = Figure(figsize=size, dpi=dpi, **options)
    Canvas(made)
    return made
