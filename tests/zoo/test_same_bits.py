"""The same seed gives the same bits, however often, and no update overtakes a reader of the old weights."""

import re
from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

import zoo
from zoo.autoencoder import Autoencoder
from zoo.optimizers.convolutional_muon import ConvolutionalMuon

QUICK = ("adversarial",)  # two players in one step: what the updates must not overtake
MODELS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in zoo.list_models()]
TRAINED = [name for name in MODELS if name.values != ("ease",)]
UPDATES = ("ResourceApplyAdam", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp")
OWN = "the model's own"
# What else a person may compile a model with.
OPTIMIZERS = {
    OWN: lambda: None,
    "Adam": keras.optimizers.Adam,
    "SGD": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    "clipped": lambda: keras.optimizers.Adam(global_clipnorm=1.0),
    "averaged": lambda: keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=2),
    "accumulated": lambda: keras.optimizers.Adam(gradient_accumulation_steps=2),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
    "ConvolutionalMuon": ConvolutionalMuon,
} | {name: getattr(keras.optimizers, name) for name in ("AdamW", "Adafactor", "Lion", "Lamb", "Muon", "RMSprop")}
SMALL = {
    "restorer": {"optimizer": "muon", "filters": (4, 8), "blocks": (1, 1)},
    "factorized": {"latent_dim": 8, "filters": (4, 8), "blocks": 1},
    "hyperprior": {"latent_dim": 8, "hyper_dim": 4, "filters": (4, 8), "blocks": 1},
}
COMPILED = [OWN, "Adam", *(pytest.param(name, marks=pytest.mark.slow) for name in [*OPTIMIZERS][2:])]


def built(name: str, optimizer: str = OWN) -> tuple[Autoencoder, np.ndarray]:
    """A model with its optimizer's variables, and samples of 0 and 1, which every kind takes; tokens of 1 and 2."""
    shape = (8, 8, 1) if "pictures" in zoo.describe(name).kinds else (48,)
    options = SMALL.get(name, {})
    model = zoo.build(name, shape, seed=0, **options)
    if optimizer != OWN:
        model.compile(OPTIMIZERS[optimizer](), loss=model.kind.loss())
    if model.optimizer:
        model.optimizer.build(model.trainable_variables)
    least = int(model.kind.FORM == "ids")
    return model, np.random.default_rng(0).integers(least, 2 + least, (160, *shape)).astype("float32")


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
    assert found_in_four_trainings(*built(name), steps_per_execution) == 1


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", QUICK)
def test_any_optimizer_ends_with_the_same_bits(name, optimizer, precision):
    assert found_in_four_trainings(*built(name, optimizer), 20) == 1


def found_in_four_trainings(model: Autoencoder, x: np.ndarray, steps_per_execution: int) -> int:
    """Trains four times from the same start, and counts the different ends."""
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
    return len(found)


@pytest.mark.parametrize("optimizer", COMPILED)
@pytest.mark.parametrize("name", TRAINED)
def test_in_the_graph_that_runs_each_read_is_ordered_with_each_update(name, optimizer):
    assert unordered_in_a_step(*built(name, optimizer)) == []


@keras.saving.register_keras_serializable("tests")
class Peeking(Autoencoder):
    """Reads a weight besides for what no gradient comes back from: nothing but the optimizer orders that reading."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        fixed = keras.ops.stop_gradient(self.decoder.layers[-1].kernel)
        beside = keras.ops.mean(keras.ops.square(self.encoder(x) @ fixed))
        return super().compute_loss(x, y, y_pred, sample_weight, training) + beside


def test_fused_updates_wait_for_all_gradients_whoever_reads_the_weights():
    dense = [keras.layers.Dense(units) for units in (3, 8)]
    parts = [keras.Sequential([keras.Input((8 if i == 0 else 3,)), layer]) for i, layer in enumerate(dense)]
    model = Peeking(*parts, "real").compile_default(1e-3)
    model.optimizer.build(model.trainable_variables)
    assert unordered_in_a_step(model, np.zeros((8, 8), "float32")) == []


def unordered_in_a_step(model: Autoencoder, x: np.ndarray) -> list[tuple[str, str]]:
    """Takes a training step, and returns what is unordered in the graphs that ran and change variables."""
    step = tf.function(lambda x: model.train_step((x,)), autograph=False)
    context.context().enable_graph_collection()
    step(tf.constant(x[:8]))
    graphs = [found.post_optimization_graph for found in context.context().export_run_metadata().function_graphs]
    context.context().disable_graph_collection()
    graphs = [graph for graph in graphs if {node.op for node in graph.node} & set(UPDATES)]
    assert graphs
    return [pair for graph in graphs for pair in unordered(graph)]


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
        if read not in ancestors(update) and update not in ancestors(read) and not exclusive(read, update)
    ]


def exclusive(one: str, other: str) -> bool:
    """Says whether two nodes, by name, lie in the two branches of one condition, so that only one of them runs."""
    branches = [
        {name[: found.start()]: found[1] for found in re.finditer(r"/(then|else)/", name)} for name in (one, other)
    ]
    return any(branches[1].get(condition, branch) != branch for condition, branch in branches[0].items())
