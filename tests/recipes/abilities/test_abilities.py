"""Every ability keeps to what the recipe relies on: told by the model alone, every number explained."""

import importlib
import json
import pkgutil

import pytest

import zoo
from recipes import abilities
from recipes.publishing import markdown

ALL = [importlib.import_module(f"recipes.abilities.{file.name}") for file in pkgutil.iter_modules(abilities.__path__)]


@pytest.fixture(scope="module")
def models():
    """Each model of pixels, by name."""
    return {name: zoo.build(name, (4, 4)) for name in zoo.list_models(data="pixels")}


def test_a_plain_autoencoder_has_none():
    assert abilities.of(zoo.build("vanilla", (4, 4))) == []


@pytest.mark.parametrize("ability", ALL, ids=lambda ability: ability.__name__.rpartition(".")[2])
def test_some_model_has_it_and_its_numbers_are_explained_on_the_card(ability, models, exported):
    able = [name for name, model in models.items() if ability.able(model)]
    if not able:  # tests/recipes/test_generate.py looks at the card of a model that knows labels
        assert ability.able(zoo.build("vae", (4, 4), classes=10))
        return
    numbers, folder = exported(able[0])
    card = (folder / "card.md").read_text("utf-8")
    record = json.loads((folder / "metrics.json").read_text("utf-8"))
    for name, sentence in ability.MEASURES.items():
        assert name in numbers
        assert name in record["validation"]
        assert f"`{name}`: {markdown.text(sentence)}" in card
