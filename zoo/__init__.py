"""A zoo of autoencoders for Keras 3 on TensorFlow.

>>> import zoo
>>> zoo.list_models()
>>> model = zoo.build("sparse", (784,), latent_dim=64)
>>> model.fit(x, epochs=10)
>>> zoo.export(model, "my-export")

Importing this package does not import TensorFlow, nor do `list_models` and `describe`: `build`, `export` and `load` do
when called, and `Health` does when named.
"""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zoo import checks, quiet, registry
from zoo.checks import UsageError
from zoo.registry import Description, register

if TYPE_CHECKING:
    import numpy as np

    from zoo.autoencoder import Autoencoder

__all__ = [
    "Description",
    "Health",
    "UsageError",
    "build",
    "describe",
    "export",
    "list_models",
    "load",
    "push",
    "register",
]


quiet.install()


def __getattr__(name: str) -> Any:
    """Imports `Health`, a Keras callback, when it is named."""
    if name == "Health":
        return importlib.import_module("zoo.health").Health
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def build(
    name: str, input_shape: tuple[int | None, ...], *, prior: Literal["own", "mixture"] = "own", **hyperparameters: Any
) -> Autoencoder:
    """Builds and compiles an autoencoder, ready for `fit(x)`.

    Args:
        name: A model's name, one of `list_models()`.
        input_shape: The shape of one sample, without the batch, such as `(784,)` or `(28, 28)`; with None for
            what may have any size, in models of pictures.
        prior: What `sample` draws codes from: the model's own prior, if it has one; or "mixture", a Gaussian mixture
            that `fit` fits to the codes in the end, of any model with a vector as its code.
        **hyperparameters: The model's own, by name; `describe(name)` lists them.

    Returns:
        The compiled model.

    Raises:
        UsageError: If the model or a hyperparameter is unknown, a value is out of its range or the memory's, or what
            is set for all of Keras (its backend, float type, policy of types, order of axes) is none that models have.
    """
    registry.check_hyperparameters(registry.outline(name), hyperparameters)
    checks.choice("prior", prior, ("own", "mixture"))
    quiet.start()
    from zoo import building

    model = building.build(name, input_shape, hyperparameters)
    if prior == "own":
        return model
    from zoo.wrappers.mixture_prior import MixturePrior

    return MixturePrior(model)


def list_models(pattern: str = "*", *, data: str | None = None) -> list[str]:
    """Lists the models' names, sorted, without importing TensorFlow.

    Args:
        pattern: A shell-style pattern, such as `"*sparse*"`.
        data: Of models alone that take this kind of sample: "pixels", "real", "series", "ratings", "likes",
                "pictures", "counts" or "tokens".

    Raises:
        UsageError: If there is no such kind.
    """
    return fnmatch.filter(registry.names(data), pattern)


def describe(name: str) -> Description:
    """Describes a model: its signature, its summary and the paper that it comes from.

    Raises:
        UsageError: If the model is unknown.
    """
    return registry.describe(name)


def export(
    model: Autoencoder,
    folder: str | Path,
    *,
    formats: Sequence[str] = ("saved_model",),
    examples: np.ndarray | None = None,
    calibration: np.ndarray | None = None,
) -> Path:
    """Writes a model in each format: all is written aside first, and then renamed into place.

    What is written computes in float32, whatever the policy that the model was trained under.

    Args:
        model: The model to write. What wraps it travels inside: `zoo.wrappers.scaled.Scaled(model, 255)` takes
            pixels from 0 to 255.
        folder: Where to; made if need be. What else lies there is left alone.
        formats: File names under `zoo/formats/`: "saved_model", from which `load` makes the model again; "keras",
            which keeps the optimizer's state too; "onnx" and "litert" for other runtimes, which hold the signatures
            that were run there and gave the same, and say why others are left out; "onnx_int8" and "litert_int8",
            with a byte a weight, which say how far off each signature is.
        examples: A few inputs, shape `(n, *input_shape)`. If given, `golden.npz` is written too: the
            inputs and outputs of every signature, so that any copy can be checked anywhere. If not, converted formats
            are checked by the inputs of the `golden.npz` that lies there, or by drawn ones.
        calibration: A hundred inputs or so, likewise, by which "onnx_int8" knows how large numbers become in between:
            neither tested samples nor odd ones. If not given, the examples.

    Returns:
        The folder.

    Raises:
        UsageError: If a format is unknown or needs a package that is not installed, or an argument or a layer's policy
            is none that can be written.
        OSError: If the folder cannot be written; what was there before is left whole.
    """
    quiet.start()
    from zoo import exporting

    return exporting.export(model, Path(folder), formats, examples, calibration)


def load(folder: str | Path) -> Autoencoder:
    """Loads an export as the model that it was, with what is wrapped around it: to use, to train on, to export again.

    Reads a SavedModel's variables and the configuration beside them, or a `model.keras`; nothing in the folder is run.
    Exports made before they held a configuration are built again from what they say of themselves.

    Args:
        folder: An export's folder; or `hf://USER/NAME`, perhaps with `@REVISION`, for one on the Hugging Face hub.

    Returns:
        The model, compiled if it was; the optimizer starts afresh but for a `model.keras` alone.

    Raises:
        UsageError: If it is no export, or is damaged.
    """
    quiet.start()
    from zoo import exporting

    if str(folder).startswith("hf://"):
        from zoo import hub

        folder = hub.fetch(str(folder))
    return exporting.load(Path(folder))


def push(folder: str | Path, name: str, *, private: bool = False) -> str:
    """Puts an export on the Hugging Face hub, its card as what is shown there; `load` takes what is returned.

    Args:
        folder: An export's folder.
        name: `USER/NAME`; made if need be.
        private: Whether it is made for oneself alone.

    Returns:
        The address, `hf://USER/NAME`.

    Raises:
        UsageError: If the folder is no export, or the hub refuses it.
    """
    from zoo import hub

    return hub.push(Path(folder), name, private=private)
