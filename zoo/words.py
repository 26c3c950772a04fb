"""Words of others (labels, titles, names of files) as one line that can be printed anywhere."""

from typing import Any

JOINERS = "\u200c\u200d"  # which scripts of India and Persia, and emoji, need between two letters


def printable(words: Any) -> str:
    r"""Returns words with what cannot be seen as Python writes it in a string: `\n`, `\x1b`, `\u202e`.

    So a name ends no line, moves no cursor, turns no direction of writing, and can be encoded.
    """
    return "".join(
        one if one.isprintable() or one in JOINERS else one.encode("unicode_escape").decode() for one in str(words)
    )
