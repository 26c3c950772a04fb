"""The folder that a run works in, beside the folder that it exports to, and what of it is kept."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from recipes.running.options import LEAST, Options, command
from recipes.running.ownership import owned
from zoo import UsageError, checks
from zoo.files import check_replaceable, followed, recover

NOTHING = "Nothing of this run is kept."


@contextlib.contextmanager
def workspace(recipe: str, config: Options) -> Iterator[Path]:
    """Yields the folder that a run works in, beside the folder that it exports to; seeds all that is random.

    Nobody else works there, nor in what it exports to, until the block ends.

    Raises:
        UsageError: If another run works there, the folder cannot be written, or something that is no export or an
            unfinished run lies there.
    """
    import keras
    import tensorflow as tf

    from recipes import training
    from zoo import exporting

    for name, least in LEAST.items():
        given = getattr(config, name)
        if given is not None and given < least:
            raise UsageError(f"--{name.replace('_', '-')} must be at least {least}. Received: {given}.")
    checks.seed(config.seed)
    for name in config.formats or ():
        exporting.writer(name)  # before hours of training, rather than after
    with contextlib.ExitStack() as stack:
        for out in _checked(recipe, config):
            stack.enter_context(owned(out, command(recipe, config)))
            recover(out)
        folder = place(recipe, config)
        try:
            _make(folder)
            _go_on(folder, config.resume)
            keras.utils.set_random_seed(config.seed)
            tf.config.experimental.enable_op_determinism()
            yield folder
        except BaseException:
            with contextlib.suppress(OSError):  # where anything was kept, it stays
                folder.rmdir()
            raise
        training.finish(folder)


def place(recipe: str, config: Options) -> Path:
    """Returns the folder that a run works in."""
    out = followed(config.folder(recipe))
    return out.with_name(f"{out.name}.training")


def kept(recipe: str, config: Options) -> str:
    """Returns a sentence that says what of a stopped run is kept, and where."""
    if "recipes.training" not in sys.modules:  # nothing has been begun
        return NOTHING
    from recipes import training

    return training.kept(place(recipe, config)) or NOTHING


def _checked(recipe: str, config: Options) -> list[Path]:
    """Returns the folders that a run needs for itself: those that it exports to, and the one its own is named after.

    Raises:
        UsageError: If one of them cannot be exported to.
    """
    first = config.folder(recipe)
    _check_place(first)
    outs = config.folders(recipe)
    for out in outs:
        _check_place(out)
        try:
            if out.exists() and not (out / "metrics.json").exists() and not (out.is_dir() and not any(out.iterdir())):
                raise UsageError(f"{out} is there and is no export: it is left alone. Choose another --out.")
            check_replaceable(out)
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise UsageError(
                    f"{out} is a mount point, which no export can take the place of: choose a folder in it, such as "
                    f"--out {out / recipe}."
                ) from None
            raise UsageError(f"{out} cannot be written ({error.strerror}): choose another --out.") from None
    return list(dict.fromkeys(followed(out) for out in (first, *outs)))


def _make(folder: Path) -> None:
    """Makes the folder that a run works in.

    Raises:
        UsageError: If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".write").touch()
        (folder / ".write").unlink()
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}): choose another --out.") from None


def _go_on(folder: Path, resume: bool) -> None:
    """Removes what a killed run left half written, and says whether there is something to go on with.

    Raises:
        UsageError: If there is, and it shall not be gone on with.
    """
    from recipes import training

    training.clear(folder)
    unfinished = training.unfinished(folder)
    if unfinished and not resume:
        raise UsageError(f"An unfinished run lies in {folder}: add --resume to go on, or delete it to start afresh.")
    if resume and not unfinished:
        print(f"Nothing to resume in {folder}: starting afresh.")


def _check_place(out: Path) -> None:
    """Raises `UsageError` for a folder that no export may take the place of: the root, or where this runs."""
    if Path.cwd().is_relative_to(os.path.realpath(out)):
        raise UsageError(f"{out} is the folder that this runs in, or holds it: it is left alone. Choose another --out.")
