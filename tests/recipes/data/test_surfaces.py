"""Folders of pictures of surfaces, in the layouts that people have, with masks; what makes no data is told."""

import numpy as np
import pytest
from PIL import Image

from recipes.data import sources, surfaces
from zoo import UsageError


@pytest.fixture
def save(tmp_path):
    """Saves a picture of noise, known from its name, or a mask, under a name in the folder, which it returns."""

    def save(name, shape=(9, 7), mask=None):
        file = tmp_path / "parts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(list(name.encode())).integers(0, 256, shape)
        Image.fromarray((noise if mask is None else mask).astype("uint8")).save(file)
        return str(tmp_path / "parts")

    return save


def spot(shape=(9, 7), white=255):
    mask = np.zeros(shape)
    mask[2:4, 3] = white
    return mask


def counts(found):
    return {part: len(found[part]) for part in found}


def test_good_ones_beside_kinds_are_split_and_masks_are_found_by_name(save):
    for i in range(40):
        folder = save(f"good/{i}.png", (9 + i % 3, 7))
    for i in range(3):
        save(f"dent/{i}.png")
        save(f"masks/dent/{i}{'_mask' * (i % 2)}.png", mask=spot(white=1 if i else 255))
    found = sources.surfaces(folder)
    assert counts(found) == {"train": 28, "validation": 4, "test": 11}
    assert found.test.kinds.count("good") == 8  # of 40 a fifth
    assert found.anomalous.sum() == 3
    assert (found.normal, found.channels) == ("good", 1)
    for mask, kind in zip(found.test.masks, found.test.kinds, strict=True):
        np.testing.assert_array_equal(mask, spot() > 0 if kind == "dent" else np.zeros(mask.shape))
    assert found.split == (
        "by file, drawn with seed 0: 28 pictures of good train, 4 validate, 8 and 3 with defects test"
    )
    again, other = sources.surfaces(folder), sources.surfaces(folder, seed=1)
    assert found.checksum == again.checksum != other.checksum


def test_official_parts_are_kept(save):
    for i in range(16):
        folder = save(f"train/good/{i}.png")
    save("test/good/a.png")
    save("test/hole/b.png")
    save("ground_truth/hole/b_mask.png", mask=spot())
    found = sources.surfaces(folder)
    assert counts(found) == {"train": 14, "validation": 2, "test": 2}
    assert found.anomalous.tolist() == [kind == "hole" for kind in found.test.kinds]
    assert sum(mask.sum() for mask in found.test.masks) == 2
    assert "its folders train and test" in found.split


def test_any_folder_can_be_the_normal_one_and_without_folders_nothing_is_known(save):
    for i in range(20):
        folder = save(f"{('cats', 'dogs')[i % 2]}/{i}.png")
    with pytest.raises(UsageError, match="--normal must be one of the folders cats, dogs: say which"):
        sources.surfaces(folder)
    found = sources.surfaces(folder, normal="cats")
    assert set(found.train.kinds) == {"cats"}
    assert [mask is None for mask in found.test.masks] == [kind == "dogs" for kind in found.test.kinds]
    with pytest.raises(UsageError, match=r"Received: 'cast'. Did you mean 'cats'\?"):
        sources.surfaces(folder, normal="cast")


def test_pictures_alone_are_all_taken_as_normal(save):
    for i in range(20):
        folder = save(f"{i}.png", (9, 7, 3))
    found = sources.surfaces(folder)
    assert (found.normal, found.channels, found.anomalous.any()) == (None, 3, False)
    assert counts(found) == {"train": 14, "validation": 2, "test": 4}
    with pytest.raises(UsageError, match="--normal good needs folders in"):
        sources.surfaces(folder, normal="good")
    assert sources.surfaces(folder, channels=1).channels == 1


def test_no_picture_trains_and_tests(save, tmp_path):
    for i in range(20):
        folder = save(f"good/{i}.png")
    (tmp_path / "parts/good/again.png").write_bytes((tmp_path / "parts/good/3.png").read_bytes())
    found = sources.surfaces(folder)
    every = [x.tobytes() for part in found.values() for x in part.pictures]
    assert len(every) == len(set(every)) == 20
    assert "is the same picture as" in found.notes


def test_examples_have_one_size_and_each_kind(save):
    for i in range(20):
        folder = save(f"good/{i}.png", (80 + i, 30))
    save("hole/a.png", (12, 90))
    assert sources.surfaces(folder).examples().shape == (2, 12, 30, 1)


@pytest.mark.parametrize(
    ("files", "options", "told"),
    [
        (["good/a.png", "b.png"], {}, "pictures both in folders (good) and beside them"),
        (["good/a.png", "good/b.png"], {}, "at least 2 whole pictures must train"),
        (["masks/dent/a.png"], {}, "holds masks alone"),
        (["train/good/a.png", "train/dent/b.png", "test/good/c.png"], {}, "train must hold whole pictures alone"),
        (["good/a.png"], {"channels": 2}, "channels must be 1 for grey or 3 for color"),
        (["good/a.png"], {"size": (8,)}, "is for samples of one shape"),
    ],
)
def test_what_makes_no_data_is_told_in_a_sentence(files, options, told, save):
    for name in files:
        folder = save(name)
    with pytest.raises(UsageError) as error:
        sources.surfaces(folder, **options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mask_of_another_size_is_told(save):
    for i in range(10):
        folder = save(f"good/{i}.png")
    save("dent/a.png")
    save("masks/dent/a.png", mask=spot((7, 9)))
    with pytest.raises(UsageError, match=r"a\.png must have the size of its picture, dent/a\.png in .*9 x 7 and 7 x 9"):
        surfaces.folder(folder)
