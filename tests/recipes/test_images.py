"""The recipe for folders of pictures in miniature: every task, pairs, and an export applied to files."""

import contextlib
import io
import json
import logging

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import zoo
from recipes import images, running
from recipes.data import images as data
from recipes.figures import restorations
from recipes.metrics.psnr import psnr
from recipes.tasks.pictures.denoise import noisy
from recipes.tasks.pictures.restoration import Restoration
from zoo import UsageError

SMALL = {"filters": (8, 16), "blocks": (1, 1), "latent_dim": 4}


def picture(seed: int, height: int = 36, width: int = 40) -> np.ndarray:
    """A smooth color picture: waves of random directions."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / 10
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.normal(size=(3, 3))]
    return np.rint(127.5 + 100 * np.stack(waves, axis=-1)).astype("uint8")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of seven pictures, two of them in a folder inside, and a file that is none."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "inner").mkdir()
    for i in range(7):
        Image.fromarray(picture(i)).save(folder / ("inner" if i > 4 else "") / f"{i}.png")
    (folder / "notes.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def made(photos, tmp_path_factory):
    """Runs the recipe for a task, once; returns what it returned, the export's folder and what it printed."""
    runs = {}

    def run(task: str, **hyperparameters):
        if task not in runs:
            out = tmp_path_factory.mktemp("exported") / f"images-{task}"
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                numbers = images.run(config_of(photos, out, task=task, **hyperparameters))
            runs[task] = numbers, out, said.getvalue()
        return runs[task]

    logging.getLogger("tensorflow").disabled = True  # many models in one process look like one that is traced again
    yield run
    logging.getLogger("tensorflow").disabled = False


def config_of(photos, out, **hyperparameters) -> images.Config:
    given = {**SMALL, **hyperparameters}
    return images.Config(
        data=str(photos), out=out, epochs=2, steps=3, patch_size=24, batch_size=4, hyperparameters=given
    )


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs `python -m recipes.images WORDS` in this process; returns the status and what was said."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["recipes.images", *map(str, words)])
        status = 0
        try:
            running.main(images.RECIPE, images.Config, images.run)
        except SystemExit as stop:
            status = stop.code
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@pytest.mark.parametrize(
    ("task", "options", "measures", "rivals"),
    [
        (
            "denoise",
            {"noise": (10.0, 30.0)},
            {"psnr_15", "ssim_15", "psnr_25", "ssim_25"},
            {"noisy", "median filter 3 x 3", "non-local means"},
        ),
        ("super_resolution", {"scale": 3}, {"psnr_y", "ssim_y"}, {"bicubic"}),
        ("colorize", {}, {"ciede2000", "colorfulness"}, {"grey", "mean color"}),
        ("reconstruct", {}, {"psnr", "ssim"}, {"PCA-4 of blocks"}),
    ],
)
def test_each_task_is_measured_beside_its_rivals_drawn_and_exported(made, task, options, measures, rivals):
    numbers, folder, said = made(task, **options)
    assert "Skipped 1:\n  notes.png: is no picture" in said
    assert numbers.keys() == measures | {f"ensemble_{name}" for name in measures}
    assert np.isfinite(list(numbers.values())).all()
    record = json.loads((folder / "metrics.json").read_text())
    assert {row["name"] for row in record["baselines"]} - rivals <= {"median filter 5 x 5", "median filter 1 x 1"}
    assert {row["metric"] for row in record["baselines"]} == measures
    assert record["validation"].keys() == record["test"].keys()
    figures = {path.stem for path in (folder / "figures").iterdir()}
    assert figures == {"restorations", "curves"} | ({"by_noise"} if task == "denoise" else set())
    card = (folder / "card.md").read_text()
    assert "1 picture" not in card
    assert f"--task {task}" in card or task == "denoise"
    assert "notes.png" not in card


def test_an_export_that_is_measured_again_has_the_same_numbers(made, photos, exact):
    numbers, folder, _ = made("super_resolution", scale=3)
    pictures = data.load(str(photos), smallest=24)
    restoration = Restoration(zoo.load(folder), {"task": "super_resolution", "scale": 3}, pictures)
    alone = {name: value for name, value in numbers.items() if not name.startswith("ensemble_")}
    assert restoration.again(pictures, exact(folder)) == pytest.approx(alone, rel=1e-4)


def test_the_noisy_baseline_is_the_noise_that_was_asked_for():
    truth = np.full((1, 200, 200, 1), 0.5, "float32")
    seen, _ = noisy(truth, 0, 25.0)
    assert psnr(truth, seen) == pytest.approx(-20 * np.log10(25 / 255), abs=0.1)
    seen, _ = noisy(truth, 0, 0.0, gain=0.02)
    assert np.var(seen) == pytest.approx(0.02 * 0.5, rel=0.03)


def test_the_export_restores_raw_bytes_of_any_size(made):
    signatures = tf.saved_model.load(made("super_resolution", scale=3)[1] / "saved_model").signatures
    x = picture(9, 17, 23)[None]
    restored = signatures["uint8"](image=tf.constant(x))["reconstruction"]
    assert restored.shape == (1, 51, 69, 3)
    as_floats = signatures["serving_default"](image=tf.constant(x / 255, tf.float32))["reconstruction"]
    np.testing.assert_array_equal(restored, np.rint(255 * as_floats))


def test_pairs_train_what_tells_them_apart(photos, tmp_path, capsys):
    inputs, targets = tmp_path / "in", tmp_path / "out"
    for folder in (inputs, targets):
        folder.mkdir()
    for i in range(7):
        x = picture(i)
        Image.fromarray(x).save(targets / f"{i}.png")
        Image.fromarray(255 - x).save(inputs / f"{i}.webp", lossless=True)
    config = images.Config(
        inputs=str(inputs),
        targets=str(targets),
        out=tmp_path / "export",
        epochs=3,
        steps=40,
        patch_size=24,
        hyperparameters={**SMALL, "learning_rate": 5e-3, "average": 0.0},
    )
    numbers = images.run(config)
    record = json.loads((config.out / "metrics.json").read_text())
    beside = {row["name"]: row["value"] for row in record["baselines"] if row["metric"] == "psnr"}
    test = [psnr(picture(i)[None] / 255, 1 - picture(i)[None] / 255) for i in range(7)]
    assert beside["input"] == pytest.approx(min(test, key=lambda value: abs(value - beside["input"])), abs=1e-6)
    assert numbers["psnr"] > beside["input"] + 3, "it has learnt to invert"


def test_a_run_that_was_stopped_after_training_goes_on_to_the_same_numbers(made, photos, tmp_path, monkeypatch):
    expected, *_ = made("colorize")
    config = config_of(photos, tmp_path / "again", task="colorize")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restorations, "draw", stop)
        with pytest.raises(KeyboardInterrupt):
            images.run(config)
    again = images.run(images.Config(**{**vars(config), "resume": True}))
    assert again == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", "super_resolution", "--scale", "3", "--patch-size", "64"], "Write --patch-size 66."),
        (["--task", "colorize", "--inputs", "a", "--targets", "b"], "with --task denoise"),
        (["--inputs", "a"], "--inputs and --targets go together"),
        (["--data", "nowhere"], "nowhere is not there"),
        (["--health"], "leave it out for pictures"),
        (["--steps", "0"], "steps must be an integer of at least 1"),
        (["--noise", "30", "10"], "noise must be one number of at least 0, or two that rise"),
        (["--scale", "5", "--task", "super_resolution", "--patch-size", "65"], "scale must be 2, 3 or 4"),
        (["--model", "vanilla"], "recipes.images can use restorer"),
        (["--apply", "nowhere", "a.png", "b.png"], "a.png is not there"),
        (
            ["--apply", "a", "b", "c", "--strategy", "mirrored"],
            "does not train. Received: --strategy mirrored",
        ),
        (["--bm3d", "--task", "colorize"], "--bm3d compares denoising"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(command, tmp_path, words, said):
    status, told = command("--out", tmp_path / "out", *words)
    assert status == 2
    assert said in told
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_an_export_is_applied_to_a_folder_and_failures_are_listed(made, photos, tmp_path, command):
    _, model, _ = made("super_resolution", scale=3)
    status, said = command("--apply", model, photos, tmp_path / "large")
    assert status == 1
    assert "Restored 7: 7 PNG of 8 bits." in said
    assert "notes.png: is no picture" in said
    with Image.open(tmp_path / "large" / "inner" / "5.png") as image:
        assert image.size == (120, 108)


def test_an_export_is_applied_to_one_picture(made, photos, tmp_path, command):
    _, model, _ = made("colorize")
    status, said = command("--apply", model, photos / "1.png", tmp_path / "colored.png", "--self-ensemble")
    assert status == 0, said
    with Image.open(tmp_path / "colored.png") as image:
        assert (image.mode, image.size) == ("RGB", (40, 36))


def test_what_the_task_needs_is_not_taken_for_a_picture_without_color(tmp_path):
    for i in range(4):
        Image.fromarray(picture(i)[..., 0]).save(tmp_path / f"{i}.png")
    with pytest.raises(UsageError, match="has no color"):
        images.run(config_of(tmp_path, tmp_path / "out", task="colorize"))
