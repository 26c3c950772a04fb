"""Pictures by a pattern: the samples of a folder, split by what the files hold, and decoded while they train."""

import shutil

import keras
import numpy as np
import pytest
from PIL import Image

import zoo
from recipes import training
from recipes.data import hashing, picture_files, pictures, sources
from recipes.data.splits import PARTS
from zoo import UsageError

COUNT = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small pictures in two folders, one of grey ones, one of them damaged."""
    root = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for i in range(COUNT):
        place = root / ("cats", "dogs")[i % 2]
        place.mkdir(exist_ok=True)
        x = rng.integers(0, 256, (9, 12, 3), dtype="uint8")
        Image.fromarray(x if i % 2 else x[..., 0]).save(place / f"{i:03}.png")
    (root / "dogs" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return root


@pytest.fixture
def little_memory(monkeypatch):
    """Holds 20 pictures of a part."""
    monkeypatch.setattr(hashing, "MOST_SAMPLES", 20)


def rows_of(x):
    return {sample.tobytes() for sample in x}


def test_the_samples_are_those_of_the_folder_and_labels_its_folders(folder):
    whole = pictures.load(str(folder), size=(8,))
    splits = sources.load(f"{folder}/**/*.png", size=(8,))
    assert splits.streamed is None
    assert splits.shape == whole.shape == (8, 8, 3)
    assert splits.labels == whole.labels == ("cats", "dogs")
    together = {part: rows_of(splits[part].x) for part in PARTS}
    assert set.union(*together.values()) == set.union(*(rows_of(whole[part].x) for part in PARTS))
    assert sum(len(splits[part]) for part in PARTS) == COUNT
    grey = [(sample == sample[..., :1]).all() for sample in splits.test.x]
    assert [splits.labels[i] for i in splits.test.y] == ["cats" if is_grey else "dogs" for is_grey in grey]
    assert splits.notes.startswith("Skipped 1:\n")
    assert "dogs/broken.png: is no " in splits.notes
    assert splits.split.endswith("test (27); 8 x 8, cropped, color")


def test_copies_and_other_names_change_no_part(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "a")
    for i, file in enumerate(sorted((tmp_path / "a").rglob("0*.png"))):
        shutil.copy(file, tmp_path / f"{i}-copy.png")
        file.rename(file.with_stem(f"x{file.stem}"))
    before = sources.load(f"{folder}/*/0*.png", size=(8,))
    after = sources.load(f"{tmp_path}/*-copy.png", size=(8,))
    for part in PARTS:
        assert rows_of(after[part].x) == rows_of(before[part].x)


def test_what_memory_does_not_hold_is_decoded_in_each_epoch(folder, little_memory):
    splits = sources.load(f"{folder}/**/*.png", size=(8,))
    stream = splits.streamed
    assert 10 < len(splits.train) < 30 < len(stream)
    assert len(stream) + len(splits.validation) + len(splits.test) == COUNT
    alone = list(stream.shares(40, 0, 0))
    seen = np.concatenate([share.x for share in alone])
    assert rows_of(splits.train.x) < rows_of(seen)
    assert not rows_of(seen) & (rows_of(splits.test.x) | rows_of(splits.validation.x))
    parts = [list(stream.shares(40, 0, 0, worker, 2)) for worker in range(2)]
    for whole, first, second in zip(alone, *parts, strict=True):
        assert first.total == second.total == whole.total
        if len(first.x) == whole.total:  # too few to be shared
            np.testing.assert_array_equal(second.x, whole.x)
        else:
            np.testing.assert_array_equal(np.concatenate([first.x, second.x]), whole.x)
            assert (first.start, second.start) == (0, len(first.x))


def test_a_streamed_training_has_the_losses_of_one_in_memory(folder, little_memory, tmp_path):
    splits = sources.load(f"{folder}/**/*.png", size=(8,), channels=1)
    x = np.stack([splits.streamed.decode(file) for file in splits.streamed.files])
    found = []
    for i, train in enumerate((splits.streamed, x)):
        keras.utils.set_random_seed(0)
        model = zoo.build("vanilla", splits.shape, latent_dim=2, seed=0)
        options = {"epochs": 2, "batch_size": 16, "patience": 2, "seed": 3, "schedule": "constant", "identity": {}}
        shift = {"augment": lambda batch, seed: batch * (0.5 + 0.5 * _uniform(batch, seed))}
        found.append(training.fit(model, train, splits.validation.x, folder=tmp_path / str(i), **options, **shift))
    streamed, held = (progress.history for progress in found)
    for name, values in held.items():
        np.testing.assert_allclose(streamed[name], values, rtol=1e-5)


def _uniform(batch, seed):
    import tensorflow as tf

    return tf.random.stateless_uniform([tf.shape(batch)[0], 1, 1], seed)


def test_what_is_wrong_is_said_in_a_sentence(folder, tmp_path):
    with pytest.raises(UsageError, match="matches no file"):
        sources.load(f"{tmp_path}/*.jpg")
    with pytest.raises(UsageError, match="--label x is for other data"):
        sources.load(f"{folder}/**/*.png", label="x")
    (tmp_path / "one.png").write_bytes((folder / "cats" / "000.png").read_bytes())
    with pytest.raises(UsageError, match="at least 5 different pictures are needed, and some in each part"):
        sources.load(f"{tmp_path}/*.png")
    for name in ("train", "test"):
        shutil.copytree(folder / "cats", tmp_path / name)
    with pytest.raises(UsageError, match="folders called train and test, whose parts a pattern does not keep"):
        sources.load(f"{tmp_path}/*/*.png")
    (tmp_path / "train" / "more").mkdir()
    with pytest.raises(UsageError, match=r"both in folders \(test, train\) and beside them"):
        sources.load(f"{tmp_path}/**/*.png")


def test_a_file_that_is_gone_stops_the_training_in_a_sentence(folder, little_memory, tmp_path):
    shutil.copytree(folder, tmp_path / "a")
    splits = picture_files.load(f"{tmp_path}/a/**/*.png", size=(8,))
    for file in splits.streamed.files:
        file.unlink()
    model = zoo.build("vanilla", splits.shape, latent_dim=1, seed=0)
    options = {"epochs": 1, "batch_size": 64, "patience": 2, "seed": 3, "schedule": "constant", "identity": {}}
    with pytest.raises(UsageError, match=r"\.png cannot be opened \(No such file"):
        training.fit(model, splits.training, splits.validation.x, folder=tmp_path, **options)
