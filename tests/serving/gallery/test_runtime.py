"""Where onnxruntime-web comes from."""

import hashlib
import tarfile

import pytest

from serving.gallery import runtime
from serving.refusing import Refused


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """An npm that gives a made-up package, unless `fails` lies beside it."""
    package = tmp_path / "made"
    (package / "package" / "dist").mkdir(parents=True)
    for name in (*runtime.FILES, "more.js"):
        (package / "package" / "dist" / name).write_text(name)
    (package / "package" / "package.json").write_text('{"version": "1.30.0"}')
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(package / "package", "package")
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\ntest -e {tmp_path}/fails && exit 1\ncp {archive} onnxruntime-web-{runtime.VERSION}.tgz\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return archive


def test_it_is_fetched_once_and_kept(npm, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "SUM", hashlib.sha256(npm.read_bytes()).hexdigest())
    (tmp_path / "fails").touch()
    assert runtime.find() is None
    (tmp_path / "fails").unlink()
    found = runtime.find()
    assert found.version == runtime.VERSION
    assert sorted(file.name for file in found.folder.iterdir()) == sorted(runtime.FILES)
    (tmp_path / "fails").touch()
    assert runtime.find() == found


def test_another_package_is_refused(npm, tmp_path):
    with pytest.raises(Refused, match="gives another onnxruntime-web"):
        runtime.find()
    assert not any((tmp_path / "cache").rglob("*.wasm"))


def test_without_npm_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert runtime.find() is None


def test_a_folder_may_be_the_package_or_hold_it(npm, tmp_path):
    for folder in (tmp_path / "made", tmp_path / "made" / "package"):
        assert runtime.find(folder) == (tmp_path / "made" / "package" / "dist", "1.30.0")
    with pytest.raises(Refused, match="must hold dist"):
        runtime.find(tmp_path)
