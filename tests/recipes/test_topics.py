"""Texts in, topics out: the whole recipe on texts of three themes, in miniature; and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest

import zoo
from recipes import topics
from recipes.topics import Config
from zoo import UsageError

THEMES = {"sea": "wave salt ship sail tide fish crab sand", "sky": "star moon comet cloud rain wind sun planet"}
THEMES["house"] = "door roof wall stair lamp chair table bed"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("corpus")
    for label, words in THEMES.items():
        (folder / label).mkdir()
        for i in range(40):
            chosen = [*rng.choice(words.split(), 15), *rng.choice(" ".join(THEMES.values()).split(), 3)]
            (folder / label / f"{i}.txt").write_text(" ".join(chosen), "utf-8")
    return folder


def small(corpus: Path, out: Path, **options) -> Config:
    hyperparameters = {"latent_dim": 3, "hidden_units": (16,)}
    usual = {"data": str(corpus), "epochs": 12, "batch_size": 16, "hyperparameters": hyperparameters}
    return Config(**{**usual, "out": out, **options})


@pytest.fixture(scope="module")
def done(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "topics"
    return out, topics.run(small(corpus, out))


def test_it_finds_the_themes_beside_its_baselines(done):
    out, numbers = done
    record = json.loads((out / "metrics.json").read_text("utf-8"))
    assert numbers["diversity"] > 0.7
    assert numbers["npmi"] > 0
    assert numbers["knn_accuracy"] > 0.9
    assert {row["name"] for row in record["baselines"]} >= {"LDA", "NMF", "NMF of TF-IDF, FREX", "TF-IDF and SVD"}
    for name in ("topics", "map", "curves"):
        assert (out / "figures" / f"{name}.png").stat().st_size > 5000
    card = (out / "card.md").read_text("utf-8")
    for word in ("`npmi`", "`nearest`", "UTF-8", "capital letters count"):
        assert word in card


def test_its_export_takes_texts(done):
    model = zoo.load(done[0])
    found = model.topics(["star moon comet rain sun", "door roof wall lamp chair"])
    words = [set(line.decode().split()) for line in found["words"].numpy()]
    assert len(words[0] & set(THEMES["sky"].split())) > len(words[0] & set(THEMES["house"].split()))
    assert len(words[1] & set(THEMES["house"].split())) > len(words[1] & set(THEMES["sky"].split()))
    nearest = model.nearest(["wave salt ship fish"], 3)["name"].numpy()[0]
    assert sum(b"sea" in name for name in nearest) >= 2


@pytest.mark.slow
def test_other_models_give_codes_and_no_topics(corpus, tmp_path):
    numbers = topics.run(small(corpus, tmp_path / "deep", model="denoising"))
    assert set(numbers) == {"divergence", "knn_accuracy"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_share": 0.0}, "--max-share must be above 0"),
        ({"min_documents": 1000}, "Lower --min-documents"),
        ({"label": "kind"}, "--column and --label are for tables"),
        ({"data": "nowhere"}, "nowhere is not there"),
    ],
)
def test_what_it_cannot_use_is_refused_in_a_sentence(corpus, tmp_path, options, told):
    with pytest.raises(UsageError, match=told):
        topics.run(small(corpus, tmp_path / "none", **options))
