"""The door: NumPy's numbers are numbers, what is set globally works or is refused, and nothing fills the memory."""

import json
from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo import arguments, kinds, registry, surroundings
from zoo.autoencoder import Autoencoder
from zoo.ops import budget

MODELS = zoo.list_models()
QUICK = ("vanilla", "vq_vae")
SOME = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in MODELS]
SMALL = {"latent_dim": 4, "k": 2, "hidden_units": (4,)}


def built(name: str, **given: object) -> tuple[Autoencoder, np.ndarray]:
    """A model of the first kind of samples that it takes, and such samples."""
    known = registry.hyperparameters(registry.find(name))
    its = kinds.find(known["output"].default if "output" in known else zoo.describe(name).kinds[0])
    x = its.samples(np.random.default_rng(0), 8, tuple(size or 8 for size in its.SHAPES[0]))
    small = {key: value for key, value in SMALL.items() if key in known}
    return zoo.build(name, x.shape[1:], **{**small, "seed": 0, **given}), x


def as_numpy(value: object) -> object:
    """The same number, or numbers, as NumPy's."""
    types = {bool: np.bool_, int: np.int64, float: np.float32, str: np.str_}
    return tuple(map(as_numpy, value)) if isinstance(value, tuple) else types.get(type(value), lambda same: same)(value)


@pytest.mark.parametrize("name", MODELS)
def test_numbers_of_numpy_are_numbers_also_when_the_model_is_written_down(name):
    known = registry.hyperparameters(registry.find(name))
    small = {key: value for key, value in SMALL.items() if key in known}
    given = {key: as_numpy(small.get(key, p.default)) for key, p in known.items()}
    model, x = built(name, **{**given, "seed": np.int64(2)})
    config = json.dumps(keras.saving.serialize_keras_object(model))
    again = keras.saving.deserialize_keras_object(json.loads(config))
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.encode(x), model.encode(x))
    same, _ = built(name, seed=2)
    assert all(map(np.array_equal, same.get_weights(), model.get_weights()))


@pytest.mark.parametrize("shape", [(np.int64(3),), [3], (np.int32(3), 1)])
def test_a_shape_may_be_made_of_numbers_of_numpy(shape):
    assert zoo.build("vanilla", shape).encoder.input_shape == (None, *map(int, shape))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"latent_dim": "8"}, "latent_dim must be an integer. Received: latent_dim='8'."),
        ({"latent_dim": True}, "latent_dim must be an integer. Received: latent_dim=True."),
        ({"latent_dim": 2**40}, "latent_dim must be at most 2147483647. Received: latent_dim=1099511627776."),
        ({"rate": 1e39}, "rate must be a number of at most 3.4e+38 in magnitude. Received: rate=1e+39."),
        ({"rate": np.float32("nan")}, "in magnitude. Received: rate=nan."),
        ({"rate": 1e30}, "rate must be at most 1e+12. Received: rate=1e+30."),
        ({"learning_rate": 100}, "learning_rate must be at most 10. Received: learning_rate=100.0."),
        ({"tied": "yes"}, "tied must be True or False. Received: tied='yes'."),
        ({"tied": 1}, "tied must be True or False. Received: tied=1."),
        ({"penalty": "L1"}, "penalty must be one of 'l1', 'kl'. Received: penalty='L1'."),
        ({"activation": len}, "activation must be a word. Received: activation=<built-in function len>."),
        ({"hidden_units": 512}, "hidden_units must be a tuple of integers. Received: hidden_units=512. Write (512,)."),
        ({"hidden_units": (1, "a")}, "hidden_units[1] must be an integer. Received: hidden_units[1]='a'."),
        ({"hidden_units": np.zeros((9, 9))}, "hidden_units must be a tuple of integers. Received: hidden_units=array("),
        *(
            ({"seed": seed}, f"seed must be an integer{words}. Received: seed={seed!r}.")
            for seed, words in ((1.5, ""), (True, ""), ("a", ""), (-1, " from 0 to 4294967295"))
        ),
        ({"seed": 2**70}, "seed must be an integer from 0 to 4294967295. Received: seed="),
    ],
)
def test_a_value_of_another_type_is_refused_in_a_sentence(given, message):
    with pytest.raises(zoo.UsageError) as error:
        zoo.build("sparse", (3,), **given)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_value_that_is_endless_is_shown_in_a_line():
    for value in (dict.fromkeys(range(10**5), "\n"), 10**5000, np.zeros((50, 50))):
        with pytest.raises(zoo.UsageError) as error:
            zoo.build("vanilla", (3,), latent_dim=value)
        assert len(str(error.value)) < 300
        assert "\n" not in str(error.value)


def test_annotations_say_what_is_checked():
    assert arguments.checked("n", np.int8(3), int | None) == 3
    assert arguments.checked("n", None, int | None) is None
    assert arguments.checked("r", np.int8(3), float) == 3.0
    assert isinstance(arguments.checked("r", 3, float), float)
    assert arguments.checked("pair", [1, 2.5], tuple[float, float]) == (1.0, 2.5)
    assert arguments.checked("any", len, object) is len
    with pytest.raises(zoo.UsageError, match="pair must be a tuple of 2 numbers"):
        arguments.checked("pair", (1,), tuple[float, float])


@pytest.fixture
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "limit", lambda: 4 * 1000)


@pytest.mark.usefixtures("_little_memory")
def test_weights_that_would_fill_the_memory_are_not_made():
    # 10 x n, n, n x 10 and 10 weights, and the optimizer's 2 numbers: 4 bytes each.
    assert zoo.build("vanilla", (10,), latent_dim=40, seed=0).count_params() == 850
    with pytest.raises(zoo.UsageError, match=r"Weights must take at most .* Received: .* Lower the widths"):
        zoo.build("vanilla", (10,), latent_dim=50)
    with pytest.raises(zoo.UsageError, match="input_shape must be that of a sample of at most"):
        zoo.build("vanilla", (1001,))


@pytest.mark.parametrize("name", MODELS)
def test_a_sample_that_can_only_fill_the_memory_is_refused_at_once(name):
    for shape in ((10**10,), (10**5, 10**5, 1)):
        with pytest.raises(zoo.UsageError, match="input_shape must be that of a sample of at most"):
            zoo.build(name, shape)


@pytest.fixture
def _as_before() -> Iterator[None]:
    """Puts back what a test sets for all of Keras and TensorFlow."""
    kept = keras.config.floatx(), keras.config.image_data_format(), keras.config.dtype_policy()
    yield
    for put_back, value in zip(
        (keras.config.set_floatx, keras.config.set_image_data_format, keras.config.set_dtype_policy), kept, strict=True
    ):
        put_back(value)
    tf.config.run_functions_eagerly(False)


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("floatx", value) for value in ("float64", "float16", "bfloat16")),
        ("image_data_format", "channels_first"),
        *(("dtype_policy", value) for value in ("float64", "float16", "bfloat16", "int8_from_float32")),
    ],
)
def test_a_setting_that_no_model_has_is_refused_with_the_words_that_set_it_back(setting, value, tmp_path):
    zoo.export(zoo.build("vanilla", (3,)), tmp_path)
    getattr(keras.config, f"set_{setting}")(value)
    with pytest.raises(
        zoo.UsageError, match=rf"keras\.config\.{setting}\(\) must be .* Write keras\.config\.set_"
    ) as error:
        zoo.build("vanilla", (3,))
    if setting != "dtype_policy":  # of which a loaded model has its own
        with pytest.raises(zoo.UsageError, match="must be"):
            zoo.load(tmp_path)
    exec(str(error.value).partition("Write ")[2].rstrip("."), {"keras": keras})
    surroundings.check()


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    with pytest.raises(zoo.UsageError, match=r"KERAS_BACKEND must be 'tensorflow'\. Received: KERAS_BACKEND='torch'"):
        zoo.build("vanilla", (3,))


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("how", ["of the model", "of all functions"])
@pytest.mark.parametrize("name", SOME)
def test_training_without_graphs_trains_as_in_one(name, how, tmp_path):
    in_graph, x = built(name)
    eager, _ = built(name)
    if how == "of the model":
        eager.run_eagerly = True
    keras.utils.set_random_seed(0)
    in_graph.fit(x, epochs=1, shuffle=False, verbose=0)
    tf.config.run_functions_eagerly(how == "of all functions")
    keras.utils.set_random_seed(0)
    eager.fit(x, epochs=1, shuffle=False, verbose=0)
    for ours, theirs in zip(eager.get_weights(), in_graph.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(eager.score(x), in_graph.score(x), rtol=1e-2, atol=1e-4)
    zoo.export(eager, tmp_path, examples=x[:2])
