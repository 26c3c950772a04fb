"""An export's card, of which a page shows a part: Markdown becomes HTML, and a stranger's HTML stays text."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

SHOWN_ELSEWHERE = ("How good it is", "Figures")  # headings of parts that a page has in its own form
USE = "Load it"  # how the heading of the part that shows its use begins
LOCAL = re.compile(r"figures/[\w-]+\.png")


def of_use(card: str) -> Markup:
    """Returns what a card says of how to use the export, without its heading.

    Args:
        card: Markdown without front matter.
    """
    found = [part.partition("\n")[2] for heading, part in _parts(card) if heading.startswith(USE)]
    return _html("\n".join(found))


def rendered(card: str) -> Markup:
    """Returns a card without its title, and without the parts that a page shows by itself.

    Args:
        card: Markdown without front matter.
    """
    kept = [part for heading, part in _parts(card) if heading not in SHOWN_ELSEWHERE and not heading.startswith(USE)]
    return _html("".join(f"## {part}" for part in kept))


def _parts(card: str) -> list[tuple[str, str]]:
    """Returns the parts under a card's second headings, each with its heading."""
    _, *parts = re.split(r"^## ", card, flags=re.MULTILINE)
    return [(part.partition("\n")[0].strip(), part) for part in parts]


def _html(markdown: str) -> Markup:
    """Returns HTML in which headings go one down.

    Pictures and links that lead out are text: a page asks nothing of other servers.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        token.children = [child for child in token.children or () if _stays(child)] if token.children else None
    found = parser.renderer.render(tokens, parser.options, {})
    # What is wider than a phone scrolls, also by keys.
    found = found.replace("<table>", '<div class="wide" tabindex="0" role="region" aria-label="table"><table>')
    found = found.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return Markup(found)  # the parser has escaped what others wrote


def _stays(token: Token) -> bool:
    if token.type == "image":
        return LOCAL.fullmatch(str(token.attrs.get("src", ""))) is not None
    return token.type not in ("link_open", "link_close")
