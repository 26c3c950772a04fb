"""The recipe for generative models in miniature."""

import json
from statistics import NormalDist

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from recipes import features, generate
from recipes.abilities import classes
from recipes.publishing import markdown
from zoo import UsageError

FILES = {"samples.png", "interpolations.png", "curves.png", "latent_grid.png", "film.gif"}


@pytest.fixture(scope="module")
def made(idx_folder, tmp_path_factory):
    """What the recipe returns for a model that it trains, and the folder of the export."""
    out = tmp_path_factory.mktemp("exported") / "generate-wae"
    config = generate.Config(
        model="wae", epochs=2, batch_size=32, data=str(idx_folder), out=out, hyperparameters={"latent_dim": 3}
    )
    return generate.run(config), out


def test_a_run_returns_both_measures_and_writes_all_files(made):
    numbers, folder = made
    assert numbers.keys() == {"sample_precision", "sample_recall"}
    assert all(0 <= value <= 1 for value in numbers.values())
    assert {path.name for path in (folder / "figures").iterdir()} == FILES
    assert {"metrics.json", "card.md", "golden.npz", "SHA256SUMS", "saved_model"} <= {p.name for p in folder.iterdir()}
    card = (folder / "card.md").read_text()
    assert "figures/film.gif" in card
    assert "`sample_recall`: share of real images" in card
    with Image.open(folder / "figures" / "film.gif") as film:
        assert film.n_frames == 10 * generate.FRAMES


def test_the_export_makes_the_same_digits_for_the_same_seed(made):
    sample = tf.saved_model.load(made[1] / "saved_model").signatures["sample"]
    first, again, other = (
        sample(count=tf.constant(3), seed=tf.constant(seed))["sample"] for seed in ([1, 2], [1, 2], [3, 4])
    )
    assert first.shape == (3, 16, 16)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_export_is_used_as_it_is(made, idx_folder, tmp_path):
    numbers, folder = made
    again = generate.run(generate.Config(load=folder, data=str(idx_folder), out=tmp_path / "again"))
    assert again == pytest.approx(numbers)
    ours, theirs = (json.loads((path / "metrics.json").read_text()) for path in (tmp_path / "again", folder))
    assert ours["model"] == theirs["model"]
    assert ours["train"] == theirs["train"]
    assert ours["command"].split()[3:5] == ["--model", "wae"]
    assert f"--load {folder}" in ours["command"]


def test_a_model_that_cannot_sample_is_told_which_can(idx_folder, tmp_path):
    config = generate.Config(model="vanilla", data=str(idx_folder), out=tmp_path / "out")
    with pytest.raises(UsageError, match=r"vanilla cannot make samples.*Choose from: adversarial, beta_tc_vae, vae"):
        generate.run(config)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def labelled(idx_folder, tmp_path_factory):
    """What the recipe returns for a model that knows the digits' labels, its options, and the folder of the export."""
    out = tmp_path_factory.mktemp("exported") / "generate-vae"
    hyperparameters = {"latent_dim": 2, "hidden_units": (8,), "classes": 10}
    config = generate.Config(
        model="vae", epochs=2, batch_size=32, data=str(idx_folder), out=out, hyperparameters=hyperparameters
    )
    return generate.run(config), config


def test_a_model_with_classes_is_trained_with_labels_and_makes_what_is_asked_for(labelled):
    numbers, config = labelled
    assert numbers.keys() == {"sample_precision", "sample_recall", "read_as_asked"}
    assert {path.name for path in (config.out / "figures").iterdir()} == {"samples.png", "classes.png", "curves.png"}
    card = (config.out / "card.md").read_text()
    assert 'model.signatures["sample"](count=tf.constant(8), seed=tf.constant([1, 2]), label=tf.constant(3))' in card
    assert "| test images | read_as_asked |" in card
    assert f"`read_as_asked`: {markdown.text(classes.MEASURES['read_as_asked'])}" in card
    sample = tf.saved_model.load(config.out / "saved_model").signatures["sample"]
    made = [
        sample(count=tf.constant(2), seed=tf.constant([1, 2]), label=tf.constant(label))["sample"] for label in (3, 4)
    ]
    assert made[0].shape == (2, 16, 16)
    assert not np.array_equal(*made)


@pytest.mark.slow
def test_an_export_with_classes_is_used_as_it_is(labelled, idx_folder, tmp_path):
    numbers, config = labelled
    again = generate.run(generate.Config(load=config.out, data=str(idx_folder), out=tmp_path / "again"))
    assert again == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        (generate, {"hyperparameters": {"classes": 3}}, r"--classes must be 10, as many as .* has labels. Received: 3"),
        (generate, {"hyperparameters": {"classes": 10}, "prior": "mixture"}, "--prior mixture is for models without"),
        (features, {"hyperparameters": {"classes": 10}}, r"gives models no labels: .* run recipes.generate"),
    ],
)
def test_what_classes_cannot_do_is_said_before_training(recipe, options, message, idx_folder, tmp_path):
    with pytest.raises(UsageError, match=message):
        recipe.run(recipe.Config(model="vae", data=str(idx_folder), out=tmp_path / "out", **options))
    assert not list(tmp_path.iterdir())


def test_a_folder_without_an_export_is_said_to_be(tmp_path):
    with pytest.raises(UsageError, match=r"metrics.json is not there: --load takes an export's folder"):
        generate.run(generate.Config(load=tmp_path))


class Linear:
    """A model that decodes a code of three units as three pixels."""

    name = "linear"

    def decode(self, codes):
        return codes.reshape(-1, 1, 3)

    def interpolate(self, a, b, steps):
        return np.linspace(a, b, steps)


def test_the_plane_varies_the_two_units_that_vary_most_over_the_priors_quantiles():
    codes = np.random.default_rng(0).normal(size=(100, 3)) * [2.0, 0.1, 1.0]
    images, values, units = generate.plane(Linear(), codes)
    assert units == (0, 2)
    assert values[0] == pytest.approx(NormalDist().inv_cdf(generate.EDGE))
    assert values[len(values) // 2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(images[3, 5], [[values[5], 0, values[3]]], rtol=1e-6)


def test_the_film_passes_each_station_once_and_comes_back():
    stations = np.arange(4.0)[:, None]
    frames = generate.film(Linear(), stations)
    assert len(frames) == 4 * generate.FRAMES
    np.testing.assert_array_equal(frames[:: generate.FRAMES], stations)
    np.testing.assert_allclose(frames[-1], [3 / generate.FRAMES])  # on its way from 3 to 0, which follows


def test_a_folder_of_pictures_gives_color_samples_and_a_film(photos, tmp_path):
    out = tmp_path / "out"
    numbers = generate.run(generate.Config(data=str(photos), size=(8,), epochs=1, out=out))
    assert numbers.keys() == {"sample_precision", "sample_recall"}
    figures = {file.name for file in (out / "figures").iterdir()}
    assert figures == {"samples.png", "curves.png", "interpolations.png", "latent_grid.png", "film.gif"}
    again = generate.run(generate.Config(load=out, data=str(photos), size=(8,), out=tmp_path / "again"))
    assert again == numbers


def test_samples_of_a_table_are_drawn_as_points(unlabelled, tmp_path):
    out = tmp_path / "out"
    generate.run(generate.Config(data=str(unlabelled), epochs=1, out=out, hyperparameters={"latent_dim": 2}))
    assert {file.name for file in (out / "figures").iterdir()} == {"samples.png", "curves.png"}
    assert "film" not in (out / "card.md").read_text()


def test_a_model_of_other_samples_is_refused(photos, unlabelled, tmp_path):
    out = tmp_path / "out"
    generate.run(generate.Config(data=str(unlabelled), epochs=1, out=out, hyperparameters={"latent_dim": 2}))
    with pytest.raises(UsageError, match=r"takes samples of shape \(3,\). Received: .*, of shape \(8, 8, 3\)"):
        generate.run(generate.Config(load=out, data=str(photos), size=(8,), out=tmp_path / "again"))
