"""Files and folders that are written aside and renamed into place: a crash leaves the old one or the new one."""

import glob
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows the leftovers of a killed process look like a living one's files
    fcntl = None  # type: ignore[assignment]

MADE = 60  # seconds within which a folder that was made is surely locked


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yields a path aside; what was written there takes the place of `target` if the block ends well.

    A folder cannot be renamed over another in one step: between the two renames the old one is called
    `.NAME.old`, and the next call puts it back should the process have died there. What a killed process had begun to
    write is removed.

    Args:
        target: The file or folder to replace or to make. Its parent is made if need be.

    Raises:
        OSError: If it cannot be written; `target` is then as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    remove_unfinished(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside, _locked(Path(aside)):
        new = Path(aside, target.name)
        yield new
        if target.is_dir() or (new.is_dir() and target.exists()):
            remove(old)
            target.rename(old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        remove(old)


def remove_unfinished(target: Path) -> None:
    """Removes what killed processes left when they wrote `target` aside; what a living one writes stays."""
    for aside in target.parent.glob(f".{glob.escape(target.name)}.????????"):
        found = {path.name for path in aside.iterdir()} if aside.is_dir() else {None}
        young = not found and time.time() - aside.stat().st_mtime < MADE  # perhaps not locked yet
        if found <= {target.name} and not young:
            with _locked(aside) as free:
                if free:
                    shutil.rmtree(aside)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Locks a folder until the block ends or the process dies; yields whether that could be done."""
    if fcntl is None:
        yield False
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process has it, or the disk knows no locks
        yield False
    else:
        yield True
    finally:
        os.close(opened)


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
