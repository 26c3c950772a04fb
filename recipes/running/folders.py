"""The folder that a run works in, beside the folder that it exports to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from recipes.running.options import LEAST, Options
from zoo import UsageError
from zoo.files import remove, remove_unfinished


@contextlib.contextmanager
def workspace(recipe: str, config: Options) -> Iterator[Path]:
    """Yields the folder that a run works in, beside the folder that it exports to; seeds all that is random.

    Raises:
        UsageError: If the folder cannot be written, or something that is no export or an unfinished run lies there.
    """
    import keras
    import tensorflow as tf

    from recipes import training

    for name, least in LEAST.items():
        given = getattr(config, name)
        if given is not None and given < least:
            raise UsageError(f"--{name.replace('_', '-')} must be at least {least}. Received: {given}.")
    out = config.folder(recipe)
    empty = out.is_dir() and not any(out.iterdir())
    if not out.name or (out.exists() and not (out / "metrics.json").exists() and not empty):
        raise UsageError(f"{out} is there and is no export: it is left alone. Choose another --out.")
    folder = out.with_name(f"{out.name}.training")
    for target in (out, folder / training.CHECKPOINT):
        remove_unfinished(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".write").touch()
        (folder / ".write").unlink()
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}): choose another --out.") from None
    if not training.unfinished(folder):
        if config.resume:
            print(f"Nothing to resume in {folder}: starting afresh.")
        for logs in list(folder.rglob("logs")):
            remove(logs)
    elif not config.resume:
        raise UsageError(f"An unfinished run lies in {folder}: add --resume to go on, or delete it to start afresh.")
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    try:
        yield folder
    except BaseException:
        with contextlib.suppress(OSError):  # where anything was kept, it stays
            folder.rmdir()
        raise
    training.finish(folder)
