"""One owner a folder: a lock that dies with the process that holds it, and says who that is."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from zoo import UsageError

try:
    import fcntl
except ImportError:  # on Windows there is no lock
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def owned(folder: Path, command: str) -> Iterator[None]:
    """Holds a folder until the block ends, by a locked file beside it, which is called `.NAME.lock`.

    The system lets go of the lock when the process ends, however it ends: what a dead one left is taken over, and no
    number of a process is compared with those of today. A disk that knows no locks has none.

    Args:
        folder: The folder, which need not be there.
        command: What the owner runs, for those who come later.

    Raises:
        UsageError: If another process, or this one, holds the folder.
        OSError: If nothing can be written beside it.
    """
    if fcntl is None:
        yield
        return
    file = folder.with_name(f".{folder.name}.lock")
    with _locked(file, folder) as opened:
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z"),
            "command": command,
        }
        try:
            opened.truncate(0)
            opened.write(json.dumps(owner))
            opened.flush()
            yield
        finally:
            file.unlink(missing_ok=True)  # while it is locked, so that nobody else's goes


def _locked(file: Path, folder: Path) -> IO[str]:
    """Opens and locks a file that is there afterwards: its last owner may remove it between the two."""
    while True:
        opened = file.open("a+", encoding="utf-8")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with opened:
                raise UsageError(_held(folder, opened)) from None
        except OSError as error:
            print(f"{folder}: the disk knows no locks ({error.strerror}): start no second run that writes there.")
            return opened
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(opened.fileno()), file.stat()):
                return opened
        opened.close()


def _held(folder: Path, opened: IO[str]) -> str:
    """Returns the sentence that says who holds a folder."""
    opened.seek(0)
    try:
        owner = json.loads(opened.read())
        who = f"process {owner['pid']} on {owner['host']} since {owner['since']} ({owner['command']})"
    except (ValueError, LookupError, TypeError):  # it has only just begun
        who = "another run"
    return f"{folder} is being worked in by {who}: wait for its end, or choose another --out."
