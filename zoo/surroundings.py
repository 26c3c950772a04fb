"""What a person sets for all of Keras, as far as models of the zoo depend on it."""

import keras

from zoo import checks, precision


def check() -> None:
    """Checks what is set: weights, samples and codes are float32, pictures have their channels last.

    Raises:
        UsageError: If something else is set; says how to set it back.
    """
    backend = keras.config.backend()
    checks.check(backend == "tensorflow", "KERAS_BACKEND", "'tensorflow'", backend, "Set it before Python starts.")
    for setting, found, usable in (
        ("floatx", keras.config.floatx(), (precision.EXACT,)),
        ("image_data_format", keras.config.image_data_format(), ("channels_last",)),
        ("dtype_policy", keras.config.dtype_policy().name, precision.POLICIES),
    ):
        listed = f"{'one of ' if len(usable) > 1 else ''}{', '.join(map(repr, usable))}"
        hint = f"Write keras.config.set_{setting}({usable[0]!r})."
        checks.check(found in usable, f"keras.config.{setting}()", listed, found, hint)
