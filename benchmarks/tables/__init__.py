"""Tables of README and docs, one a file: none of their numbers is typed by hand.

    python -m benchmarks.tables

A file says in `FILE` where its table stands, between markers of its own name, and `made()` returns it, from models'
descriptions or from `benchmarks/results`.
"""

import importlib
import re
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent


def found() -> dict[str, ModuleType]:
    """Returns all tables by name."""
    names = sorted(file.stem for file in FOLDER.glob("[!_]*.py"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Returns a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def markers(name: str) -> tuple[str, str]:
    """Returns what stands before and after the table of that name."""
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def write(text: str, name: str, content: str) -> str:
    """Returns the text with what stands between the markers of that name replaced."""
    begin, end = markers(name)
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL)


def number(metric: str, value: float) -> str:
    """Returns a number as tables show it: shares and errors by the hundred."""
    if "share" in metric or "error" in metric:
        return f"{100 * value:.2f}%"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"
