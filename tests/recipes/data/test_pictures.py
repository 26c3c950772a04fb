"""A folder of pictures becomes samples of one size, its folders labels; what cannot be used is told."""

import numpy as np
import pytest
from PIL import Image

from recipes.data import pictures, sources
from zoo import UsageError

RNG = np.random.default_rng(0)


@pytest.fixture
def save(tmp_path):
    """Saves noise of a size, `(height, width[, 3])`, under a name in the folder, which it returns."""

    def save(name, shape=(9, 7)):
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, shape).astype("uint8")).save(file)
        return str(tmp_path / "photos")

    return save


def every(splits):
    return np.concatenate([splits[part].x for part in splits])


def test_folders_are_the_labels_and_keep_their_shares(save):
    for i in range(20):
        folder = save(f"{('cat', 'dog')[i % 2]}/{i}.png")
    assert sources.reader(folder).KEY == "pictures"
    splits = sources.load(folder)
    assert splits.labels == ("cat", "dog")
    assert [np.bincount(splits[part].y).tolist() for part in splits] == [[6, 6], [2, 2], [2, 2]]
    assert splits.shape == (9, 7)
    assert splits.split.endswith("each folder in these shares; 9 x 7, cropped, grey")
    assert (splits.name, splits.notes) == ("photos", "")


def test_pixels_of_the_own_size_come_back_as_they_are(save):
    for i in range(5):
        folder = save(f"{i}.png")
    splits = pictures.load(folder)
    assert splits.labels == ()
    files = {np.asarray(Image.open(f"{folder}/{i}.png")).astype("float32").tobytes() for i in range(5)}
    assert {np.rint(splits.raw(x)).tobytes() for x in every(splits)} == files


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (64, 64)),
        ({"size": (32,)}, (32, 32)),
        ({"size": (6, 4)}, (6, 4)),
        ({"size": (6, 4), "channels": 3}, (6, 4, 3)),
    ],
)
def test_pictures_that_differ_in_size_come_out_in_one(options, shape, save):
    for i in range(5):
        folder = save(f"{i}.png", (9 + i, 20))
    splits = pictures.load(folder, **options)
    assert splits.shape == shape
    assert "pictures of any size, pixels from 0 to 255" in splits.units.meaning


def test_padding_keeps_all_of_a_picture_and_cropping_fills_the_frame(save):
    for i in range(5):
        folder = save(f"{i}.png", (20, 10))
    padded = every(pictures.load(folder, size=(8,), framing="pad"))
    assert not padded[:, :, :2].any()
    assert padded[:, :, 2:6].all(axis=(1, 2)).all()
    assert every(pictures.load(folder, size=(8,)))[:, :, :2].any()


def test_one_picture_of_color_makes_all_of_color_unless_grey_is_asked_for(save):
    for i in range(5):
        folder = save(f"{i}.png", (9, 7, 3) if i == 0 else (9, 7))
    splits = pictures.load(folder)
    assert splits.shape == (9, 7, 3)
    assert splits.pictures
    assert sum(bool((x != x[..., :1]).any()) for x in every(splits)) == 1
    assert pictures.load(folder, channels=1).shape == (9, 7)


def test_folders_called_train_and_test_give_the_parts(save):
    for part, count in (("train", 20), ("val", 4), ("test", 6)):
        for i in range(count):
            folder = save(f"{part}/{'ab'[i % 2]}/{i}.png")
    splits = pictures.load(folder)
    assert {part: len(splits[part]) for part in splits} == {"train": 20, "validation": 4, "test": 6}
    assert splits.labels == ("a", "b")


def test_what_cannot_be_used_is_skipped_and_told(save, tmp_path):
    for i in range(6):
        folder = save(f"{i}.png")
    (tmp_path / "photos/torn.png").write_bytes(b"\x89PNG")
    (tmp_path / "photos/notes.txt").write_text("mine")
    (tmp_path / "photos/twin.png").write_bytes((tmp_path / "photos/0.png").read_bytes())
    notes = pictures.load(folder).notes
    assert "Skipped 3:" in notes
    assert "twin.png: is the same picture as 0.png" in notes
    assert len(every(pictures.load(folder))) == 6


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (["a.png"], {}, "at least 5 different pictures are needed. Received: 1."),
        ([f"{i}.png" for i in range(5)] + ["cat/1.png"], {}, "pictures both in folders (cat) and beside them"),
        ([f"{i}.png" for i in range(5)], {"size": (1, 2, 3)}, "--size must be height and width"),
        ([f"{i}.png" for i in range(5)], {"channels": 2}, "channels must be 1 for grey or 3 for color"),
        ([f"{i}.png" for i in range(5)], {"framing": "stretch"}, "mode must be"),
    ],
)
def test_what_makes_no_data_is_told_in_a_sentence(names, options, told, save):
    for name in names:
        folder = save(name)
    with pytest.raises(UsageError) as error:
        pictures.load(folder, **options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_an_option_of_pictures_is_refused_for_digits():
    with pytest.raises(UsageError, match=r"--size .* is for other data"):
        sources.load("sample", size=(8, 8))
