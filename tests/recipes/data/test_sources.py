"""Each source is found by what it reads; what nothing reads is told in a sentence that says what could be."""

import numpy as np
import pytest

from recipes.data import sources
from zoo import UsageError


def test_each_file_with_reads_and_load_is_a_source():
    assert {"sample", "tfds", "idx", "arrays", "table"} <= sources.files().keys()
    assert not {"splits", "sources", "units", "keys", "official"} & sources.files().keys()


def test_each_source_has_its_key_and_says_what_to_give():
    for name, line in sources.files().items():
        assert sources.reader({"sample": "sample", "tfds": "tfds:x"}.get(name, "x.csv")).KEY
        assert ":" in line or line.startswith(("A folder", "FILE"))
        assert line.rstrip(".") in sources.listed()


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("sample", "sample"),
        ("tfds", "tfds"),
        ("tfds:cifar10", "tfds"),
        ("a.npz", "arrays"),
        ("a/b.NPY", "arrays"),
        ("a.csv", "table"),
        ("a/part-*.parquet", "table_files"),
        ("a/**/*.jpg", "picture_files"),
    ],
)
def test_a_source_is_found_by_what_is_given(source, key):
    assert key == sources.reader(source).KEY


def test_a_folder_is_found_by_what_is_in_it(idx_folder, tmp_path):
    assert sources.reader(str(idx_folder)).KEY == "idx"
    np.save(tmp_path / "x.npy", np.zeros((9, 2)))
    assert sources.reader(str(tmp_path)).KEY == "arrays"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "is not there: give"),
        (lambda path: path.mkdir(), "is a folder with nothing in it, which nothing reads: give"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n"), r"is a file of 9 bytes that begins with b'%PDF-1.7'"),
    ],
)
def test_what_nothing_reads_is_told_with_what_could_be(make, told, tmp_path):
    make(tmp_path / "odd")
    with pytest.raises(UsageError) as error:
        sources.load(str(tmp_path / "odd"))
    assert told in str(error.value)
    assert sources.listed() in str(error.value)
    assert "\n" not in str(error.value)


def test_an_option_of_another_source_is_refused():
    with pytest.raises(UsageError, match=r"--label kind is for other data \(.*table.*\). Received: --data sample."):
        sources.load("sample", label="kind")


def test_tables_and_arrays_of_rows_are_known_by_their_beginning(tmp_path):
    rows, images = np.zeros((5, 3)), np.zeros((5, 4, 4))
    np.savez(tmp_path / "rows.npz", x=rows, y=np.arange(5))
    np.savez(tmp_path / "parts.npz", x_train=rows, x_test=rows)
    np.savez(tmp_path / "images.npz", x=images)
    np.savez(tmp_path / "bytes.npz", x=rows.astype("uint8"))
    np.save(tmp_path / "one.npy", rows)
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "folder" / "x.npy", rows)
    forms = {name: sources.form(str(tmp_path / name)) for name in (
        "rows.npz", "parts.npz", "one.npy", "folder", "there_is_none.csv", "images.npz", "bytes.npz", "damaged.npz",
    )}  # fmt: skip
    assert [name for name, form in forms.items() if form == "rows"] == [
        "rows.npz", "parts.npz", "one.npy", "folder", "there_is_none.csv",
    ]  # fmt: skip
    assert set(forms.values()) == {"rows", "places"}
    assert sources.form("sample") == "places"
    assert sources.form("textures") == "free"


def test_pictures_of_any_size_are_asked_for_where_there_are_some():
    with pytest.raises(UsageError, match=r"--data sample holds samples of one shape.*\(pictures, textures\)"):
        sources.surfaces("sample")
    with pytest.raises(UsageError, match=r"--size .* is for samples of one shape. Received: --data textures"):
        sources.surfaces("textures", size=(8, 8))
