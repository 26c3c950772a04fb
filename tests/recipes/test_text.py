"""The recipe of texts in miniature: trains, measures beside n-grams, exports; strings in and out without Keras."""

import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest

import zoo
from recipes import text
from recipes.data import lines as loading
from zoo.checks import UsageError
from zoo.health import collapsed_share

SMALL = {"latent_dim": 2, "embedding_dim": 4, "width": 8}
WORDS = ["Der", "Hund", "Käse", "läuft", "isst", "侍", "schön", "rot"]


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """A file of 200 lines in two scripts."""
    rng = random.Random(0)
    file = tmp_path_factory.mktemp("lines") / "zeilen.txt"
    file.write_text("".join(" ".join(rng.choices(WORDS, k=rng.randint(2, 4))) + "\n" for _ in range(200)), "utf-8")
    return file


def config(lines, out, **options) -> text.Config:
    small = {"epochs": 1, "draws": 4, "pretrain_epochs": 0, "batch_size": 64, "unit": "word", "min_count": 1}
    small["memory"] = 2 if options.get("model", "sequence_vae") == "sequence_vae" else 0
    return text.Config(**{**small, "data": str(lines), "out": out, "hyperparameters": SMALL, **options})


@pytest.fixture(scope="module")
def made(lines, tmp_path_factory):
    """A run's numbers and its export."""
    out = tmp_path_factory.mktemp("out") / "text"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recipes.tasks.text.measuring.WRITTEN", 20)
        return text.run(config(lines, out)), out


def test_a_run_says_all_that_it_promises(made):
    numbers, out = made
    record = json.loads((out / "metrics.json").read_text("utf-8"))
    assert record["test"] == numbers
    assert {"nats_per_line", "bits_per_word", "kl", "active_units", "new_share", "words_right_share"} <= numbers.keys()
    beside = {row["name"] for row in record["baselines"]}
    assert beside == {"5-gram, Kneser-Ney", "GRU language model"}
    assert {f.name for f in (out / "figures").iterdir()} == {"walks.png", "divergence.png", "curves.png"}
    assert record["model"]["hyperparameters"]["vocabulary"] == 2 + len(WORDS)
    assert record["model"]["hyperparameters"]["grams"][0] == 1 + len(WORDS)


def test_what_the_defaults_made_of_titles_has_not_collapsed():
    model = zoo.load(Path(__file__).parents[2] / "exported/text-titles")
    found = model.endpoints()["encode"].call(np.array(model.lines[:500]))
    assert collapsed_share(found["code"].numpy(), found["log_variance"].numpy()) == 0
    assert (found["code"].numpy().var(axis=0) > 0.01).all()


@pytest.mark.parametrize(
    ("options", "longest"),
    [({}, 6), ({"memory": 0}, 0), ({"memory": 3}, 3), ({"unit": "word"}, 0), ({"model": "sequence"}, 0)],
)
def test_letters_are_remembered_if_nothing_else_is_asked(lines, options, longest):
    asked = text.Config(**options)
    loaded = loading.load(str(lines), unit=asked.unit, lower=False, min_count=1, max_length=None, seed=0)
    sized = text.of_data(asked, loaded)
    assert sized.memory == len(sized.hyperparameters.get("grams", ())) == longest


def test_the_card_shows_the_lines_that_the_golden_seed_gives(made):
    _, out = made
    given = json.loads((out / "inputs.json").read_text("utf-8"))["generate"]
    with np.load(out / "golden.npz") as golden:
        assert [line.decode() for line in golden["generate/out/texts"]] == given["texts"]
    card = (out / "card.md").read_text("utf-8")
    assert all(line in card for line in given["texts"])


ELSEWHERE = """
import sys
import tensorflow as tf
sys.modules["keras"] = None
signatures = tf.saved_model.load(sys.argv[1] + "/saved_model").signatures
text = tf.constant(["Der Hund isst", "Der xyz"])
found = signatures["encode"](texts=text)
print(found["unknown"].numpy().tolist(), found["code"].shape[1], end=" ")
print(signatures["nearest"](texts=text, k=tf.constant(3))["texts"].shape, end=" ")
print(signatures["decode"](code=found["code"])["texts"].dtype.name, end=" ")
drawn = [signatures["generate"](count=tf.constant(n), temperature=tf.constant(1.0), seed=tf.constant([5, 6]))["texts"]
         for n in (3, 5)]
print(drawn[0].numpy().tolist() == drawn[1].numpy().tolist()[:3])
"""


def test_the_export_takes_and_gives_strings_without_keras(made, fresh_python):
    _, out = made
    run: subprocess.CompletedProcess = fresh_python("-c", ELSEWHERE, out)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n")[0] == "[0, 1] 2 (2, 3) string True"
    run = fresh_python("-I", "serving/verify.py", out)
    assert run.returncode == 0, run.stdout + run.stderr


def test_loaded_again_it_is_a_model_of_strings(made, lines):
    model = zoo.load(made[1])
    known = lines.read_text("utf-8").split("\n")[:4]
    assert model.reconstruct(known) == model.decode(model.encode(known))
    assert model.score(known).shape == (4,)
    assert len(set(model.interpolate(known[0], known[1], 3))) >= 1
    assert all(len(row) == 2 for row in model.nearest(known, 2))
    assert model.sample(3, seed=1) == model.sample(5, seed=1)[:3]
    with pytest.raises(UsageError, match=r"x must be a list of strings.*write \[text\]"):
        model.encode("one")


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("one\n" * 99, {}, "must hold at least 50 texts that differ from one another. Received: 1"),
        ("", {}, "holds no text"),
        (None, {"max_length": 0}, "max_length must be an integer of at least 1"),
        (None, {"min_count": 9999}, "min_count must be one that a token reaches"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(lines, tmp_path, content, options, sentence):
    file = lines
    if content is not None:
        file = tmp_path / "t.txt"
        file.write_text(content)
    with pytest.raises(UsageError, match=sentence):
        text.run(config(file, tmp_path / "out", **options))
    assert not (tmp_path / "out").exists()
