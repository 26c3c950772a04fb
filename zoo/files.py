"""Files and folders that are written aside and renamed into place: a crash leaves the old one or the new one."""

import errno
import glob
import os
import re
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
    write is removed. A symbolic link stays, and what it leads to is replaced.

    Args:
        target: The file or folder to replace or to make. Its parent is made if need be.

    Raises:
        OSError: If it cannot be written; `target` is then as it was.
    """
    target = followed(target)
    if target.exists() and not (target.is_file() or target.is_dir()):  # a device, of which the system has but one
        raise OSError(errno.EEXIST, "is there and is neither a file nor a folder", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    old = recover(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside, _locked(Path(aside)):
        new = Path(aside, target.name)
        yield new
        if target.is_dir() or (new.is_dir() and target.exists()):
            target.rename(old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        remove(old)


def followed(path: Path) -> Path:
    """Returns where a symbolic link leads to, be it there or not, and any other path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def recover(target: Path) -> Path:
    """Puts back what a process was killed in replacing, and removes what killed processes left beside it.

    What a living one writes stays.

    Returns:
        What the old one is called while it is replaced.
    """
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    remove(old)
    remove_unfinished(target)
    return old


def check_replaceable(target: Path) -> None:
    """Does what `replacing` has to be able to do, and changes nothing but that the parent is there.

    Raises:
        OSError: If it cannot; with the number EBUSY for a mount point.
    """
    target = followed(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent):
        if os.path.realpath(target) in _mount_points() or os.path.ismount(target):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(target))
        if target.exists() and not os.access(target, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))


def _mount_points() -> set[str]:
    """Returns the mount points that Linux lists: of a folder bound within one disk, `os.path.ismount` knows nothing."""
    table = Path("/proc/self/mountinfo")
    lines = table.read_text("utf-8", "surrogateescape").splitlines() if table.exists() else []
    return {re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split()[4]) for line in lines}


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
