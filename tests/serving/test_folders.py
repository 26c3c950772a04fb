"""A folder is replaced whole or not at all."""

import os
import signal
import subprocess

import pytest

from serving.folders import replaced


def test_it_is_made_replaced_and_left_alone_when_the_block_fails(tmp_path):
    target = tmp_path / "deep" / "site"
    for content in ("one", "two"):
        with replaced(target) as new:
            (new / "page").write_text(content)
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert (target / "page").read_text() == "two"
    assert [path.name for path in target.parent.iterdir()] == ["site"]


def interrupted(target):
    with replaced(target) as new:
        (new / "page").write_text("three")
        raise KeyboardInterrupt


WRITE = "with replaced(target) as new: (new / 'page').write_text('new')"
DIE = "os.kill(os.getpid(), 9)"
KILLS = {
    "before": f"{WRITE}; {DIE}",
    "at the first rename": f"Path.rename = lambda *_: {DIE}\n{WRITE}",
    "between the renames": f"rename = Path.rename\nPath.rename = lambda a, b: (rename(a, b), {DIE})\n{WRITE}",
}


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_a_kill_leaves_the_old_one_and_the_next_call_cleans_up(kill, tmp_path, fresh_python):
    target = tmp_path / "site"
    target.mkdir()
    (target / "page").write_text("old")
    start = "import os\nfrom pathlib import Path\nfrom serving.folders import replaced\n"
    start += f"target = Path({str(target)!r})\n"
    killed = fresh_python("-c", start + kill)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with pytest.raises(ZeroDivisionError), replaced(target):
        raise ZeroDivisionError
    assert (target / "page").read_text() == "old"
    assert os.listdir(tmp_path) == ["site"]


def test_what_a_living_process_writes_stays(tmp_path):
    child = subprocess.Popen(["sleep", "60"])
    try:
        theirs = tmp_path / f".site.{child.pid}.abcdefgh"
        theirs.mkdir()
        with replaced(tmp_path / "site"):
            pass
        assert theirs.is_dir()
    finally:
        child.kill()
        child.wait()
    with replaced(tmp_path / "site"):
        pass
    assert not theirs.exists()
