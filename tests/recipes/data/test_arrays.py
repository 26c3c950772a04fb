"""Arrays come out as pixels or standardised rows, split as their names say or drawn; what is wrong is told."""

import io
import zipfile

import numpy as np
import pytest

from recipes.data import arrays, idx
from zoo import UsageError


def parts(splits):
    return [splits.train, splits.validation, splits.test]


def test_at_most_5000_validate(tmp_path):
    x, y = np.zeros((30_000, 1, 1), "uint8"), np.arange(30_000) % 10
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert [len(part) for part in parts(arrays.load(str(tmp_path / "a.npz")))] == [25_000, 5000, 30_000]


def test_npz_of_bytes_equals_the_official_files(digits, idx_folder, tmp_path):
    np.savez(tmp_path / "mnist.npz", **digits)
    assert arrays.load(str(tmp_path / "mnist.npz")).checksum == idx.load(str(idx_folder)).checksum


def test_npz_of_floats_from_0_to_1_equals_the_official_files(digits, idx_folder, tmp_path):
    scaled = {key: values.astype("float32") / 255 if key[0] == "x" else values for key, values in digits.items()}
    np.savez(tmp_path / "mnist.npz", **scaled)
    assert arrays.load(str(tmp_path / "mnist.npz")).checksum == idx.load(str(idx_folder)).checksum


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_checksum_changes_with_any_value_or_label(key, digits, idx_folder, tmp_path):
    changed = {**digits, key: digits[key].copy()}
    changed[key].flat[0] ^= 1
    np.savez(tmp_path / "mnist.npz", **changed)
    assert arrays.load(str(tmp_path / "mnist.npz")).checksum != idx.load(str(idx_folder)).checksum


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
        (lambda digits: {key: values[:4] for key, values in digits.items()}, "at least 5 samples to train"),
        (lambda digits: {key: digits[key][:0] for key in ("x_test", "y_test")}, "Received: 200 and 0"),
    ],
)
def test_wrong_arrays_are_told_in_a_sentence(change, told, digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", **{**digits, **change(digits)})
    assert_told(tmp_path / "mnist.npz", told)


@pytest.mark.parametrize("missing", ["y_train", "y_test"])
def test_labels_of_some_parts_alone_are_refused(missing, digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", **{key: values for key, values in digits.items() if key != missing})
    assert_told(tmp_path / "mnist.npz", f"has no {missing}: give each part labels, or none")


def test_names_of_arrays_end_no_line(tmp_path):
    np.savez(tmp_path / "a.npz", **{"x_\ntrain": np.zeros((9, 3))})
    assert_told(tmp_path / "a.npz", r"x_\ntrain")


def test_labels_of_one_kind_only_are_refused(digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", **{**digits, "y_train": np.zeros_like(digits["y_train"])})
    with pytest.raises(UsageError, match="at least two kinds are needed"):
        arrays.load(str(tmp_path / "mnist.npz"))


def test_npz_without_all_arrays_is_told_in_a_sentence(digits, tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=digits["x_train"])
    assert_told(tmp_path / "mnist.npz", "or x and maybe y. Received: x_train.")


def write_text(path):
    path.write_text("not an archive")


def write_nothing(path):
    path.write_bytes(b"")


def write_one_array(path):
    np.save(path.with_suffix(".npy"), np.zeros(3))
    path.with_suffix(".npy").rename(path)


def write_objects(path):
    np.savez(path, **dict.fromkeys(idx.FILES, np.array([None])))


def write_half(path):
    np.savez(path, **dict.fromkeys(idx.FILES, np.zeros(100)))
    path.write_bytes(path.read_bytes()[:500])


def write_flipped_bit(path):
    np.savez(path, **dict.fromkeys(idx.FILES, np.zeros(100)))
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
    assert_told(tmp_path / "nowhere.npz", "is not there")


def assert_told(source, told):
    with pytest.raises(UsageError) as error:
        arrays.load(str(source))
    assert told in str(error.value)
    assert str(source) in str(error.value)
    assert "\n" not in str(error.value)


def pictures(shape=(20, 6, 4), top=255):
    rng = np.random.default_rng(0)
    return rng.integers(0, top + 1, shape).astype("uint8"), np.array(["cat", "dog"])[np.arange(shape[0]) % 2]


def test_images_and_labels_are_drawn_by_label(tmp_path):
    x, y = pictures()
    np.savez(tmp_path / "pets.npz", images=x, labels=y)
    splits = arrays.load(str(tmp_path / "pets.npz"))
    assert splits.labels == ("cat", "dog")
    assert [np.bincount(part.y).tolist() for part in parts(splits)] == [[6, 6], [2, 2], [2, 2]]
    every = splits.raw(np.concatenate([part.x for part in parts(splits)]))
    assert sorted(row.tobytes() for row in every.astype("uint8")) == sorted(row.tobytes() for row in x)
    assert splits.split == (
        "of 20 samples, drawn with seed 0, 60% train (12), 20% validate (4) and 20% test (4), each label in these "
        "shares"
    )
    assert splits.pictures
    assert splits.hyperparameters == {}


@pytest.mark.parametrize(
    ("x", "top"),
    [
        (pictures()[0], 255),
        (pictures(top=1)[0], 1),
        (pictures(top=1)[0].astype(bool), 1),
        (pictures()[0] / 255, 1),
        (pictures((20, 9))[0], 255),
        (pictures((20, 5, 4, 3))[0], 255),
        (pictures((20, 5, 4, 1))[0], 255),
    ],
)
def test_pixels_keep_their_own_units(x, top, tmp_path):
    np.save(tmp_path / "x.npy", x)
    splits = arrays.load(str(tmp_path / "x.npy"))
    assert splits.units.meaning == f"pixels from 0 to {top}"
    assert splits.labels == ()
    assert 0.5 < max(part.x.max() for part in parts(splits)) <= 1
    rows = {row.astype("float32").tobytes() for row in x.reshape(len(x), -1)}
    assert {row.tobytes() for row in splits.raw(splits.test.x).reshape(4, -1).astype("float32")} <= rows
    assert splits.shape == (x.shape[1:3] if x.shape[1:] == (5, 4, 1) else x.shape[1:])


def test_rows_of_numbers_are_standardised_by_train(tmp_path):
    x = np.random.default_rng(0).normal([50, 9], [1, 20], (40, 2))
    np.savez(tmp_path / "a.npz", X=x, y=np.arange(40) % 2)
    splits = arrays.load(str(tmp_path / "a.npz"))
    np.testing.assert_allclose(splits.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(splits.train.x.std(axis=0), 1, atol=1e-5)
    assert splits.hyperparameters == {"output": "real"}
    assert splits.labels == ("0", "1")
    assert not splits.pictures


def test_a_folder_of_arrays_is_as_good_as_an_archive(digits, idx_folder, tmp_path):
    for name, values in digits.items():
        np.save(tmp_path / f"{name}.npy", values)
    assert arrays.reads(str(tmp_path))
    assert arrays.load(str(tmp_path)).checksum == idx.load(str(idx_folder)).checksum


def test_parts_that_the_source_names_are_kept(tmp_path):
    x, y = pictures((30, 3, 3))
    parted = {"train": slice(0, 20), "val": slice(20, 24), "test": slice(24, 30)}
    named = {
        f"{part}_{what}": values[at] for part, at in parted.items() for what, values in (("images", x), ("labels", y))
    }
    np.savez(tmp_path / "a.npz", **{k: v[:, None] if v.ndim == 1 else v for k, v in named.items()})
    splits = arrays.load(str(tmp_path / "a.npz"))
    assert splits.split == "as the source has it: 20 train, 4 validate and 6 test"
    np.testing.assert_array_equal(splits.raw(splits.validation.x), x[20:24])
    assert splits.test.y.tolist() == [0, 1, 0, 1, 0, 1]


def test_another_array_can_be_named_as_the_labels(tmp_path):
    np.savez(tmp_path / "a.npz", x=pictures()[0], person=np.arange(20) // 10)
    assert arrays.load(str(tmp_path / "a.npz")).labels == ()
    assert arrays.load(str(tmp_path / "a.npz"), label="person").labels == ("0", "1")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"x": np.full((9, 2), np.nan)}, "x holds nan in row 0, column 0: it must hold finite numbers."),
        ({"x": np.zeros((4, 2))}, "must have at least 5 samples. Received: 4."),
        ({"x": np.zeros((9, 2)), "y": np.zeros(8)}, "9 samples have 8 labels"),
        ({"x": np.zeros((9, 2)), "y": np.zeros((9, 2))}, "y must hold one label a sample"),
        ({"x": np.zeros(9)}, "x must hold numbers, shape (n, columns)"),
        ({"x": np.full((9, 2), "a")}, "x must hold numbers"),
        ({"x": np.array([[1e12 + i, i] for i in range(9)])}, "column 'column 0' varies too little"),
        ({"z": np.zeros((9, 2))}, "must hold x_train, y_train, x_test, y_test, or x and maybe y. Received: z."),
    ],
)
def test_what_cannot_be_used_is_told(content, told, tmp_path):
    np.savez(tmp_path / "a.npz", **content)
    assert_told(tmp_path / "a.npz", told)


def test_what_is_no_whole_npy_is_told(tmp_path):
    (tmp_path / "a.npy").write_text("text")
    assert_told(tmp_path / "a.npy", "is not a whole .npy array")


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_a_header_that_promises_2_to_the_40_rows_is_refused_before_memory_is_taken(ending, tmp_path):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (2**40, 4)})
    file = tmp_path / f"x.{ending}"
    if ending == "npy":
        file.write_bytes(head.getvalue())
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("x.npy", head.getvalue())
    with pytest.raises(UsageError, match="its header promises 17,592,186,044,416 bytes"):
        arrays.load(str(file))


@pytest.mark.parametrize(("at", "value"), [(8, 9), (6, 1), (4, 99)], ids=["method", "encrypted", "version"])
def test_archives_of_other_versions_methods_and_locks_are_refused_in_a_line(at, value, tmp_path):
    file = tmp_path / "x.npz"
    np.savez(file, x=np.zeros((9, 3)))
    raw = bytearray(file.read_bytes())
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        raw[raw.index(mark) + at + shift] = value
    file.write_bytes(raw)
    with pytest.raises(
        UsageError, match=r"x\.npz is not a whole .npz archive of arrays \(.+\): fetch it again"
    ) as error:
        arrays.load(str(file))
    assert "\n" not in str(error.value)
