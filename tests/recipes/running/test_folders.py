"""Where an export may go: what works, what is refused before anything is loaded, and that a folder has one owner."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recipes import mnist, reduce
from recipes.running.folders import place
from recipes.running.ownership import owned
from zoo import UsageError

linux = pytest.mark.skipif(sys.platform != "linux", reason="mounts and locks as Linux has them")


class Reached(Exception):
    """All checks are passed."""


@pytest.fixture
def asked(monkeypatch):
    """Runs the MNIST recipe up to where it would load its data; `Reached` if it gets there."""

    def loading(*_, **__):
        raise Reached

    monkeypatch.setattr("recipes.data.sources.load", loading)
    return lambda out, **options: mnist.run(mnist.Config(out=Path(out), **options))


def export(folder):
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text("{}")
    return folder


@pytest.mark.parametrize("out", ["new", "deep/er/new", "empty", "export", "with space 'and quote", "über"])
def test_these_work_and_nothing_is_left_of_a_run_that_did_nothing(out, asked, tmp_path):
    (tmp_path / "empty").mkdir()
    export(tmp_path / "export")
    before = set(tmp_path.iterdir())
    with pytest.raises(Reached):
        asked(tmp_path / out)
    assert set(tmp_path.iterdir()) - {tmp_path / "deep"} == before


@pytest.mark.parametrize("relative", ["", ".", "..", "../here", "./"])
def test_where_it_runs_is_left_alone(relative, asked, tmp_path, monkeypatch):
    monkeypatch.chdir(export(tmp_path / "here"))
    with pytest.raises(UsageError, match="is the folder that this runs in, or holds it: it is left alone"):
        asked(relative)
    with pytest.raises(UsageError, match="it is left alone"):
        reduce.run(reduce.Config(dimensions=(2, 3), out=Path(relative)))


@pytest.mark.parametrize("out", ["/", "//", "/proc/../"])
def test_the_root_is_left_alone(out, asked):
    with pytest.raises(UsageError, match="it is left alone"):
        asked(out)


def test_a_name_that_is_too_long_for_what_is_written_beside_it_is_refused(asked, tmp_path):
    for length in (246, 256):  # the first for the name itself is none
        with pytest.raises(UsageError, match=r"cannot be written \(File name too long\)"):
            asked(tmp_path / ("x" * length))


@linux
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_worked_beside(there, asked, tmp_path):
    real = tmp_path / "disk" / "export"
    if there:
        export(real)
    (tmp_path / "link").symlink_to(real)
    config = mnist.Config(out=tmp_path / "link")
    assert place("mnist", config) == tmp_path / "disk" / "export.training"
    with pytest.raises(Reached):
        asked(config.out)
    assert (tmp_path / "link").is_symlink()
    with owned(real, "me"), pytest.raises(UsageError, match="is being worked in by process"):
        asked(config.out)


def test_a_format_that_there_is_not_is_told_before_anything_is_loaded(asked, tmp_path):
    with pytest.raises(UsageError, match=r"formats must be one of.*Did you mean 'onnx'"):
        asked(tmp_path / "out", formats=("onxx",))


@linux
def test_a_link_to_what_is_no_export_is_left_alone(asked, tmp_path):
    (tmp_path / "mine.txt").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(UsageError, match="is there and is no export"):
        asked(tmp_path / "link")


def mounted(folder, *words):
    """Mounts something at a folder until the test ends; skips it where that may not be done."""
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", *words, folder], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    return folder


@pytest.fixture
def mount():
    points = []

    def mounting(folder, *words):
        points.append(mounted(folder, *words))
        return points[-1]

    yield mounting
    for point in reversed(points):
        subprocess.run(["umount", "--lazy", point], check=True)


@linux
def test_a_mount_point_is_refused_with_a_folder_in_it_which_works(asked, tmp_path, mount):
    (tmp_path / "bound").mkdir()
    for point in (
        mount(tmp_path / "disk", "-t", "tmpfs", "none"),
        mount(tmp_path / "same disk", "--bind", str(tmp_path / "bound")),
    ):
        with pytest.raises(UsageError, match=f"{point} is a mount point.* such as --out {point}/mnist"):
            asked(point)
        with pytest.raises(Reached):
            asked(point / "mnist")


@linux
def test_a_disk_that_can_only_be_read_is_refused(asked, tmp_path, mount):
    disk = mount(tmp_path / "disk", "-t", "tmpfs", "-o", "ro", "none")
    with pytest.raises(UsageError, match=r"cannot be written \(Read-only file system\)"):
        asked(disk / "out")


class Held:
    """A process that holds a folder."""

    CODE = """
import sys, time
from pathlib import Path
from recipes.running.ownership import owned
with owned(Path(sys.argv[1]), "python -m recipes.mnist --model vae"):
    print("held", flush=True)
    sys.stdin.read()
"""

    def __init__(self, folder, root):
        command = [sys.executable, "-c", self.CODE, str(folder)]
        self.process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "held\n"

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


@linux
def test_a_second_run_hears_who_works_there_and_a_dead_owners_lock_is_taken_over(asked, tmp_path, root):
    out = tmp_path / "out"
    with Held(out, root) as owner:
        host = os.uname().nodename
        told = (
            rf"{out} is being worked in by process {owner.pid} on {host} since 20\d\d-.* \(python -m recipes.mnist --"
        )
        with pytest.raises(UsageError, match=told):
            asked(out)
        with pytest.raises(UsageError, match=told):
            asked(tmp_path / "." / "out", resume=True)
        with pytest.raises(Reached):
            asked(tmp_path / "other")
    assert json.loads((tmp_path / ".out.lock").read_text())["pid"] == owner.pid
    with pytest.raises(Reached):
        asked(out)
    assert list(tmp_path.iterdir()) == []


@linux
def test_a_run_of_several_exports_holds_each_and_its_own_folder(tmp_path, monkeypatch):
    config = reduce.Config(dimensions=(2, 3), out=tmp_path / "out")
    for taken in ("out", "out-2", "out-3"):
        with owned(tmp_path / taken, "me"), pytest.raises(UsageError, match=f"{taken} is being worked in by process"):
            reduce.run(config)
        assert list(tmp_path.iterdir()) == []

    def loading(_):
        for taken in ("out", "out-2", "out-3"):
            with pytest.raises(UsageError, match="is being worked in"), owned(tmp_path / taken, "you"):
                pass
        raise Reached

    monkeypatch.setattr("recipes.running.pipeline.load", loading)
    with pytest.raises(Reached):
        reduce.run(config)


@linux
def test_an_owner_that_has_only_just_begun_is_another_run(tmp_path, monkeypatch):
    with owned(tmp_path / "out", "me"):
        (tmp_path / ".out.lock").write_text("")
        with pytest.raises(UsageError, match="worked in by another run"), owned(tmp_path / "out", "you"):
            pass


@linux
def test_a_disk_without_locks_is_said(tmp_path, monkeypatch, capsys):
    def none(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", none)
    with owned(tmp_path / "out", "me"):
        assert "the disk knows no locks (No locks available)" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@linux
def test_a_lock_whose_last_owner_removed_it_is_not_taken_for_the_one_that_is_there(tmp_path, monkeypatch):
    import fcntl

    locking, removed = fcntl.flock, []

    def late(opened, how):  # the file goes between its opening and its locking
        if not removed:
            removed.append((tmp_path / ".out.lock").unlink())
        locking(opened, how)

    monkeypatch.setattr("fcntl.flock", late)
    with owned(tmp_path / "out", "me"):
        assert (tmp_path / ".out.lock").exists()
        with pytest.raises(UsageError, match="is being worked in"), owned(tmp_path / "out", "you"):
            pass


@linux
@pytest.mark.parametrize("resume", [True, False])
def test_what_a_killed_run_left_is_removed_and_put_back_before_all_else(resume, asked, tmp_path):
    export(tmp_path / ".out.old")  # killed between two renames
    (tmp_path / ".out.lock").write_text("{}")
    for half in (tmp_path / ".out.abcd_123" / "out", tmp_path / "out.training" / ".checkpoint.npz.zyx98765" / "x"):
        half.mkdir(parents=True)
    (tmp_path / "out.training/.checkpoint.npz.zyx98765/x").rename(
        tmp_path / "out.training/.checkpoint.npz.zyx98765/checkpoint.npz"
    )
    with pytest.raises(Reached):
        asked(tmp_path / "out", resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out/metrics.json").exists()


@linux
@pytest.mark.slow
def test_two_runs_at_once_make_one_export_and_one_sentence(tmp_path, idx_folder, root):
    words = ["--data", idx_folder, "--model", "vanilla", "--epochs", "1", "--batch-size", "32", "--out", tmp_path / "o"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "recipes.mnist", *map(str, words)],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = {run.returncode: (out, error) for run in runs for out, error in [run.communicate(timeout=120)]}
    assert ended.keys() == {0, 2}
    assert "Exported to" in ended[0][0]
    assert f"{tmp_path / 'o'} is being worked in by process" in ended[2][1]
    assert ended[2][1].count("\n") == 1
