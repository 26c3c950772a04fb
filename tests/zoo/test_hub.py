"""Exports on the hub, with a stand-in of its client that keeps them in a folder."""

import fnmatch
import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest

import zoo


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub in a folder: `made` tells which were made and how."""
    root = tmp_path / "hub"

    def chosen(folder: Path, patterns):
        names = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
        return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]

    class Client:
        made: dict = {}  # noqa: RUF012

        def create_repo(self, repo_id, *, private, exist_ok):
            assert exist_ok
            self.made[repo_id] = private

        def upload_folder(self, *, repo_id, folder_path, allow_patterns, commit_message):
            for name in chosen(folder_path, allow_patterns):
                self.upload_file(
                    repo_id=repo_id, path_or_fileobj=folder_path / name, path_in_repo=name, commit_message="x"
                )

        def upload_file(self, *, repo_id, path_or_fileobj, path_in_repo, commit_message):
            target = root / repo_id / path_in_repo
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path_or_fileobj, target)

    def snapshot_download(name, *, revision, allow_patterns):
        if not (root / name).is_dir() or revision not in (None, "main"):
            raise huggingface_hub.errors.LocalEntryNotFoundError("404: nothing is there.\nRead the manual")
        fetched = tmp_path / "fetched" / name
        for part in chosen(root / name, allow_patterns):
            (fetched / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name / part, fetched / part)
        return str(fetched)

    monkeypatch.setattr(huggingface_hub, "HfApi", Client)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    Client.root = root
    return Client


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    x = np.linspace(0, 1, 15, dtype="float32").reshape(3, 5)
    folder = zoo.export(zoo.build("vanilla", (5,), latent_dim=2, seed=0), tmp_path_factory.mktemp("export"), examples=x)
    (folder / "card.md").write_text("# Its card\n")
    (folder / "figures").mkdir()
    (folder / "figures" / "curves.png").write_bytes(b"png")
    (folder / "notes.txt").write_text("mine\n")
    return folder


def test_what_is_put_there_is_loaded_from_there(hub, export):
    address = zoo.push(export, "me/digits", private=True)
    assert address == "hf://me/digits"
    assert hub.made == {"me/digits": True}
    assert (hub.root / "me/digits/README.md").read_text() == "# Its card\n"
    assert (hub.root / "me/digits/figures/curves.png").exists()
    assert not (hub.root / "me/digits/notes.txt").exists()
    for place in (address, f"{address}@main"):
        for ours, theirs in zip(zoo.load(place).get_weights(), zoo.load(export).get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_what_was_changed_on_the_way_is_refused(hub, export):
    zoo.push(export, "me/digits")
    (hub.root / "me/digits/golden.npz").write_bytes(b"another")
    with pytest.raises(zoo.UsageError, match=r"golden\.npz is not the file that .*SHA256SUMS names"):
        zoo.load("hf://me/digits")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda export: zoo.load("hf://me/nowhere"), r"hf://me/nowhere cannot be fetched \(404: nothing is there\)"),
        (lambda export: zoo.load("hf://me/digits@draft"), "digits@draft cannot be fetched"),
        (lambda export: zoo.load("hf://digits"), "must be USER/NAME. Received: 'digits'"),
        (lambda export: zoo.push(export, "digits"), "must be USER/NAME"),
        (lambda export: zoo.push(export / "figures", "me/digits"), "figures is no export"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call, told, hub, export):
    with pytest.raises(zoo.UsageError, match=told) as error:
        call(export)
    assert "\n" not in str(error.value)


def test_a_refusal_of_the_hub_is_told(hub, export, monkeypatch):
    def refuse(self, *_, **__):
        raise ConnectionError("no network")

    monkeypatch.setattr(hub, "create_repo", refuse)
    with pytest.raises(zoo.UsageError, match=r"me/digits cannot be written \(no network\): log in"):
        zoo.push(export, "me/digits")
