"""Arrays of others: what they promise is checked before memory is taken, and words are words."""

import io
import zipfile

import numpy as np
import pytest

from zoo import archives


def packed(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("order", "<>")
def test_words_of_what_is_no_letter_are_refused(order, tmp_path):
    words = np.array(["aé日", "😀"], f"{order}U3")
    np.save(tmp_path / "good.npy", words)
    np.savez(tmp_path / "good.npz", words=words)
    assert archives.read_one(tmp_path / "good.npy").tolist() == words.tolist()
    assert archives.read(tmp_path / "good.npz")["words"].tolist() == words.tolist()
    spoilt = packed(words).replace("日".encode("utf-32-le" if order == "<" else "utf-32-be"), b"\x7f\x7f\x7f\x7f")
    (tmp_path / "bad.npy").write_bytes(spoilt)
    with pytest.raises(ValueError, match="no letter"):
        archives.read_one(tmp_path / "bad.npy")


def test_what_is_no_array_is_left_or_refused_by_its_name(tmp_path):
    for name, content in (("a.npy", packed(np.arange(3))), ("README", b"words")):
        with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
            archive.writestr(name, content)
    assert archives.read(tmp_path / "a.npz")["a"].tolist() == [0, 1, 2]
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("b.npy", b"words")
    with pytest.raises(ValueError, match="no array begins"):
        archives.read(tmp_path / "a.npz")


def test_more_than_an_honest_file_holds_is_refused_unread(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(10_000))
    assert archives.read(tmp_path / "a.npz")["x"].shape == (10_000,)
    with pytest.raises(ValueError, match="would unpack to"):
        archives.read(tmp_path / "a.npz", most=1000)
    with pytest.raises(ValueError, match="at most"):
        archives.read_one(_npy(tmp_path), most=100)


def _npy(folder):
    np.save(folder / "a.npy", np.zeros(100))
    return folder / "a.npy"
