"""Labels and titles that are formulas, code or Markdown, and a figure that fails: runs end with whole exports."""

import json
import logging

import numpy as np
import pytest
import yaml
from markdown_it import MarkdownIt
from PIL import Image

from recipes import anomaly, features, generate, images, movielens, reduce
from zoo import checksums

LABELS = ["$10_$20", "<script>|`中文`", "_a\x1b[31m"]
SHORT = {"epochs": 1, "batch_size": 16}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile $_{}")
    rng = np.random.default_rng(0)
    rows = [f"{x:.2f},{y:.2f},{z:.2f},{LABELS[i % 3]}" for i, (x, y, z) in enumerate(rng.normal(size=(120, 3)))]
    (folder / "$a_|b.csv").write_text("\n".join(["$a$,<b>,c|d,band", *rows]) + "\n", "utf-8")
    (folder / "ml").mkdir()
    rated = [f"{u},{i},{rng.integers(1, 6)},{u}" for u in range(1, 61) for i in range(1, 25) if rng.random() < 0.5]
    (folder / "ml/ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *rated]) + "\n")
    films = [f'{i},"{LABELS[i % 3]} {i} (2007)",{LABELS[i % 3].replace("|", "")}' for i in range(1, 25)]
    (folder / "ml/movies.csv").write_text("\n".join(["movieId,title,genres", *films]) + "\n", "utf-8")
    (folder / "photos").mkdir()
    for i in range(7):
        x = np.rint(127 + 100 * np.sin(np.arange(30 * 30 * 3).reshape(30, 30, 3) / (9 + i))).astype("uint8")
        Image.fromarray(x).save(folder / f"photos/$_{i} <b>.png")
    return folder


def table(config, **options):
    return lambda sources, out: config(data=str(sources / "$a_|b.csv"), out=out, **options)


SMALL = {"task": "denoise", "noise": (25.0,), "filters": (4, 4), "blocks": (1, 1)}
RUNS = {
    "features": (features, table(features.Config, label="band", hyperparameters={"latent_dim": 2}, **SHORT)),
    "reduce": (reduce, table(reduce.Config, label="band", dimensions=(2,), **SHORT)),
    "anomaly": (anomaly, table(anomaly.Config, label="band", normal="each", false_alarms=0.3, **SHORT)),
    "generate": (generate, table(generate.Config, label="band", hyperparameters={"latent_dim": 2}, **SHORT)),
    "movielens": (
        movielens,
        lambda sources, out: movielens.Config(
            data=str(sources / "ml"), out=out, newcomers=0.2, hyperparameters={"latent_dim": 4}, **SHORT
        ),
    ),
    "images": (
        images,
        lambda sources, out: images.Config(
            data=str(sources / "photos"), out=out, steps=2, patch_size=24, hyperparameters=SMALL, **SHORT
        ),
    ),
}
DRAWN = {"scatter": "samples", "curves": "curves"}  # of the figures that fail, what they are called


@pytest.mark.parametrize("name", ["features", *(pytest.param(name, marks=pytest.mark.slow) for name in [*RUNS][1:])])
def test_hostile_words_and_a_figure_that_fails_cost_no_run(name, sources, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(logging.getLogger("tensorflow"), "disabled", True)
    recipe, config = RUNS[name]
    failing = "scatter" if name == "generate" else "curves"

    def fail(*_, **__):
        raise ValueError("\n$_{ is no formula\nat all")

    monkeypatch.setattr(f"recipes.figures.{failing}.draw", fail)
    recipe.run(config(sources, tmp_path / "out"))
    said = capsys.readouterr()
    assert f"The figure {DRAWN[failing]} could not be drawn ($_{{ is no formula); the export is whole." in said.err
    assert "\x1b[31m" not in said.out
    checksums.check(tmp_path / "out")
    assert (tmp_path / "out/saved_model/saved_model.pb").exists()
    drawn = {file.name for file in (tmp_path / "out/figures").iterdir()}
    assert f"{DRAWN[failing]}.png" not in drawn
    card = (tmp_path / "out/card.md").read_text("utf-8")
    assert {part.partition(")")[0] for part in card.split("](figures/")[1:]} == drawn
    record = json.loads((tmp_path / "out/metrics.json").read_text())
    results = yaml.safe_load(card.split("---\n")[1])["model-index"][0]["results"]
    assert len(results) == 1
    assert len(results[0]["metrics"]) == len(record["test"])
    tokens = MarkdownIt("commonmark").enable("table").parse(card.partition("\n---\n")[2])
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_inline", "link_open"}
    assert drawn
