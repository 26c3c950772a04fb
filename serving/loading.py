"""An export's SavedModel, loaded with TensorFlow alone: without a word if it starts, and not on trust."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serving import trust
from serving.refusing import Refused, guarded


def load(folder: Path, *, trusted: bool = False) -> Any:
    """Loads an export's SavedModel.

    Args:
        folder: The export's folder, which holds `saved_model/`.
        trusted: Whether its graph may reach files, the network and other programs.

    Raises:
        Refused: If it is not there, is damaged, or might reach them.
    """
    with _quietly():
        import tensorflow as tf

        tf.config.list_logical_devices()
    saved_model = folder / "saved_model"
    if not trusted and (reason := trust.refusal(saved_model)):
        raise Refused(reason)
    with guarded(saved_model, "cannot be loaded", "fetch or export it again"):
        from tensorflow.core.protobuf import fingerprint_pb2

        if (fingerprint := saved_model / "fingerprint.pb").exists():  # of which the loader would only complain
            fingerprint_pb2.FingerprintDef.FromString(fingerprint.read_bytes())
        return tf.saved_model.load(str(saved_model))


@contextmanager
def _quietly() -> Iterator[None]:
    """Shows what is written to the descriptor of standard error only if the block fails, or to who asks for it."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") < "2":
        yield
        return
    real = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(real, kept.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
