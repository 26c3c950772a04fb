"""Whatever people call their things, a card shows it as it is, and its front matter is read again."""

import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from recipes.publishing import card, markdown
from recipes.publishing.describing import signatures
from zoo.words import printable

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = st.text(st.sampled_from("$_{}|\n<>`*[]()!#~&;\\%\x1b\u202e ab-+.:/'\"") | st.characters(), max_size=30)
HOSTILE = [
    "$10_$20",
    "<script>x</script>",
    "a|b",
    "`a` ``b``",
    "![x](y)",
    "---\nlicense: mit",
    "{{ x }}",
    "&lt;",
    "a\\",
]


def told(content):
    """What a reader sees of one paragraph, or of the only cell under a table's head."""
    (inline,) = (token for token in READER.parse(content) if token.type == "inline" and token.content != "head")
    assert {token.type for token in inline.children} <= {"text", "text_special", "code_inline"}
    return "".join(token.content for token in inline.children)


@settings(max_examples=200)
@given(SIGNS)
@example("__a__ *b* ~~c~~ [d](e) <f> &amp; `g`")
def test_text_is_shown_as_it_is(words):
    shown = printable(words).strip()
    assert told(f"Data: {markdown.text(words)}.") == f"Data: {shown}." or printable(words) != shown
    row = READER.parse(f"| head |\n|---|\n| x {markdown.text(words)} |")
    assert [token.type for token in row].count("td_open") == 1
    assert told(f"| head |\n|---|\n| x {markdown.text(words)} |") == f"x {printable(words)}".rstrip()


@settings(max_examples=200)
@given(SIGNS.filter(bool))
def test_code_is_shown_as_it_is(words):
    shown = told(f"From {markdown.code(words)}.")
    assert shown == f"From {printable(words)}."


@pytest.fixture(scope="module")
def parts(exported):
    import json

    import zoo

    folder = exported("vanilla")[1]
    model = zoo.load(folder)
    return model, signatures(model), json.loads((folder / "metrics.json").read_text())


@pytest.mark.parametrize("words", HOSTILE)
def test_a_card_holds_any_words(words, parts):
    model, endpoints, record = parts
    data = {**record["data"], "name": words, "source": words, "split": words, "licence": words}
    row = {"name": words, "metric": words, "value": 1.0, "protocol": words, "source": words}
    record = {**record, "data": data, "test": {words: 1.0}, "baselines": [row], "command": words}
    made = card("features", model, endpoints, record, {words: words}, ["a.png", "b.png"], {"x": {"values": "numbers"}})
    front = yaml.safe_load(made.split("---\n")[1])
    line = printable(words)
    assert front["license"] == "apache-2.0"
    (result,) = front["model-index"][0]["results"]
    assert (front["model-index"][0]["name"], result["dataset"]["name"]) == (f"vanilla autoencoder of {line}", line)
    assert result["metrics"][0]["type"] == line
    tokens = READER.parse(made.partition("\n---\n")[2])
    assert not [token for token in tokens if token.type == "html_block"]
    inlines = [token for token in tokens if token.type == "inline"]
    children = [child for token in inlines for child in token.children]
    assert "html_inline" not in {child.type for child in children}
    assert [child.attrs["src"] for child in children if child.type == "image"] == ["figures/a.png", "figures/b.png"]
    shown = ["".join(child.content for child in token.children) for token in inlines]
    assert shown[0] == f"vanilla autoencoder of {line}"
    assert f"The model: Apache-2.0. The data: {line}." in shown
    assert [cell for cell in shown if cell == line] == [line] * 5  # in tables: a measure, and a row beside it
    assert f"{line}: {line}" in re.sub(r"\s+", " ", "\n".join(shown))
