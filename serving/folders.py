"""A folder that is written aside and renamed into place: a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yields an empty folder; what was written into it takes the place of `target` if the block ends well.

    A folder cannot be renamed over another in one step: between the two renames the old one is called `.NAME.old`,
    and the next call puts it back should the process have died there. What killed processes had begun is removed.

    Args:
        target: The folder to replace or to make. Its parent is made if need be.

    Raises:
        OSError: If it cannot be written; `target` is then as it was.
    """
    target = Path(os.path.realpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    old = _recovered(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.{os.getpid()}.", dir=target.parent) as aside:
        new = Path(aside, target.name)
        new.mkdir()
        yield new
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _recovered(target: Path) -> Path:
    """Puts back what a process was killed in replacing, removes what others left; returns what the old is called."""
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    for aside in target.parent.glob(f".{glob.escape(target.name)}.*.*"):
        made_by = re.fullmatch(r"(\d+)\.\w+", aside.name.removeprefix(f".{target.name}."))
        if made_by and not _lives(int(made_by[1])):
            shutil.rmtree(aside, ignore_errors=True)
    return old


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another person's
        return True
    return True
