"""What an export's graph could do beside arithmetic: a SavedModel is a program, and some operations touch the machine.

Allowed are operations without side effects, but for those that read files all the same, and the few with side effects
that stay in memory: variables, tables, random numbers, control flow. What the loader itself runs to read the variables
may read them, and nothing else may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# With side effects, in memory alone.
IN_MEMORY = re.compile(
    r"(VarHandle|ReadVariable|Assign(Add|Sub)?Variable|VarIsInitialized|DisableCopyOnRead|VariableShape"
    r"|ResourceGather(Nd)?|ResourceScatter\w+|StatefulPartitionedCall|Assert|If|Case|While|CheckNumerics(V2)?"
    r"|(Anonymous)?(Mutable)?HashTable(V2)?|LookupTable(Find|Import|Insert|Size|Export)V2|InitializeTableV2"
    r"|TensorArray(Read|Write|Gather|Scatter|Size|Close)?V3|StatelessRandomGetAlg|Random(Uniform(Int)?|StandardNormal)"
    r"|RandomShuffle|TruncatedNormal|Multinomial|Stateful(Uniform|StandardNormalV2|UniformInt)|RngSkip|RngReadAndSkip)"
    r"(Op)?"
)
# Without side effects by TensorFlow's own account; but they read files, call other programs or end the process.
REACHING = re.compile(
    r"_.*|.*(File|Reader|Dataset|Iterator|PyFunc|Proto|Summary|Debug|Remote|Snapshot|Custom|Vocab).*"
    r"|Copy(Host)?|ImmutableConst|MlirPassthroughOp|Abort"
)
SAVING = {"SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename"}


def refusal(saved_model: Path) -> str | None:
    """Says in a sentence why a SavedModel should not be loaded on trust; None if there is no reason.

    Args:
        saved_model: The folder that holds `saved_model.pb`.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    file = saved_model / "saved_model.pb"
    if not file.is_file():
        return f"{saved_model} is not there: give the folder of an export."
    try:
        graphs = saved_model_pb2.SavedModel.FromString(file.read_bytes()).meta_graphs
    except (DecodeError, OSError) as error:
        return f"{file} cannot be read ({error}): fetch or export it again."
    if not graphs:
        return f"{file} holds no model: fetch or export it again."
    found = sorted({name for graph in graphs for name in _reaching(graph)})
    if not found:
        return None
    return (
        f"{saved_model} holds operations that can reach files, the network or other programs ({', '.join(found)}): "
        "add --trust if you trust whoever made it."
    )


def _reaching(graph: Any) -> Iterator[str]:
    """Yields the names of a graph's operations that are not allowed."""
    loader = _loaders_own(graph)
    library = graph.graph_def.library.function
    own = {function.signature.name for function in library}
    for node in graph.graph_def.node:
        if not _harmless(node.op):
            yield node.op
    for function in library:
        allowed = SAVING if function.signature.name in loader else ()
        for node in function.node_def:
            if node.op not in allowed and not _harmless(node.op):
                yield node.op
    # What is called by name is a function of the graph's own, each of whose operations is looked at above.
    for name in _called([*graph.graph_def.node, *(node for function in library for node in function.node_def)]):
        if name not in own and not _harmless(name):
            yield name


def _harmless(name: str) -> bool:
    from tensorflow.python.framework import op_def_registry  # has no public name

    known = op_def_registry.get(name)
    if known is None:  # a function of the graph's own would be called by an operation
        return False
    return bool(IN_MEMORY.fullmatch(name)) if known.is_stateful else not REACHING.fullmatch(name)


def _loaders_own(graph: Any) -> set[str]:
    """Returns the functions that save and restore variables, if nothing but the loader can call them."""
    saver = {graph.saver_def.save_tensor_name.partition(":")[0], graph.saver_def.restore_op_name}
    inside = [node for node in graph.graph_def.node if node.name in saver]
    outside = [node for node in graph.graph_def.node if node.name not in saver]
    # Whatever takes a saver's result, as an operation, a signature or a list of what to run first, would run it.
    used = {re.sub(r"^\^|:.*", "", name) for node in outside for name in node.input}
    for signature in graph.signature_def.values():
        used |= {tensor.name.partition(":")[0] for tensor in (*signature.inputs.values(), *signature.outputs.values())}
    for collection in graph.collection_def.values():
        used |= {name.partition(":")[0] for name in collection.node_list.value}
    if saver & used:
        return set()
    nodes = [*outside, *(node for function in graph.graph_def.library.function for node in function.node_def)]
    return set(_called(inside)) - set(_called(nodes)) - set(graph.object_graph_def.concrete_functions)


def _called(nodes: Iterable[Any]) -> Iterator[str]:
    """Yields the names of the functions that operations name in their attributes."""
    for node in nodes:
        for value in node.attr.values():
            yield from (function.name for function in (value.func, *value.list.func) if function.name)
