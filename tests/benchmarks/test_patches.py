"""What the pipelines' benchmark compares, and its arithmetic; the times of so small a run mean nothing."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import zoo
from benchmarks import patches
from benchmarks.patches import CACHED, CONSTANT, KERAS, NOT_COUNTED, OURS, Config
from recipes.images import Config as Recipe
from zoo import UsageError

NAP = 0.01


@pytest.fixture
def plain(tmp_path):
    """A folder of six pictures, each of one color and a size of its own; of the trained ones Keras reads all."""
    folder = tmp_path / "plain"
    (folder / "inner").mkdir(parents=True)
    for i in range(6):
        pixels = np.full((20 + i, 30 - i, 3), 40 * i + np.arange(3), "uint8")
        Image.fromarray(pixels).save(folder / ("inner" if i % 2 else "") / f"{i}.{'PNG' if i % 2 else 'bmp'}")
    return folder


def small(folder, **options):
    return Config(data=str(folder), patch_size=16, batch_size=3, filters=(4,), blocks=(0,), **options)


def test_it_measures_by_default_what_the_recipe_does():
    config, recipe = Config(), Recipe()
    assert (config.data, config.patch_size, config.batch_size) == (recipe.data, recipe.patch_size, recipe.batch_size)
    assert recipe.steps == patches.EPOCH
    chosen = zoo.build("restorer", (None, None, 3), filters=config.filters, blocks=config.blocks)
    assert chosen.count_params() == zoo.build("restorer", (None, None, 3)).count_params()


def test_all_pipelines_cut_the_same_pictures(plain, tmp_path):
    (tmp_path / "linked").mkdir()
    pictures = patches._linked(small(plain), tmp_path / "linked")
    colors = {tuple(picture[0, 0].tolist()) for picture in pictures}
    assert len(colors) == 4, "of six one validates and one tests"
    fed = patches.pipelines(small(plain), pictures, tmp_path / "linked", (22, 28))
    for name, levels in ((OURS, 1), (KERAS, 255), (CACHED, 255)):
        batches = [batch.numpy() * levels for batch in fed[name].take(8)]
        assert {batch.shape for batch in batches} == {(3, 16, 16, 3)}, name
        np.testing.assert_allclose(np.ptp(batches, axis=(2, 3)), 0, atol=0.01)
        assert {tuple(c) for c in np.round(np.concatenate(batches)[:, 0, 0]).astype(int).tolist()} == colors, name


def test_only_the_cached_one_does_without_the_files(plain, tmp_path):
    (tmp_path / "linked").mkdir()
    pictures = patches._linked(small(plain), tmp_path / "linked")
    fed = patches.pipelines(small(plain), pictures, tmp_path / "linked", (22, 28))
    for file in (tmp_path / "linked").iterdir():
        file.unlink()
    assert next(iter(fed[CACHED])).shape == (3, 16, 16, 3)
    with pytest.raises(tf.errors.NotFoundError):
        next(iter(fed[KERAS]))


def test_what_keras_cannot_read_is_left_out_for_all(plain, tmp_path):
    for file in sorted(plain.rglob("*.PNG")):
        Image.open(file).save(file.with_suffix(".tif"))
        file.unlink()
    (tmp_path / "linked").mkdir()
    pictures = patches._linked(small(plain), tmp_path / "linked")
    linked = sorted((tmp_path / "linked").iterdir())
    assert [file.suffix for file in linked] == [".bmp"] * len(pictures)
    for file, picture in zip(linked, pictures, strict=True):
        np.testing.assert_array_equal(Image.open(file), picture)
    for file in plain.glob("*.bmp"):
        Image.open(file).save(file.with_suffix(".tif"))
        file.unlink()
    with pytest.raises(UsageError, match=r"none ends in \.bmp"):
        patches._linked(small(plain), tmp_path)


def test_waiting_is_told_from_training():
    class Model:
        steps = 0

        def train_on_batch(self, batch):
            self.steps += 1
            time.sleep(2 * NAP)

    def napping():
        while True:
            time.sleep(NAP)
            yield 0

    model = Model()
    found = patches._trained(model, napping(), steps=4)
    assert model.steps == NOT_COUNTED + 4
    assert found["of_them_waited"] >= NAP
    assert found["seconds_a_step"] - found["of_them_waited"] >= 2 * NAP
    alone = patches._taken(napping(), Config(batch_size=5, seconds=5 * NAP))
    assert 0 < alone["patches_a_second"] <= 5 / NAP
    assert alone["seconds_to_first_batch"] >= NAP


def test_quotients_are_of_one_round():
    # 1, 3 and 2; the quotient of the medians would be 9 / 4.
    assert patches._middle([4, 9, 10], [4, 3, 5]) == 2


def test_a_miniature_run(plain):
    record = patches.run(small(plain, steps=2, seconds=0.05, rounds=2, out=Path("unused.json")))
    assert json.loads(json.dumps(record))["pictures"]["count"] == 4
    height, width = record["pictures"]["image_size"]
    assert 20 <= height <= 25
    assert 25 <= width <= 30
    # Floats of 3 channels take 12 bytes a pixel.
    assert record["pictures"]["bytes"][CACHED] == 4 * height * width * 12
    assert set(record["alone"]) == {OURS, KERAS, CACHED}
    assert set(record["training"]) == {CONSTANT, OURS, KERAS, CACHED}
    for found in [*record["alone"].values(), *record["training"].values()]:
        for values in found.values():
            assert len(values) == 2, "the first round does not count"
            assert min(values) > 0
    assert set(record["ours_times"]) == {KERAS, CACHED}
    for name in (OURS, KERAS, CACHED):
        assert 0 < record["waited"][name] < 1
        assert record["lost"][name] < 1
    first, second = record["training"][CONSTANT]["seconds_a_step"], record["training"][KERAS]["seconds_a_step"]
    assert min(first) / max(second) <= 1 - record["lost"][KERAS] <= max(first) / min(second)
