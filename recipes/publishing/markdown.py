"""Words of others in Markdown: as text, or as code."""

import re
from typing import Any

from markupsafe import Markup

from zoo.words import printable

# An underscore within a word is none of Markdown's; a bar ends a table's cell, and dollars begin formulas.
SIGNS = re.compile(r"[\\`*\[\]<>&|~$#]|(?<![^\W_])_|_(?![^\W_])")


def text(words: Any) -> Markup:
    """Returns words such that Markdown shows them as they are; what is `Markup` already is left alone."""
    return words if isinstance(words, Markup) else Markup(SIGNS.sub(r"\\\g<0>", printable(words)))


def code(words: Any) -> Markup:
    """Returns words as a span of code, between more backticks than stand in them; not for tables."""
    line = printable(words)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if line[:1] in ("`", " ") or line[-1:] in ("`", " ") else ""
    return Markup(f"{fence}{space}{line}{space}{fence}")
