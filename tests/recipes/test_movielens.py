"""The MovieLens recipe in miniature: numbers, files, what must not leak, and answers to bad options."""

import contextlib
import io
import json
import math
import shlex

import numpy as np
import pytest
import tensorflow as tf

from recipes import movielens, running
from recipes.data import movielens as loader
from recipes.data import ratings as tables
from recipes.movielens import Config
from recipes.tasks.ratings import predicting

RATING_NUMBERS = {"rmse", "mae", "per_user_rmse", "export_rmse"}
RANKING_NUMBERS = {"ndcg@10", "ndcg@100", "recall@20", "recall@100"}
SMALL = {"epochs": 3, "batch_size": 16}
LIKED = ("film a", "Film C (1982)")


def write(folder, rows, films):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{user},{film},{stars},{1000 + i}" for i, (user, film, stars) in enumerate(rows)]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *lines]) + "\n")
    named = [f"{film},Film {chr(65 + i)} ({1980 + i}),{('Drama', 'Comedy')[i % 2]}" for i, film in enumerate(films)]
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *named]) + "\n")
    return folder


@pytest.fixture(scope="module")
def ratings():
    """Rows of user, film and stars: 60 people of two tastes and 24 films of two kinds, a third of all rated."""
    rng = np.random.default_rng(0)
    taste, kind = rng.integers(0, 2, 60), np.arange(24) % 2
    stars = np.clip(np.rint(np.where(taste[:, None] == kind, 4.2, 2) + 0.6 * rng.normal(size=(60, 24))), 1, 5)
    return [(int(u) + 1, 10 * int(f) + 5, float(stars[u, f])) for u, f in np.argwhere(rng.random((60, 24)) < 0.6)]


@pytest.fixture(scope="module")
def folder(ratings, tmp_path_factory):
    return write(tmp_path_factory.mktemp("ratings"), ratings, range(5, 245, 10))


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """Runs the recipe once for a set of options; returns its numbers, the export's folder, and what was printed."""
    done = {}

    def run(model="autorec", hyperparameters=None, **options):
        key = json.dumps([model, hyperparameters, options], default=str)
        if key not in done:
            out = tmp_path_factory.mktemp("exported") / f"movielens-{model}"
            given = {"latent_dim": 8, **(hyperparameters or {})} if model != "ease" else hyperparameters or {}
            config = Config(
                model=model, data=str(folder), newcomers=0.2, out=out, hyperparameters=given, **{**SMALL, **options}
            )
            with contextlib.redirect_stdout(io.StringIO()) as said:
                done[key] = movielens.run(config), out, said.getvalue()
        return done[key]

    return run


@pytest.fixture(scope="module")
def usual(made):
    """The recipe's own model, and what it recommends to a newcomer."""
    return made(like=LIKED)


def files_of(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_run_returns_finite_numbers_and_writes_all_files(usual):
    numbers, out, _ = usual
    assert numbers.keys() == RATING_NUMBERS | {"newcomer_rmse"}
    assert all(0 < value < 2 for value in numbers.values())
    figures = {f"figures/{name}.png" for name in ("by_star", "by_count", "map", "curves")}
    assert files_of(out) >= {"metrics.json", "card.md", "golden.npz", "SHA256SUMS", *figures}
    record = json.loads((out / "metrics.json").read_text())
    beside = {row["name"] for row in record["baselines"]}
    assert beside >= {"global mean", "damped biases", "SVD", "item-kNN-baseline", predicting.PICKED}
    assert record["test"] == numbers


def test_a_taste_is_learned(made):
    numbers, out, _ = made(epochs=30, refit=False, patience=30, hyperparameters={"learning_rate": 2e-2, "l2": 1.0})
    rows = json.loads((out / "metrics.json").read_text())["baselines"]
    biases = {row["metric"]: row["value"] for row in rows if row["name"] == "damped biases"}
    assert numbers["rmse"] < 0.9 * biases["rmse"]
    assert numbers["newcomer_rmse"] < 0.9 * biases["newcomer_rmse"]


def test_by_people_and_without_training_again_it_trains_and_exports(made):
    numbers, out, _ = made(by="user", refit=False)
    assert numbers.keys() >= RATING_NUMBERS
    assert all(math.isfinite(value) for value in numbers.values())
    assert "golden.npz" in files_of(out)


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("sparse", {"ensemble": 2, "refit": False}),
        ("vae", {"by": "user"}),
        ("stacked", {"pretrain_epochs": 1, "precision": "mixed_bfloat16"}),
    ],
)
def test_dense_models_predict_ratings(made, model, options):
    numbers, out, _ = made(model, **options)
    assert numbers.keys() == RATING_NUMBERS | {"newcomer_rmse"}
    assert all(0 < value < 2 for value in numbers.values())
    assert json.loads((out / "metrics.json").read_text())["model"]["hyperparameters"]["latent_dim"] == 8


def test_a_run_goes_on_without_training_anew_what_was_trained(usual, folder, tmp_path, stopped_and_resumed):
    numbers, *_ = usual  # two trainings: one chooses the epochs, one sees all ratings
    config = Config(data=str(folder), newcomers=0.2, out=tmp_path / "e", hyperparameters={"latent_dim": 8}, **SMALL)
    assert stopped_and_resumed(movielens.run, config, 1) == (numbers, 1)


def test_dense_and_sparse_batches_train_to_the_same_numbers(made):
    still = {"input_dropout": 0.0, "code_dropout": 0.0}
    (dense, *_), (sparse, out, _) = (made(path=path, hyperparameters=still) for path in ("dense", "sparse"))
    assert dense == pytest.approx(sparse, rel=1e-3)
    assert "golden.npz" in files_of(out)


@pytest.mark.parametrize("model", ["mult_vae", "ease"])
def test_models_of_likes_are_ranked_for_people_never_seen(made, model):
    hyperparameters = {"hidden_units": (16,)} if model == "mult_vae" else {"l2": 20.0}
    numbers, out, _ = made(model, hyperparameters)
    assert numbers.keys() == RANKING_NUMBERS
    assert all(0 <= value <= 1 for value in numbers.values())
    beside = {row["name"] for row in json.loads((out / "metrics.json").read_text())["baselines"]}
    assert beside == {"popularity", "EASE"}


def test_the_export_gives_the_numbers_that_were_measured(usual, folder):
    numbers, out, _ = usual
    config = Config(data=str(folder), newcomers=0.2)
    newcomers = predicting.load(config).newcomers
    predict = tf.saved_model.load(out / "saved_model").signatures["predict"]
    known, target = newcomers.known, newcomers.target
    splits = np.searchsorted(known.users, np.arange(known.shape[0] + 1))
    found = predict(
        film_ids=tf.constant(known.film_ids[known.films]),
        ratings=tf.constant(known.ratings),
        row_splits=tf.constant(splits, tf.int64),
        asked=tf.constant(target.film_ids),
    )["prediction"].numpy()
    error = found[target.users, target.films] - target.ratings
    assert np.sqrt(np.mean(error**2)) == pytest.approx(numbers["newcomer_rmse"], rel=1e-5)


def test_the_test_ratings_change_no_prediction(ratings, tmp_path):
    rng = np.random.default_rng(1)
    held_out = rng.random(len(ratings)) < 0.2
    train = [row for row, out in zip(ratings, held_out, strict=True) if not out]
    test = [row for row, out in zip(ratings, held_out, strict=True) if out]
    stars = rng.permutation([row[2] for row in test])
    shuffled = [(user, film, float(star)) for (user, film, _), star in zip(test, stars, strict=True)]
    golden = []
    for name, rows in (("as_they_are", test), ("shuffled", shuffled)):
        paths = [write(tmp_path / name / part, some, [5]) / "ratings.csv" for part, some in (("a", train), ("b", rows))]
        out = tmp_path / name / "out"
        movielens.run(Config(train=paths[0], test=paths[1], out=out, hyperparameters={"latent_dim": 8}, **SMALL))
        with np.load(out / "golden.npz") as arrays:
            golden.append({key: arrays[key] for key in arrays.files})
    assert golden[0].keys() == golden[1].keys()
    assert all(np.array_equal(golden[0][key], golden[1][key]) for key in golden[0])


def test_a_held_out_rating_is_no_input(folder):
    data = predicting.load(Config(data=str(folder), newcomers=0.2))
    for known, held_out in (
        (data.splits.train, data.splits.validation),
        (data.known, data.splits.test),
        (data.newcomers.known, data.newcomers.target),
    ):
        inputs = known.matrix().toarray()
        inside = (held_out.users < inputs.shape[0]) & (held_out.films < inputs.shape[1])
        assert inside.any()
        assert not inputs[held_out.users[inside], held_out.films[inside]].any()
    trained = set(data.known.user_ids.tolist())
    assert not trained & set(data.newcomers.known.user_ids.tolist())


def test_predictions_are_asked_in_any_order_and_fall_back_on_biases(folder):
    known = loader.load(str(folder))
    biases = predicting.biases_of(known)

    class Twos:
        """Predicts 2 of everything that it is asked."""

        def reconstruct(self, rows):
            return np.full(rows.shape, 2.0, "float32")

    predict = predicting.predictor(Twos(), predicting.rows_of(known, "item"), "item", biases, known.scale)
    people, films = known.shape
    users, asked = np.array([3, people, 0, 3]), np.array([2, 2, films, 1])
    expected = biases(users, asked)
    np.testing.assert_allclose(predict(users, asked), [2.0, expected[1], expected[2], 2.0])


def test_a_newcomer_gets_films_not_yet_named(usual):
    _, _, shown = usual
    listed = shown[shown.index("For a newcomer who liked") :].splitlines()
    assert listed[0] == "For a newcomer who liked Film A (1980); Film C (1982):"
    titles = [line.split("  ")[1].strip() for line in listed[1:11]]
    assert len(set(titles)) == 10
    assert not {"Film A (1980)", "Film C (1982)"} & set(titles)
    assert "newcomer" in shown[: shown.index("For a newcomer")]  # the table of people held out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--train", "ratings.csv"], "--train and --test belong together"),
        (["--data", "nowhere"], "--data nowhere is not there"),
        (["--ensemble", "0"], "ensemble must be an integer of at least 1"),
        (["--newcomers", "1"], "newcomers must be a number of at least 0 and below 1"),
        (["--model", "masked"], "recipes.movielens can use adversarial, autorec"),
        (["--model", "vanilla", "--data", "FOLDER", "--path", "sparse"], "vanilla takes dense batches"),
        (["--model", "ease", "--ensemble", "2"], "--ensemble averages models of ratings"),
        (["--data", "FOLDER", "--like", "Film"], 'Which "Film"?'),
        (["--data", "FOLDER", "--like", "Nosferatu"], 'No film is called "Nosferatu"'),
    ],
)
def test_a_bad_option_is_answered_in_a_sentence(words, told, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = [str(folder) if word == "FOLDER" else word for word in words]
    monkeypatch.setattr("sys.argv", ["recipes.movielens", *words])
    with pytest.raises(SystemExit) as stop:
        movielens.main()
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_the_command_of_a_config_parses_to_that_config():
    config = running.parse(
        Config, ["--like", "Toy Story", "It's", "--train", "a b", "--by", "user", "--no-refit"], "movielens"
    )
    words = shlex.split(running.command("movielens", config))
    assert running.parse(Config, words[3:], "movielens") == config


def test_parts_of_a_table_join_to_the_table(folder):
    whole = loader.load(str(folder))
    splits = tables.split_ratings(whole, 0)
    both = tables.joined(splits.train, splits.validation)
    assert len(both) == len(splits.train) + len(splits.validation)
    assert (both.matrix() - splits.train.matrix() - splits.validation.matrix()).nnz == 0


def test_the_example_recommends_with_tensorflow_alone(usual, root, fresh_python):
    folder = usual[1]
    run = fresh_python("-I", str(root / "serving" / "recommend.py"), str(folder), "5=5", "15=2", "99999=3")
    assert run.returncode == 0, run.stderr
    *films, told = run.stdout.splitlines()
    assert len(films) == 10
    assert told == "1 of 3 ratings could not be used."
    assert not any("Film A (1980)" in line or "Film B (1981)" in line for line in films)
