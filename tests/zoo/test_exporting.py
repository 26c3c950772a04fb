"""Loading: an export gives the model that it was, and whatever else lies in a folder is refused in a sentence."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import zoo
from zoo import checksums
from zoo.autoencoder import Autoencoder
from zoo.wrappers.scaled import Scaled

X = np.linspace(0, 255, 15, dtype="float32").reshape(3, 5)
CONFIG = "saved_model/assets.extra/model.json"
INDEX = "saved_model/variables/variables.index"
DATA = "saved_model/variables/variables.data-00000-of-00001"


@pytest.fixture(scope="module")
def model():
    inner = zoo.build("vae", (5,), latent_dim=2, hidden_units=(3,), seed=0)
    inner.fit(X / 255, epochs=1, verbose=0)
    return Scaled(inner, 255.0)


@pytest.fixture(scope="module")
def made(model, tmp_path_factory):
    return zoo.export(model, tmp_path_factory.mktemp("export"), formats=["saved_model", "keras"], examples=X)


@pytest.fixture
def folder(made, tmp_path):
    """A copy without its `model.keras`."""
    shutil.copytree(made, tmp_path / "export")
    (tmp_path / "export" / "model.keras").unlink()
    (tmp_path / "export" / checksums.NAME).unlink()
    return tmp_path / "export"


@pytest.mark.parametrize("format", ["saved_model", "keras"])
def test_the_wrapped_model_comes_back_ready_to_train(format, model, folder, made):
    if format == "keras":
        shutil.rmtree(folder / "saved_model")
        shutil.copy(made / "model.keras", folder)
    again = zoo.load(folder)
    assert (type(again), type(again.model)) == (Scaled, type(model.model))
    assert again.largest == 255
    np.testing.assert_array_equal(again.encode(X), model.encode(X))
    np.testing.assert_array_equal(again.model.sample(2, seed=1), model.model.sample(2, seed=1))
    assert int(again.model.optimizer.iterations) == (1 if format == "keras" else 0)
    before = again.encode(X)
    again.fit(X, epochs=2, verbose=0)
    assert not np.array_equal(again.encode(X), before)


def test_the_sums_cover_what_others_compute_with(made):
    names = [line.split("  ")[1] for line in (made / checksums.NAME).read_text().splitlines()]
    files = {f.relative_to(made).as_posix() for f in made.rglob("*") if f.is_file()}
    assert set(names) == files - {checksums.NAME}
    assert CONFIG in names


@pytest.mark.parametrize("name", [CONFIG, DATA, "golden.npz", "model.keras"])
def test_a_file_that_was_changed_or_is_missing_is_refused(name, made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "export")
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(zoo.UsageError, match=f"{name} is not the file"):
        zoo.load(folder)
    (folder / name).unlink()
    with pytest.raises(zoo.UsageError, match=f"{name} is not the file that .*SHA256SUMS names"):
        zoo.load(folder)


def answer(folder) -> Autoencoder | zoo.UsageError:
    """Returns the autoencoder that a folder gives, or why it is refused."""
    try:
        return zoo.load(folder)
    except zoo.UsageError as error:
        return error


def assert_refused(found):
    assert isinstance(found, zoo.UsageError)
    assert "\n" not in str(found)


def mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    """Cuts off the end, or overwrites, removes or repeats a piece somewhere."""
    start, length = int(rng.integers(len(whole))), int(rng.integers(1, 40))
    piece = whole[start : start + length]
    change = rng.integers(5)
    if change == 0:
        return whole[:start]
    new = [b"", piece * 2, rng.bytes(length), bytes([piece[0] ^ (1 << rng.integers(8))]) + piece[1:]][change - 1]
    return whole[:start] + new + whole[start + length :]


@pytest.mark.parametrize(("name", "tries", "least"), [(CONFIG, 30, 15), (INDEX, 20, 10), (DATA, 20, 1)])
def test_mutated_files_are_refused_or_give_an_autoencoder(name, tries, least, folder, model):
    rng, whole = np.random.default_rng(0), (folder / name).read_bytes()
    refusals = 0
    for _ in range(tries):
        (folder / name).write_bytes(mutated(whole, rng))
        found = answer(folder)
        if isinstance(found, Autoencoder):  # its weights are right: TensorFlow keeps a sum of each
            assert all(map(np.array_equal, found.get_weights(), model.get_weights()))
        else:
            assert_refused(found)
            refusals += 1
    assert refusals >= least


def test_mutated_files_of_keras_are_refused_or_give_an_autoencoder(made, tmp_path):
    rng, whole = np.random.default_rng(0), (made / "model.keras").read_bytes()
    for _ in range(15):
        (tmp_path / "model.keras").write_bytes(mutated(whole, rng))
        found = answer(tmp_path)
        if not isinstance(found, Autoencoder):
            assert_refused(found)


def lambdas():
    return keras.Sequential([keras.Input((5,)), keras.layers.Lambda(lambda x: x)])


@pytest.mark.parametrize(
    "content",
    [
        lambda: "",
        lambda: "[]",
        lambda: "{}",
        lambda: "null",
        lambda: "1" * 10_000,
        lambda: "[" * 100_000,
        lambda: json.dumps({"module": "os", "class_name": "system", "config": {}, "registered_name": None}),
        lambda: json.dumps({"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "f"}),
        lambda: json.dumps(keras.saving.serialize_keras_object(keras.Sequential([keras.Input((5,))]))),
        lambda: json.dumps(keras.saving.serialize_keras_object(lambdas())),
    ],
)
def test_a_configuration_of_something_else_is_refused(content, folder):
    (folder / CONFIG).write_text(content())
    assert_refused(answer(folder))


def test_variables_of_another_model_are_refused(folder, tmp_path):
    other = zoo.export(zoo.build("vae", (5,), latent_dim=3, hidden_units=(3,), seed=0), tmp_path / "other")
    shutil.copy(other / CONFIG, folder / CONFIG)
    with pytest.raises(zoo.UsageError, match="holds the variables of another model"):
        zoo.load(folder)


def test_a_saved_model_alone_is_no_export(folder):
    (folder / CONFIG).unlink()
    with pytest.raises(zoo.UsageError, match=r"is no export: zoo\.load needs the saved_model or the model\.keras"):
        zoo.load(folder)


FORMER = Path(__file__).resolve().parents[2] / "exported" / "mnist-vanilla"


@pytest.mark.parametrize("name", ["metrics.json", "golden.npz", "saved_model/saved_model.pb"])
def test_mutated_files_of_former_exports_are_refused_or_give_the_same_model(name, tmp_path):
    folder = shutil.copytree(FORMER, tmp_path / "export")
    for sums in (checksums.NAME, checksums.CARD):
        (folder / sums).unlink(missing_ok=True)
    rng, whole = np.random.default_rng(0), (folder / name).read_bytes()
    weights = zoo.load(folder).get_weights()
    for _ in range(12):
        (folder / name).write_bytes(mutated(whole, rng))
        found = answer(folder)
        if isinstance(found, Autoencoder):
            assert all(map(np.array_equal, found.get_weights(), weights))
        else:
            assert_refused(found)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({"name": "vanila", "hyperparameters": {}}, "Did you mean 'vanilla'"),
        ({"name": "vanilla", "hyperparameters": {"latent_dim": 31}}, "holds the variables of another model"),
        ({"name": "vanilla", "hyperparameters": {"activation": "tanh"}}, "gives other outputs"),
        ({"name": "vanilla"}, "cannot be loaded"),
    ],
)
def test_a_former_export_that_says_something_else_of_itself_is_refused(model, told, tmp_path):
    folder = shutil.copytree(FORMER, tmp_path / "export")
    for sums in (checksums.NAME, checksums.CARD):
        (folder / sums).unlink(missing_ok=True)
    record = json.loads((folder / "metrics.json").read_text())
    (folder / "metrics.json").write_text(json.dumps({**record, "model": model}))
    with pytest.raises(zoo.UsageError, match=told) as error:
        zoo.load(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(("examples", "message"), [(X[0], r"examples.shape must be \(n, 5\)"), (X[:, :4], "examples")])
def test_an_export_that_fails_leaves_what_was_there(examples, message, before, model, made, tmp_path):
    folder = tmp_path / "export"
    if before:
        shutil.copytree(made, folder)
    files = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(zoo.UsageError, match=message):
        zoo.export(model, folder, formats=["saved_model", "keras"], examples=examples)
    assert folder.exists() == before
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == files


def test_an_export_replaces_whatever_has_its_files_names(model, tmp_path):
    (tmp_path / "saved_model").write_text("no folder")
    (tmp_path / "golden.npz").mkdir()
    zoo.export(model, tmp_path, examples=X)
    assert zoo.load(tmp_path).largest == 255
    assert sorted(file.name for file in tmp_path.iterdir()) == [checksums.NAME, "golden.npz", "saved_model"]


def test_a_format_is_given_what_it_takes_and_no_more(model, tmp_path, monkeypatch):
    given = {}

    def write(model, target):
        given["plain"] = model
        target.write_text("")

    def write_calibrated(model, target, examples=None, calibration=None):
        given["rounding"] = (examples, calibration)
        target.write_text("")

    formats = {
        "plain": SimpleNamespace(NAME="a", write=write),
        "rounding": SimpleNamespace(NAME="b", write=write_calibrated),
    }
    monkeypatch.setattr("zoo.exporting.writer", formats.get)
    zoo.export(model, tmp_path / "out", formats=list(formats), examples=X, calibration=X[:1])
    assert given["plain"] is model
    assert [len(rows) for rows in given["rounding"]] == [3, 1]
