"""Finds the film that a person means, however the title is written."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from zoo import UsageError

CANDIDATES = 10  # named where several fit
NEAREST = 3  # named where none fits
MISSPELT = 0.85  # difflib's ratio, from which on a title is taken for another misspelt
UNLIKE = 0.3  # below it a title is not worth naming as the nearest

_YEAR = re.compile(r"\((\d{4})\)")
_ARTICLE_BEHIND = re.compile(
    r"(.*), (the|an?|l[aeo]|les|l'|el|il|i|gli|los|las|der|die|das|un|une|det|den|de|en)", re.IGNORECASE
)
_ACCENT = re.compile("[\u0300-\u036f'\u2019.]")  # and what stands within a word
_NUMBER = re.compile(r"\d+")


def find(query: str, titles: Sequence[str]) -> int:
    """Finds the title that is meant; case, accents, punctuation and the place of an article do not matter.

    A title that equals the query counts first, with or without its year, or another name in its brackets; then one that
    begins so; then one in which words begin so; then the one that the query misspells. Of films with the same title and
    year the first is taken.

    Args:
        query: Such as "Toy Story", "the matrix" or "Batman (1989)".
        titles: Such as "Matrix, The (1999)" or "Seven (a.k.a. Se7en) (1995)".

    Returns:
        The title's index.

    Raises:
        UsageError: If several films fit, or none; names them, or the nearest.
    """
    whole = _words(query)
    asked = next(_names(query), whole)
    if not asked:
        raise UsageError(f'"{query}" is no title: write one, such as "{titles[0]}".')
    years = set(_YEAR.findall(query))
    names = {title: set(_names(title)) for title in titles if years <= set(_YEAR.findall(title))}
    found = [title for title in names if _words(title) == whole]
    for fits in _ways_to_fit(asked, names):
        found = found or [title for title, called in names.items() if any(map(fits, called))]
    if not found:
        raise UsageError(f'No film is called "{query}"{_nearest(whole, titles)}')
    if len(found) > 1:
        found.sort(key=len)
        more = f" and {len(found) - CANDIDATES} more" if len(found) > CANDIDATES else ""
        raise UsageError(
            f'Which "{query}"? {"; ".join(found[:CANDIDATES])}{more}: write the whole title with its year.'
        )
    return titles.index(found[0])


def short(title: str) -> str:
    """Returns a title as people say it: the article in front, without year and other names."""
    name = title.split(" (")[0]
    behind = _ARTICLE_BEHIND.fullmatch(name)
    return f"{behind[2]}{'' if behind[2].endswith(chr(39)) else ' '}{behind[1]}" if behind else name


def _ways_to_fit(asked: str, names: dict[str, set[str]]) -> Iterator[Callable[[str], bool]]:
    """Yields what says whether a name fits, from the strictest to the loosest."""
    yield lambda name: name == asked
    yield lambda name: name.startswith(asked)
    yield lambda name: f" {asked}" in f" {name}"
    # Numbers are not misspelt: who asks for the third part does not mean the second.
    alike = [name for name in set().union(*names.values()) if _NUMBER.findall(name) == _NUMBER.findall(asked)]
    near = difflib.get_close_matches(asked, alike, CANDIDATES, MISSPELT)
    ratios = {name: difflib.SequenceMatcher(None, name, asked).ratio() for name in near}
    yield lambda name: name in ratios and ratios[name] == max(ratios.values())


def _names(title: str) -> Iterator[str]:
    """Yields the words of a title without its year, then of each other name that it has in brackets."""
    for name in re.split(r"[()]", _YEAR.sub("", title)):
        if words := _words(re.sub(r"^a\.?k\.?a\.? ", "", name.strip(), flags=re.IGNORECASE)):
            yield words


def _words(title: str) -> str:
    """Returns the words in lower case without accents; an article goes before them, or away if it is English."""
    if behind := _ARTICLE_BEHIND.fullmatch(title.strip()):
        article = behind[2]
        title = f"{article}{behind[1]}" if article.endswith("'") else f"{article} {behind[1]}"
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", title.casefold().replace("&", " and ")))
    words = " ".join(re.findall(r"\w+", bare))
    return re.sub("^(the|an?) (?=.)", "", words)


def _nearest(query: str, titles: Sequence[str]) -> str:
    by_name = {name: title for title in titles for name in (*_names(title), _words(title))}
    near = difflib.get_close_matches(query, by_name, NEAREST, UNLIKE)
    listed = " or ".join(dict.fromkeys(f'"{by_name[name]}"' for name in near))
    return f": did you mean {listed}?" if near else ': write it as MovieLens does, such as "Matrix, The (1999)".'
