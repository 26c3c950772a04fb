"""Words of others are one line that can be printed and encoded."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.words import printable


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Ba$$in (2007)", "Ba$$in (2007)"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("क्‍ष 中文 👍", "क्‍ष 中文 👍"),
        (7, "7"),
    ],
)
def test_what_cannot_be_seen_is_written_as_its_code(words, shown):
    assert printable(words) == shown


@given(st.text(st.characters(codec=None)))
def test_any_words_are_one_line_and_stay_so(words):
    line = printable(words)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8").decode("utf-8") == printable(line) == line
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in line)
