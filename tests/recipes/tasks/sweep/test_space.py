"""What a search may choose from: what is understood, and a sentence for what is not."""

import pytest

from recipes.running import entries
from recipes.tasks.sweep.space import Choice, Range, Space
from zoo import UsageError


def space(*words, recipe="mnist", arguments=()):
    return Space(entries.find(recipe, list(arguments)), list(arguments), words)


def test_ranges_and_choices():
    found = space("learning-rate=1e-4..1e-2:log", "latent_dim=16,32,64", "epochs=2..9", "hidden_units=256,512 128")
    assert found.dimensions == {
        "learning_rate": Range(1e-4, 1e-2, log=True),
        "latent_dim": Choice(("16", "32", "64")),
        "epochs": Range(2, 9, whole=True),
        "hidden_units": Choice(("256", "512 128")),
    }


def test_options_with_what_was_chosen():
    found = space("latent_dim=16,32", "hidden_units=256,512 128", "tied=true,false", "epochs=2..9", "rate=0.0..1.0")
    config = found.config({"latent_dim": "32", "hidden_units": "512 128", "tied": "true", "epochs": 3, "rate": 0.25})
    chosen = {name: config.hyperparameters[name] for name in ("latent_dim", "hidden_units", "tied", "rate")}
    assert chosen == {"latent_dim": 32, "hidden_units": (512, 128), "tied": True, "rate": 0.25}
    assert config.epochs == 3


def test_the_default_is_known_where_the_space_holds_it():
    assert space("penalty=l1,kl", "learning_rate=1e-4..1e-2", "tied=true,false").default() == {
        "penalty": "l1",
        "learning_rate": 1e-3,
        "tied": "false",
    }
    assert space("latent_dim=16,32", arguments=("--latent-dim", "32")).default() == {"latent_dim": "32"}
    assert space("epochs=None,9", recipe="reduce").default() == {"epochs": "None"}
    found = space("learning_rate=1e-2..1", "activation=leaky_relu,tanh", "epochs=2,9", recipe="reduce")
    assert found.default() is None
    assert found.outside() == {"learning_rate": 1e-3, "epochs": None}


def test_a_recipe_of_several_kinds_of_options_is_asked_with_its_arguments():
    assert "mirror" in space("latent_dim=8,16", recipe="images", arguments=("--model", "convolutional")).kinds
    assert "patch_size" in space("filters=8,16", recipe="images").kinds


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("latent_dim", "--space takes NAME=LOW..HIGH"),
        ("latent_dim=", "--space takes NAME=LOW..HIGH"),
        ("learning_rte=1..2", "Did you mean learning_rate"),
        ("model=vae,sparse", "Choose from"),
        ("seed=1,2", "--space names seed, which"),
        ("latent_dim=1.5..3", "takes two integers"),
        ("latent_dim=1..2..3", "takes two integers"),
        ("latent_dim=1..2:exp", "takes two integers"),
        ("latent_dim=9..3", "LOW below HIGH"),
        ("latent_dim=3..3", "LOW below HIGH"),
        ("learning_rate=0..1:log", "LOW above 0"),
        ("learning_rate=1e-4..nan", "takes two numbers"),
        ("learning_rate=1e-4..inf", "takes two numbers"),
        ("schedule=1..2", "takes no number"),
        ("schedule=cosine,foo", "schedule=foo cannot be: schedule takes constant or cosine"),
        ("latent_dim=a,b", "latent_dim=a cannot be: latent_dim takes int"),
        ("tied=yes,no", "takes true and false"),
        ("latent_dim=3,3", "values that differ"),
        ("latent_dim=3,,4", "values that differ"),
    ],
)
def test_a_space_that_cannot_be_is_answered_in_a_sentence(word, sentence):
    with pytest.raises(UsageError, match=sentence):
        space(word)


def test_nothing_and_twice():
    with pytest.raises(UsageError, match="must say what to search in"):
        space()
    with pytest.raises(UsageError, match="twice"):
        space("latent_dim=1..2", "latent_dim=3,4")


def test_no_such_recipe():
    with pytest.raises(UsageError, match="There is no recipe mnits: choose from anomaly, compress"):
        entries.find("mnits", [])
