"""TensorFlow's start without its notes on the machine, which no environment variable keeps from a terminal."""

import faulthandler
import functools
import importlib
import importlib.machinery
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
# Lines of its log begin with a level and a time: notes and warnings go, and of the errors those about a missing GPU.
_NOTE = re.compile(
    r"WARNING: All log messages before absl::InitializeLog"
    r"|[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] "
    r"|(E\d{4} |\d{4}-\d\d-\d\d [\d:.]+: E ).*(cuInit|Unable to register cu|computation_placer)"
    r"|To enable the following instructions|Skipping registering GPU devices"
)


class Finder:
    """Has TensorFlow imported without its notes, whoever asks for it first, and leaves other modules alone."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Returns TensorFlow's own spec, whose loader drops notes; None for any other module."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        spec.loader.exec_module = without_notes()(spec.loader.exec_module)  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Has TensorFlow imported without its notes from now on, if it is not there already."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, Finder())


@functools.cache
def start() -> None:
    """Imports TensorFlow and makes its devices, once, without its notes."""
    with without_notes():
        importlib.import_module("tensorflow").config.list_logical_devices()


@contextmanager
def without_notes() -> Iterator[None]:
    """Drops TensorFlow's notes from what goes to standard error's descriptor meanwhile; the rest is shown afterwards.

    Whoever sets `TF_CPP_MIN_LOG_LEVEL` to 0 or 1 beforehand sees everything; later notes heed that by themselves.
    """
    if os.environ.setdefault(LEVEL, "2") < "2":
        yield
        return
    try:
        real = os.dup(2)
    except OSError:  # closed: nothing is seen anyway
        yield
        return
    import tempfile  # a fifth of the time that importing zoo takes

    alone = not faulthandler.is_enabled()
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        if alone:  # a crash takes with it what is kept, and so says itself where it was
            faulthandler.enable(real)
        try:
            yield
        finally:
            if alone:
                faulthandler.disable()
            if sys.stderr:
                sys.stderr.flush()
            os.dup2(real, 2)
            os.close(real)
            kept.seek(0)
            os.write(2, b"".join(line for line in kept if not _NOTE.match(line.decode("utf-8", "replace"))))
