"""Files and folders that are written aside and renamed into place: a crash leaves the old one or the new one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yields a path aside; what was written there takes the place of `target` if the block ends well.

    A folder cannot be renamed over another in one step: between the two renames the old one is called
    `.NAME.old`, and the next call puts it back should the process have died there.

    Args:
        target: The file or folder to replace or to make. Its parent is made if need be.

    Raises:
        OSError: If it cannot be written; `target` is then as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        new = Path(aside, target.name)
        yield new
        if target.is_dir():
            remove(old)
            target.rename(old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        remove(old)


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
