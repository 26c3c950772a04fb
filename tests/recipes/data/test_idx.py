"""MNIST's official files come out as they are in every spelling, and damage is told in a sentence."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from recipes.data import idx
from zoo import UsageError

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"
IMAGES, LABELS = idx.FILES["x_train"], idx.FILES["y_train"]


def parts(splits):
    return [splits.train, splits.validation, splits.test]


def test_the_last_fifth_of_training_validates_in_the_files_order(digits, idx_folder):
    train, validation, test = parts(idx.load(str(idx_folder)))
    assert [len(part) for part in (train, validation, test)] == [160, 40, 50]
    np.testing.assert_array_equal(np.rint(train.x * 255), digits["x_train"][:160])
    np.testing.assert_array_equal(np.rint(validation.x * 255), digits["x_train"][160:])
    np.testing.assert_array_equal(validation.y, digits["y_train"][160:])
    np.testing.assert_array_equal(np.rint(test.x * 255), digits["x_test"])
    np.testing.assert_array_equal(test.y, digits["y_test"])


@pytest.mark.parametrize("gzipped", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_all_spellings_of_the_official_files_are_equal(gzipped, dotted, digits, write_idx, idx_folder, tmp_path):
    folder = write_idx(tmp_path, digits, gzipped, dotted)
    assert idx.load(str(folder)).checksum == idx.load(str(idx_folder)).checksum


SHAPES = st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(images=SHAPES.flatmap(lambda shape: arrays_of.arrays("uint8", shape)), gzipped=st.booleans())
def test_idx_files_of_any_shape_and_values_come_back(images, gzipped, write_idx, tmp_path_factory):
    labels = np.arange(len(images), dtype="uint8")
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    folder = write_idx(tmp_path_factory.mktemp("any"), arrays, gzipped)
    for key, name in idx.FILES.items():
        read = idx._read(idx._find(folder, name))
        np.testing.assert_array_equal(read, arrays[key])
        assert read.shape == arrays[key].shape


def file(folder, name):
    return next(folder.glob(f"{name}*"))


def cut(folder):
    path = file(folder, IMAGES)
    path.write_bytes(path.read_bytes()[:-10])


def cut_in_header(folder):
    file(folder, IMAGES).write_bytes(bytes.fromhex("00000803 0000"))


def lengthen(folder):
    path = file(folder, LABELS)
    path.write_bytes(path.read_bytes() + b"x")


def empty(folder):
    file(folder, IMAGES).write_bytes(b"")


def cut_gzip(folder):
    path = file(folder, IMAGES)
    whole = gzip.compress(path.read_bytes())
    path.unlink()
    path.with_name(f"{IMAGES}.gz").write_bytes(whole[: len(whole) // 2])


def hide_zeros(folder):
    path = file(folder, IMAGES)
    path.with_name(f"{IMAGES}.gz").write_bytes(gzip.compress(path.read_bytes()[:16] + bytes(50_000_000)))
    path.unlink()


def promise_2_to_the_40(folder):
    file(folder, IMAGES).write_bytes(bytes.fromhex("00000803 00100000 00000400 00000400"))


def call_plain_gzip(folder):
    file(folder, IMAGES).rename(folder / f"{IMAGES}.gz")


def call_labels_images(folder):
    file(folder, IMAGES).write_bytes(file(folder, LABELS).read_bytes())


def call_images_labels(folder):
    file(folder, LABELS).write_bytes(file(folder, IMAGES).read_bytes())


def take_labels_of_test(folder):
    file(folder, LABELS).write_bytes(file(folder, idx.FILES["y_test"]).read_bytes())


def remove(folder):
    file(folder, LABELS).unlink()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (cut, f"{IMAGES} is truncated or damaged"),
        (cut_in_header, f"{IMAGES} is truncated or damaged"),
        (lengthen, f"{LABELS} is truncated or damaged"),
        (empty, f"{IMAGES} should hold images but holds something else"),
        (cut_gzip, f"{IMAGES}.gz is not a whole gzip file"),
        (hide_zeros, f"{IMAGES}.gz is truncated or damaged"),
        (promise_2_to_the_40, f"{IMAGES} promises 1,099,511,627,776 bytes"),
        (call_plain_gzip, f"{IMAGES}.gz is not a whole gzip file"),
        (call_labels_images, f"{IMAGES} should hold images but holds labels"),
        (call_images_labels, f"{LABELS} should hold labels but holds images"),
        (take_labels_of_test, "do not belong together"),
        (remove, f"{LABELS} (or {LABELS}.gz) is not there"),
    ],
)
def test_damaged_official_files_are_told_in_a_sentence(damage, told, digits, write_idx, tmp_path):
    folder = write_idx(tmp_path, digits)
    damage(folder)
    assert_told(folder, told)


def assert_told(source, told):
    with pytest.raises(UsageError) as error:
        idx.load(str(source))
    assert told in str(error.value)
    assert str(source) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason="no official MNIST files beside the checkout")
def test_mnist_is_known_by_its_digits():
    splits = idx.load(str(SHARED / "mnist"))
    assert (splits.key, splits.name) == ("mnist", "MNIST")
    assert splits.checksum == "e84288bfc87a59457449673b40aff91ef049aefa1f01758f7bdfc56d0ca47630"
    assert splits.labels == tuple("0123456789")


def test_a_folders_name_makes_no_mnist(digits, write_idx, tmp_path):
    splits = idx.load(str(write_idx(tmp_path / "mnist", digits)))
    assert splits.name == "mnist"
    assert splits.key != "mnist"
    assert splits.licence == "see its source"
