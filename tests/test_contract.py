"""What every model keeps to. Registering a model enrols it here: nothing is listed by hand."""

import inspect
import json

import docstring_parser
import keras
import numpy as np
import pytest

import zoo
from zoo import kinds, registry
from zoo.autoencoder import Autoencoder

MODELS = zoo.list_models()
PAIRS = [(name, kind) for name in MODELS for kind in zoo.describe(name).kinds]


def first_kind(name: str) -> str:
    """The kind that the model takes by default."""
    hyperparameters = registry.hyperparameters(registry.find(name))
    return hyperparameters["output"].default if "output" in hyperparameters else zoo.describe(name).kinds[0]


def built(name: str, kind: str, shape: tuple[int | None, ...], **hyperparameters: object) -> Autoencoder:
    """The model, of samples of that kind."""
    if "output" in registry.hyperparameters(registry.find(name)):
        hyperparameters["output"] = kind
    return zoo.build(name, shape, **hyperparameters)


def samples(name: str, kind: str = "", shape: tuple[int | None, ...] | None = None, n: int = 64) -> np.ndarray:
    """Samples with something to learn, of the kind; of the model's first one if none is given."""
    kind = kind or first_kind(name)
    shape = shape or smallest(name, kind)
    return kinds.find(kind).samples(np.random.default_rng(0), n, tuple(size or 7 for size in shape))


def smallest(name: str, kind: str = "") -> tuple[int, ...]:
    """The shape that is quickest."""
    return kinds.find(kind or first_kind(name)).SHAPES[0]


def shape_of(name: str, kind: str = "") -> tuple[int, ...]:
    """The shape that is most of a trial for the model."""
    return kinds.find(kind or first_kind(name)).SHAPES[:2][-1]


def fit_into(sizes: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Says whether a shape is the expected one, in which None is any size."""
    return len(sizes) == len(expected) and all(b in (a, None) for a, b in zip(sizes, expected, strict=True))


@pytest.mark.parametrize("name", MODELS)
def test_it_is_documented(name):
    builder = registry.find(name)
    description = zoo.describe(name)
    assert description.summary.endswith(".")
    assert description.paper != "not named"
    documented = {p.arg_name: p.description for p in docstring_parser.parse(inspect.getdoc(builder)).params}
    assert list(documented) == list(inspect.signature(builder).parameters)
    assert all(documented.values())
    assert "seed" in documented


@pytest.mark.parametrize("name", MODELS)
def test_no_hyperparameter_is_called_as_an_option_of_the_recipes(name):
    from recipes.running import Options

    shared = set(registry.hyperparameters(registry.find(name))) & set(Options.__dataclass_fields__)
    assert shared <= {"seed"}


def shaped(name: str, kind: str) -> list:
    """The kind's shapes as cases; those that a kind of the same form has been tried in already are slow."""
    forms = {kinds.find(each).FORM: each for each in reversed(zoo.describe(name).kinds)}
    *others, last = kinds.find(kind).SHAPES
    marks = () if forms[kinds.find(kind).FORM] == kind else pytest.mark.slow
    return [*(pytest.param(name, kind, shape, marks=marks) for shape in others), (name, kind, last)]


@pytest.mark.parametrize(("name", "kind", "shape"), [case for name, kind in PAIRS for case in shaped(name, kind)])
def test_shapes_and_ranges(name, kind, shape):
    x = samples(name, kind, shape, 5)
    model = built(name, kind, shape, seed=0)
    codes = model.encode(x)
    decoded = model.decode(codes)
    assert fit_into(codes.shape[1:], model.decoder.input_shape[1:])
    assert fit_into(decoded.shape[1:], model.decoder.output_shape[1:])
    decoded = decoded[tuple(slice(size) for size in x.shape)]  # decoded pictures are still filled up
    reconstructed, output = model.reconstruct(x), model(x).numpy()
    for found in (reconstructed, decoded, output):
        assert found.shape == x.shape
        assert found.dtype == np.float32
    # Of pictures the network itself may leave the range a little once it is trained; reconstructions are clipped.
    lowest, highest = (limit if limit is not None else np.inf for limit in model.kind.limits)
    bounded = [reconstructed] if model.kind.FORM == "free" else [reconstructed, decoded, output]
    for found in bounded if lowest < highest else []:
        assert lowest <= found.min() <= found.max() <= highest
    assert model.score(x).shape == (5,)
    if kind == "real":  # which has no limits, where a network's hidden states may have some
        model.decoder.set_weights([100 * value for value in model.decoder.get_weights()])
        assert model.decode(1e4 * codes).max() > 1


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_gives_the_same_weights(name):
    def initial(seed: int) -> tuple[Autoencoder, list[np.ndarray]]:
        keras.utils.set_random_seed(seed)
        model = zoo.build(name, smallest(name), seed=seed)
        if model.optimizer:
            model.optimizer.build(model.trainable_variables)
        return model, [variable.numpy() for variable in state(model)]

    (model, start), (_, again), (_, other) = initial(1), initial(1), initial(2)
    assert all(np.array_equal(a, b) for a, b in zip(start, again, strict=True))
    if model.trainable_weights:  # otherwise nothing is drawn
        assert not all(np.array_equal(a, b) for a, b in zip(start, other, strict=True))


def state(model: Autoencoder) -> list[keras.Variable]:
    """All that moves in training."""
    return [*model.variables, *(model.optimizer.variables if model.optimizer else [])]


@pytest.mark.parametrize("name", MODELS)
def test_it_learns_alike_each_time_and_its_validation_loss_is_its_loss(name):
    pictures = first_kind(name) == "pictures"
    x = samples(name, n=64 if pictures else 640)
    # An average of the weights would take their place after the last validation.
    quick = {"learning_rate": 0.001 if pictures else 0.01, "l2": 1.0, "average": 0.0, "masking": 0.0}
    known = quick.keys() & registry.hyperparameters(registry.find(name)).keys()
    model = zoo.build(name, smallest(name), seed=0, **{key: quick[key] for key in known})
    if model.optimizer:
        model.optimizer.build(model.trainable_variables)
    start = [variable.numpy() for variable in state(model)]

    def mistake() -> float:
        """The mean score; of pictures, which the model begins by leaving as they are, the loss of damaged ones."""
        return model.evaluate(x, verbose=0, return_dict=True)["loss"] if pictures else model.score(x).mean()

    def trained(epochs: int) -> tuple[dict[str, list[float]], list[np.ndarray]]:
        """The history of a training from the start, of so many epochs at most, and the weights after the first."""
        for variable, value in zip(state(model), start, strict=True):
            variable.assign(value)
        keras.utils.set_random_seed(0)
        weights: list[np.ndarray] = []

        def look(_: int, logs: dict[str, float]) -> None:
            """Keeps the weights of the first epoch, and stops when enough is learnt."""
            if not weights:
                weights.extend(model.get_weights())
            model.stop_training = (logs["val_loss"] if pictures else mistake()) < enough * before

        options = {"batch_size": 16, "validation_data": (x, None), "validation_batch_size": 128, "verbose": 0}
        fitted = model.fit(x, epochs=epochs, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)], **options)
        return fitted.history, weights or model.get_weights()  # a model that is solved at once has no epochs

    # Where a defect was cannot be known of pictures without neighbors, only how likely one is.
    before, enough = mistake(), 0.7 if pictures else 0.5
    _, first = trained(1)
    history, again = trained(16)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert mistake() < enough * before
    measured = model.evaluate(x, batch_size=32, verbose=0, return_dict=True)["loss"]
    assert history["val_loss"][-1] == pytest.approx(measured, rel=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_outputs_do_not_depend_on_the_batch(name):
    x = samples(name, n=7)
    model = zoo.build(name, smallest(name), seed=0)
    np.testing.assert_allclose(model.reconstruct(x, batch_size=2), model.reconstruct(x), atol=1e-6)
    np.testing.assert_allclose(model.encode(x[3:4])[0], model.encode(x)[3], atol=1e-6)


RELOAD = """
import json, sys
from pathlib import Path
import numpy as np
import zoo
from zoo.wrappers.scaled import Scaled

differences = {}
for folder in map(Path, sys.argv[1:]):
    kept = np.load(folder / "kept.npz")
    model = zoo.load(folder)
    before = [int(model.optimizer.iterations), *(float(np.abs(v).sum()) for v in model.optimizer.variables[2:])]
    differences[folder.name] = {
        "reconstruction": float(np.abs(model.reconstruct(kept["x"]) - kept["reconstruction"]).max()),
        "optimizer": np.allclose(before, kept["optimizer"]),
    }
    model.fit(kept["x"], epochs=1, verbose=0)
    pixels = model.kind.name == "pixels"
    zoo.export(Scaled(model) if pixels else model, folder / "again", examples=kept["x"][:3] * (255 if pixels else 1))
print(json.dumps(differences))
"""


FROM_SAVED_MODEL = """
import json, sys
from pathlib import Path
import zoo

whole = {}
for folder in sys.argv[1:]:
    model = zoo.load(folder)
    from zoo import golden

    inner = getattr(model, "model", model)
    whole[folder] = inner.compiled and max(golden.differences(model, Path(folder, golden.NAME)).values()) < 1e-5
print(json.dumps(whole))
"""


@pytest.mark.long
def test_each_is_saved_reloaded_in_a_fresh_process_trained_on_and_exported_from_there(tmp_path, fresh_python):
    for name in MODELS:
        x = samples(name, shape=shape_of(name), n=16)
        model = zoo.build(name, shape_of(name), seed=0)
        model.run_eagerly = True  # of one step; the step in a graph is taken in the other process
        model.fit(x, epochs=1, verbose=0)
        zoo.export(model, tmp_path / name, formats=["keras"])
        state = [int(model.optimizer.iterations), *(float(np.abs(v).sum()) for v in model.optimizer.variables[2:])]
        np.savez(tmp_path / name / "kept.npz", x=x, reconstruction=model.reconstruct(x), optimizer=state)

    run = fresh_python("-c", RELOAD, *(tmp_path / name for name in MODELS))
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found == {name: {"reconstruction": 0.0, "optimizer": True} for name in MODELS}

    again = [tmp_path / name / "again" for name in MODELS]
    run = fresh_python("-I", "serving/verify.py", *again)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("serving_default") == len(MODELS)

    run = fresh_python("-c", FROM_SAVED_MODEL, *again)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {str(folder): True for folder in again}
