"""The recipe of compression in miniature: trains, writes files and reads them, compares, draws, exports."""

import contextlib
import io
import json
import logging

import numpy as np
import pytest
from PIL import Image

from recipes import compress, running
from recipes.figures import rate_distortion
from serving.codec import Codec
from serving.decompress import decompressed

SMALL = {"filters": (8, 8), "blocks": 1, "latent_dim": 4}


def picture(seed: int, height: int = 48, width: int = 50) -> np.ndarray:
    """A smooth color picture: waves of random directions."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / 10
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.normal(size=(3, 3))]
    return np.rint(127.5 + 100 * np.stack(waves, axis=-1)).astype("uint8")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of four pictures."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(4):
        Image.fromarray(picture(i)).save(folder / f"{i}.png")
    return folder


def config_of(photos, out, model: str, **hyperparameters) -> compress.Config:
    given = {**SMALL, **({"hyper_dim": 4} if model == "hyperprior" else {}), **hyperparameters}
    sizes = {"epochs": 2, "steps": 3, "patch_size": 32, "batch_size": 2}
    return compress.Config(model=model, data=str(photos), out=out, hyperparameters=given, **sizes)


@pytest.fixture(scope="module")
def made(photos, tmp_path_factory):
    """A run of a range of rates: its numbers and its folder."""
    logging.getLogger("tensorflow").disabled = True  # many models in one process look like one that is traced again
    out = tmp_path_factory.mktemp("exported") / "compress-hyperprior"
    with contextlib.redirect_stdout(io.StringIO()):
        numbers = compress.run(config_of(photos, out, "hyperprior", rates=(0.002, 0.1)))
    yield numbers, out
    logging.getLogger("tensorflow").disabled = False


@pytest.mark.long
def test_files_are_measured_drawn_and_exported(made):
    numbers, folder = made
    assert {"bits_per_pixel", "psnr", "ms_ssim", "written_over_estimated"} <= numbers.keys()
    assert np.isfinite(list(numbers.values())).all()
    record = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert {row["name"] for row in record["baselines"]} <= {"JPEG", "WebP", "AVIF"}
    assert record["validation"].keys() == {"bits_per_pixel", "psnr", "ms_ssim"}
    assert {path.stem for path in (folder / "figures").iterdir()} == {"rate_distortion", "crops", "curves"}
    card = (folder / "card.md").read_text("utf-8")
    assert "python -m serving.decompress" in card
    assert "hyper_synthesis" in card


@pytest.mark.long
def test_the_export_compresses_files(made):
    from serving.compress import compressed
    from serving.photographs import Photograph

    coder = Codec(made[1])
    pixels = picture(9, 30, 70)
    found = decompressed(coder, "x", compressed(coder, "x", Photograph(pixels), 100))
    assert found.pixels.shape == pixels.shape


@pytest.mark.slow
def test_one_rate_and_a_run_that_was_stopped(photos, tmp_path, monkeypatch):
    config = config_of(photos, tmp_path / "one", "factorized", rates=(0.05,))
    expected = compress.run(config)
    assert expected.keys() == {"bits_per_pixel", "psnr", "ms_ssim", "written_over_estimated"}
    stopped = compress.Config(**{**vars(config), "out": tmp_path / "again"})

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rate_distortion, "draw", stop)
        with pytest.raises(KeyboardInterrupt):
            compress.run(stopped)
    again = compress.run(compress.Config(**{**vars(stopped), "resume": True}))
    assert again == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--patch-size", "40"], "Write --patch-size 48."),
        (["--steps", "0"], "steps must be an integer of at least 1"),
        (["--health"], "leave it out for pictures"),
        (["--data", "nowhere"], "nowhere is not there"),
        (["--rates", "0.1", "0.01"], "rates must be one number, or two that rise"),
        (["--model", "restorer"], "recipes.compress can use factorized, hyperprior"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(words, told, photos, tmp_path, monkeypatch, capsys):
    usual = {"--data": photos, "--patch-size": 32, "--out": tmp_path / "out"}
    given = [word for flag, value in usual.items() if flag not in words for word in (flag, value)] + words
    monkeypatch.setattr("sys.argv", ["recipes.compress", *map(str, given)])
    with pytest.raises(SystemExit) as stop:
        running.main(compress.RECIPE, compress.Config, compress.run)
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert told in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
