"""A graph that could touch files, the network or other programs is not loaded on trust."""

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from serving import trust
from serving.loading import Refused, load


def saved(folder, call, *specs, **tracked):
    """Writes a SavedModel with one signature; returns the export's folder."""
    module = tf.Module()
    for name, value in tracked.items():
        setattr(module, name, value)
    function = tf.function(call, input_signature=specs, autograph=False)
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={"serving_default": function})
    return folder


X = tf.TensorSpec((None,), tf.float32, name="x")
TEXT = tf.TensorSpec((), tf.string, name="text")


def reads(text):
    return {"y": tf.io.read_file(text)}


def writes(x):
    with tf.control_dependencies([tf.io.write_file("/tmp/nowhere", "x")]):
        return {"y": tf.identity(x)}


def lists(text):
    return {"y": tf.io.matching_files(text)}


def reads_lines(text):
    return {"y": tf.data.TextLineDataset(text).reduce(tf.constant(""), lambda a, b: a + b)}


def calls_python(x):
    return {"y": tf.py_function(lambda v: v, [x], tf.float32)}


def prints_into_a_file(x):
    with tf.control_dependencies([tf.print(x, output_stream="file:///tmp/nowhere")]):
        return {"y": tf.identity(x)}


def maps_a_file(x):
    return {"y": x + tf.raw_ops.ImmutableConst(dtype=tf.float32, shape=(1,), memory_region_name="/etc/hostname")}


def saves(x):
    tf.raw_ops.SaveV2(prefix="/tmp/nowhere", tensor_names=["x"], shape_and_slices=[""], tensors=[x])
    return {"y": x}


def restores(text):
    return {"y": tf.raw_ops.RestoreV2(prefix=text, tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32])[0]}


def reads_a_description(text):
    _, values = tf.io.decode_proto(text, "A", ["b"], [tf.int32], descriptor_source="/etc/hostname")
    return {"y": values[0]}


def reads_in_a_branch(text):
    return {"y": tf.cond(tf.equal(text, ""), lambda: text, lambda: tf.io.read_file(text))}


@pytest.mark.parametrize(
    ("call", "spec", "operation"),
    [
        (reads, TEXT, "ReadFile"),
        (writes, X, "WriteFile"),
        (lists, TEXT, "MatchingFiles"),
        (reads_lines, TEXT, "TextLineDataset"),
        (calls_python, X, "EagerPyFunc"),
        (prints_into_a_file, X, "PrintV2"),
        (maps_a_file, X, "ImmutableConst"),
        (saves, X, "SaveV2"),
        (restores, TEXT, "RestoreV2"),
        (reads_a_description, TEXT, "DecodeProtoV2"),
        (reads_in_a_branch, TEXT, "ReadFile"),
    ],
)
def test_operations_that_reach_out_are_refused_by_name(call, spec, operation, tmp_path):
    folder = saved(tmp_path, call, spec)
    with pytest.raises(Refused, match=rf"\b{operation}\b.*add --trust"):
        load(folder)
    assert "serving_default" in load(folder, trusted=True).signatures


def test_a_table_that_reads_a_file_as_it_is_loaded_is_refused(tmp_path):
    (tmp_path / "words").write_text("a\nb\n")
    words = tf.lookup.TextFileInitializer(
        str(tmp_path / "words"),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    table = tf.lookup.StaticHashTable(words, -1)
    folder = saved(tmp_path, lambda text: {"y": table.lookup(text)}, TEXT, table=table)
    with pytest.raises(Refused, match="InitializeTableFromTextFileV2"):
        load(folder)


def test_what_stays_in_memory_is_loaded(tmp_path):
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant([1], tf.int64), [2.0]), -1.0)
    weight = tf.Variable([3.0])

    def call(x):
        drawn = tf.random.normal([1]) + tf.random.stateless_normal([1], [1, 2])
        looped = tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), [0, table.lookup(tf.cast(x, tf.int64)) * weight]
        )[1]
        return {"y": tf.cond(tf.reduce_any(x > 0), lambda: looped, lambda: drawn)}

    found = load(saved(tmp_path, call, X, table=table, weight=weight)).signatures["serving_default"](tf.constant([1.0]))
    assert found["y"].numpy().tolist() == [48.0]


def altered(folder, change):
    file = folder / "saved_model" / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    change(model.meta_graphs[0])
    file.write_bytes(model.SerializeToString())
    return folder


def as_saver(graph):
    """Gives the signature's own function out as what saves variables."""
    (output,) = graph.signature_def["serving_default"].outputs.values()
    graph.saver_def.save_tensor_name = output.name


def saving_before(graph):
    """Has the variables written when the SavedModel is loaded."""
    graph.collection_def["saved_model_main_op"].node_list.value[:] = [
        graph.saver_def.save_tensor_name.partition(":")[0]
    ]


def saving_as_signature(graph):
    graph.signature_def["serving_default"].outputs["y"].name = graph.saver_def.save_tensor_name


def saving_as_function(graph):
    """Makes the loader's function one that others may call."""
    (name,) = [f.signature.name for f in graph.graph_def.library.function if "traced_save" in f.signature.name]
    graph.object_graph_def.concrete_functions[name].SetInParent()


@pytest.mark.parametrize("change", [as_saver, saving_before, saving_as_signature, saving_as_function])
def test_what_only_the_loader_may_run_cannot_be_lent(change, tmp_path):
    call = saves if change is as_saver else lambda x: {"y": 2 * x}
    folder = saved(tmp_path, call, X, weight=tf.Variable(1.0))
    if change is not as_saver:
        assert trust.refusal(folder / "saved_model") is None
    assert "SaveV2" in (trust.refusal(altered(folder, change) / "saved_model") or "")


@pytest.mark.parametrize("content", [b"", b"\xff" * 100])
def test_a_damaged_graph_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "saved_model").mkdir()
    with pytest.raises(Refused, match="is not there"):
        load(tmp_path)
    (tmp_path / "saved_model" / "saved_model.pb").write_bytes(content)
    with pytest.raises(Refused, match=r"holds no model|cannot be read"):
        load(tmp_path)
