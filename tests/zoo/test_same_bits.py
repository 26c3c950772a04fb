"""The same seed gives the same bits, however often, and no update overtakes a reader of the old weights."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

import zoo
from zoo.autoencoder import Autoencoder

QUICK = ("adversarial",)  # two players in one step: what the updates must not overtake
MODELS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in zoo.list_models()]
UPDATES = ("ResourceApplyAdam", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp")


def built(name: str) -> tuple[Autoencoder, np.ndarray]:
    """A model with its optimizer's variables, and samples of 0 and 1, which every kind takes."""
    shape = (8, 8, 1) if name == "restorer" else (48,)
    options = {"optimizer": "muon", "filters": (4, 8), "blocks": (1, 1)} if name == "restorer" else {}
    model = zoo.build(name, shape, seed=0, **options)
    if model.optimizer:
        model.optimizer.build(model.trainable_variables)
    return model, np.random.default_rng(0).integers(0, 2, (160, *shape)).astype("float32")


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def precision(request: pytest.FixtureRequest) -> Iterator[str]:
    """The policy that the model is built under."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("steps_per_execution", [1, 20])
@pytest.mark.parametrize("name", MODELS)
def test_four_trainings_end_with_the_same_bits(name, steps_per_execution, precision):
    model, x = built(name)
    model.steps_per_execution = steps_per_execution
    moving = [*model.variables, *(model.optimizer.variables if model.optimizer else [])]
    start = [variable.numpy() for variable in moving]
    found = set()
    for _ in range(4):
        for variable, value in zip(moving, start, strict=True):
            variable.assign(value)
        keras.utils.set_random_seed(0)
        model.fit(x, epochs=2, batch_size=8, verbose=0)
        found.add(b"".join(variable.numpy().tobytes() for variable in model.variables))
    assert len(found) == 1


@pytest.mark.parametrize("name", [name for name in MODELS if name.values != ("ease",)])
def test_in_the_graph_that_runs_each_read_is_ordered_with_each_update(name):
    model, x = built(name)
    step = tf.function(lambda x: model.train_step((x,)), autograph=False)
    context.context().enable_graph_collection()
    step(tf.constant(x[:8]))
    graphs = [found.post_optimization_graph for found in context.context().export_run_metadata().function_graphs]
    graphs = [graph for graph in graphs if {node.op for node in graph.node} & {"ResourceApplyAdam"}]
    assert graphs
    for graph in graphs:
        assert unordered(graph) == []


def unordered(graph: tf.compat.v1.GraphDef) -> list[tuple[str, str]]:
    """Names the reads of a variable that something uses, and the updates of it that may come before or after them."""
    nodes = {node.name: node for node in graph.node}
    inputs = {name: [each.lstrip("^").partition(":")[0] for each in node.input] for name, node in nodes.items()}
    used = {each.partition(":")[0] for node in nodes.values() for each in node.input if not each.startswith("^")}
    before: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in before:
            todo, seen = [name], set()
            while todo:
                fresh = set(inputs[todo.pop()]) - seen
                seen |= fresh
                todo += fresh
            before[name] = seen
        return before[name]

    updates: dict[str, list[str]] = {}
    for node in nodes.values():
        for handle in inputs[node.name][:3] if node.op == "ResourceApplyAdam" else inputs[node.name][:1]:
            if node.op in UPDATES:
                updates.setdefault(handle, []).append(node.name)
    reads = [node.name for node in nodes.values() if node.op == "ReadVariableOp" and node.name in used]
    return [
        (read, update)
        for read in reads
        for update in updates.get(inputs[read][0], [])
        if read not in ancestors(update) and update not in ancestors(read)
    ]
