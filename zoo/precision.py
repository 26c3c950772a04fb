"""In how many bits models compute: training may mix types, everything else is in float32."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import keras

from zoo import replicating
from zoo.autoencoder import Autoencoder
from zoo.checks import UsageError
from zoo.ops import keras_internals

EXACT = "float32"
POLICIES = (EXACT, "mixed_bfloat16", "mixed_float16")  # weights are float32 in all of them
Model = TypeVar("Model", bound=Autoencoder)


@contextlib.contextmanager
def policy(name: str) -> Iterator[None]:
    """Lets what is built in the block have that policy, and what is built after it the one from before.

    Args:
        name: One of `POLICIES`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_float32(model: Model) -> Model:
    """Returns a model that computes in float32, with the weights and the optimizer's state of one that may not.

    One that was built for several devices, or workers, becomes one of a single device, which needs no other worker.

    Args:
        model: A model, with all that is wrapped around it; returned as it is if it computes in float32, and here.

    Raises:
        UsageError: If its weights are in other types.
    """
    found = {layer.dtype_policy.name for layer in keras_internals.layers(model)}
    if found == {EXACT} and not replicating.elsewhere(model):
        return model
    if not found <= set(POLICIES):
        raise UsageError(
            f"{model.name} must have the policies {', '.join(POLICIES)}. Received: {', '.join(sorted(found))}."
        )
    with policy(EXACT):
        again = keras.saving.deserialize_keras_object(_exact(keras.saving.serialize_keras_object(model)))
    _assign(again.weights, model.weights)
    for ours, theirs in zip(*map(_optimizers, (again, model)), strict=True):
        if len(ours.variables) == len(theirs.variables):  # otherwise parts have been frozen since it was built
            _assign(ours.variables, theirs.variables)
    return again


def _assign(ours: Iterable[keras.Variable], theirs: Iterable[keras.Variable]) -> None:
    for variable, value in zip(ours, theirs, strict=True):
        variable.assign(value)


def _optimizers(model: Autoencoder) -> list[keras.optimizers.Optimizer]:
    """Returns the optimizers of a model and of the models that it is wrapped around, without what scales losses."""
    inside = (layer for layer in keras_internals.layers(model) if isinstance(layer, Autoencoder))
    found = [each.optimizer for each in inside if getattr(each, "optimizer", None)]
    return [getattr(each, "inner_optimizer", each) for each in found]


def _exact(config: Any) -> Any:
    """Returns a configuration, as Keras writes it, with float32 as the policy of everything in it."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            return {**config, "config": {**config["config"], "name": EXACT}}
        return {key: _exact(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return [_exact(value) for value in config]
    return config
