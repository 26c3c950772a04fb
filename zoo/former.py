"""Exports made before their SavedModel held the model's configuration, built again from their records.

Such a folder holds `saved_model/`, `metrics.json` with the model's name and hyperparameters, and `golden.npz`. What was
wrapped around the model is read from the signatures and, for detectors' thresholds, from the constants of the graph,
of which nothing is run. The golden outputs decide whether the model is the one that was exported.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from zoo import building, golden, rebuilding, registry
from zoo.autoencoder import Autoencoder
from zoo.checks import UsageError
from zoo.formats import saved_model
from zoo.wrappers.detector import Detector
from zoo.wrappers.detectors import Detectors
from zoo.wrappers.scaled import Scaled

RECORD = "metrics.json"
BYTES = 255.0  # the largest raw pixel of all such exports
TOLERANCE = 1e-4
_BRANCH = re.compile(r".*_branch(\d+)_\d+")  # what answers for one kind of normal samples, by its index


def readable(folder: Path) -> bool:
    """Says whether a folder holds such an export."""
    parts = (RECORD, golden.NAME, f"{saved_model.NAME}/saved_model.pb")
    return all((folder / part).is_file() for part in parts)


def read(folder: Path) -> Autoencoder:
    """Builds the model, gives it the SavedModel's variables, and compares it with the golden outputs.

    Raises:
        UsageError: If the model was wrapped in what the signatures do not show, or is not the one that was exported.
        Exception: Whatever damaged files make others raise.
    """
    record = json.loads((folder / RECORD).read_text("utf-8"))
    graph = saved_model_pb2.SavedModel.FromString((folder / saved_model.NAME / "saved_model.pb").read_bytes())
    with rebuilding.within(saved_model.stored(folder / saved_model.NAME)):
        model = _wrapped(record, graph.meta_graphs[0], folder)
    saved_model.read_variables(model, folder / saved_model.NAME)
    differences = golden.differences(model, folder / golden.NAME)
    if not max(differences.values()) <= TOLERANCE:
        raise UsageError(f"{folder} gives other outputs once its model is built again: export it again.")
    return model


def _wrapped(record: Mapping[str, Any], graph: Any, folder: Path) -> Autoencoder:
    """Returns the model with all that was around it when it was exported, weights not yet in place."""
    signatures = graph.signature_def
    if "recommend" in signatures or "encode" not in signatures:
        raise UsageError(f"{folder} was made before exports held ids and titles for zoo.load: export it again.")
    inputs = signatures["encode"].inputs
    sample = inputs["x"] if "x" in inputs else inputs["image"]
    shape = tuple(None if dim.size < 0 else int(dim.size) for dim in sample.tensor_shape.dim)[1:]
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record["model"]["hyperparameters"].items()
    }
    name = record["model"]["name"]
    if "seed" in registry.hyperparameters(registry.outline(name)):
        given["seed"] = record["seed"]
    thresholds = _thresholds(graph) if "detect" in signatures else []
    if not thresholds:
        model = building.build(name, shape, given)
        return Scaled(model, BYTES) if model.kind.name == "pixels" else model
    made = [building.build(name, shape, given) for _ in thresholds]
    detectors = [
        Detector(each, _blur(record), True, threshold) for each, threshold in zip(made, thresholds, strict=True)
    ]
    return Scaled(Detectors(detectors) if "normal" in inputs else detectors[0], BYTES)


def _thresholds(graph: Any) -> list[float]:
    """Returns the detectors' thresholds, in order: the constants that a graph's scores are compared with."""
    found = {}
    for function in graph.graph_def.library.function:
        constants = {node.name: node.attr["value"].tensor for node in function.node_def if node.op == "Const"}
        branch = _BRANCH.fullmatch(function.signature.name)
        for node in function.node_def:
            compared = constants.get(node.input[1].partition(":")[0]) if node.op == "Greater" else None
            if compared is not None and not compared.tensor_shape.dim:
                found[int(branch.group(1)) if branch else 0] = float(tf.make_ndarray(compared))
    return [found[index] for index in sorted(found)]


def _blur(record: Mapping[str, Any]) -> float:
    """Returns how far pictures are blurred before they are compared, which the command says if it is not 1."""
    words = shlex.split(record["command"])
    return float(dict(itertools.pairwise(words)).get("--blur", 1.0))
