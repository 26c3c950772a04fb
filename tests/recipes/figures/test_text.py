"""Any words are drawn as they are: no formula, no box, no warning, and not out of the figure."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.figures import by_class, extremes, reconstructions, restorations, roc, samples, scatter, scores
from recipes.figures import map as drawing
from recipes.figures._style import figure, name
from recipes.figures._text import drawable, families, fitted

HOSTILE = ["$10_$20", "$\\frac{1}", "_hidden", "{}%s{0}", "a|b", "<script>", "`x`", "a\nb\tc", "\x1b[31m", "\u202egnp"]
SCRIPTS = ["中文", "ひらがな", "한국어", "हिन्दी", "العربية", "ไทย", "አማርኛ", "Ελληνικά", "Кириллица"]
WORDS = [*HOSTILE, *SCRIPTS, "W" * 5000, "🤖", "\ud800", "\ue000"]
IMAGES = np.zeros((2, 4, 4), "float32")


@pytest.mark.parametrize("word", SCRIPTS)
def test_scripts_have_letters(word):
    assert drawable(word) == word


@pytest.mark.parametrize(
    ("word", "drawn"),
    [("a\x00b", "a\\x00b"), ("\ue000", "\\ue000"), ("\u202e", "\\u202e"), ("\ud800", "\\ud800"), ("\t\n", "\\t\\n")],
)
def test_what_has_no_letter_is_written_as_its_code(word, drawn):
    assert drawable(word) == drawn


def test_without_the_package_of_fonts_other_scripts_are_codes(monkeypatch):
    from recipes.figures import _text

    monkeypatch.setattr(_text, "_letters", lambda: frozenset(range(32, 127)))
    assert _text.drawable.__wrapped__("a 中") == "a \\u4e2d"
    assert families()[0] == "DejaVu Sans"


def pixels(title, label):
    made, axes = figure(4, 3, title=title)
    axes[0, 0].plot([1, 2], label=name(label))
    axes[0, 0].set(xlabel=name(label), ylabel=name(label, 1), xticks=[0, 1])
    axes[0, 0].set_xticklabels([name(label, 1), "x"])
    legend = axes[0, 0].legend()
    made.canvas.draw()
    return np.asarray(made.canvas.buffer_rgba()).copy(), legend


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40) | st.sampled_from(WORDS))
def test_any_words_can_be_drawn_anywhere(words):
    image, legend = pixels(words, words)  # a warning is an error
    assert image.min() == 0
    assert len(legend.get_texts()) == 1


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.floats(0.5, 5))
def test_fitted_words_are_one_line_within_their_room(words, room):
    from recipes.figures._text import _width

    line = fitted(words, room, 10)
    assert len(line) <= 1 or _width(line, 10) <= room
    assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in line)
    whole = drawable(words)
    assert line == whole or ("…" in line and whole.startswith(line.partition("…")[0])) or len(line) == 1


def test_a_dollar_is_a_dollar():
    assert (pixels("$x$", "$x$")[0] != pixels("x", "x")[0]).any()


def test_a_title_stays_within_the_figure():
    made, _ = figure(4, 2, title="W" * 300)
    box = made.get_suptitle() and made._suptitle.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= made.bbox.width


DRAWN = {
    "by_class": lambda words: by_class.draw({words[0]: [0.5] * len(words)}, words, "AUROC", words[1]),
    "roc": lambda words: roc.draw(
        dict.fromkeys(words, (np.array([True, False, False]), np.array([1.0, 0.0, 2.0]))), words[0]
    ),
    "scatter": lambda words: scatter.draw(
        {words[0]: np.zeros((len(words), 2))}, np.arange(len(words)), words, words[0]
    ),
    "scores": lambda words: scores.draw([scores.Scores(word, np.ones(3), np.ones(2), 2.0) for word in words], words[0]),
    "extremes": lambda words: extremes.draw({word: (IMAGES, np.ones(2)) for word in words}, words[0]),
    "reconstructions": lambda words: reconstructions.draw(dict.fromkeys(words, IMAGES), words[0]),
    "samples": lambda words: samples.draw({words[0]: IMAGES}, words[0]),
    "map": lambda words: drawing.draw(
        np.random.default_rng(0).normal(size=(len(words), 2)), words, np.ones(len(words)), words, words[0]
    ),
    "restorations": lambda words: restorations.draw(
        [[restorations.Panel(word, IMAGES[0], "1 dB") for word in words[:3]]], words[0]
    ),
}


@pytest.mark.parametrize("which", DRAWN)
def test_every_figure_takes_any_names(which, tmp_path):
    for words in (HOSTILE, [*SCRIPTS, "W" * 5000]):
        DRAWN[which](words).savefig(tmp_path / "a.png")
