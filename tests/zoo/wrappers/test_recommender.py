"""Raw film ids in, predictions and recommendations out: of people as ragged lists, with whatever they contain."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from serving.verify import verify
from zoo import golden
from zoo.wrappers.average import Average
from zoo.wrappers.recommender import Recommender

IDS = [2, 3, 5, 7, 11, 13]
TITLES = ["two", "three", "five", "seven", "eleven", "thirteen"]
SCALE = (0.5, 5.0)
BIAS = [3.0, 4.5, 2.0, 4.0, 1.0, 4.9]
NAN = float("nan")
# What people send, and the rows of films that it amounts to.
PEOPLE = [
    [(3, 4.0), (13, 2.0)],
    [],
    [(99, 4.0), (2, 9.0), (5, 1.0), (3, NAN), (-1, 3.0), (7, 0.25), (11, 0.0)],  # one of seven can be used
    [(7, 2.0), (11, 3.0), (7, 5.0), (7, 9.0)],  # one film three times, once off the scale
]
ROWS = np.zeros((4, 6), "float32")
ROWS[0, [1, 5]] = 4, 2
ROWS[2, 2] = 1
ROWS[3, [3, 4]] = 3.5, 3
IGNORED = [0, 0, 6, 1]


def flat(people):
    pairs = [pair for person in people for pair in person]
    splits = np.cumsum([0, *map(len, people)])
    ids, ratings = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return tf.constant(ids, tf.int64), tf.constant(ratings, tf.float32), tf.constant(splits, tf.int64)


def asked(*ids):
    return tf.constant(ids, tf.int64)


@pytest.fixture(scope="module")
def model():
    """Predicts something else for each person."""
    model = zoo.build("autorec", (6,), latent_dim=2, residual=False, seed=0)
    model.first.kernel.assign(3 * model.first.kernel)
    model.head.kernel.assign([[1, 0], [1, 1], [0, 1], [-1, 0], [2, 0], [0, -3]])
    model.head.base.assign([3.0] * 6)
    model.optimizer.build(model.trainable_variables)  # as training does: Keras warns of a reload without
    return model


@pytest.fixture(scope="module")
def recommender(model):
    return Recommender(model, IDS, TITLES, SCALE)


@pytest.fixture(scope="module")
def constant():
    """Predicts `BIAS` for everybody."""
    model = zoo.build("autorec", (6,), latent_dim=2, residual=False, seed=0)
    model.head.kernel.assign(np.zeros((6, 2)))
    model.head.bias.assign(BIAS)
    return Recommender(model, IDS, TITLES, SCALE)


@pytest.fixture(scope="module")
def folder(recommender, tmp_path_factory):
    return zoo.export(recommender, tmp_path_factory.mktemp("export"), examples=ROWS)


def test_a_row_is_what_can_be_used_and_the_rest_is_counted(recommender, model):
    found = recommender.predict_of(*flat(PEOPLE), asked())
    np.testing.assert_allclose(found["prediction"], model.reconstruct(ROWS), rtol=1e-6)
    assert np.ptp(found["prediction"][:, 0]) > 0.01  # people differ
    assert found["film_ids"].numpy().tolist() == IDS
    for answer in (
        found,
        recommender.encode_of(*flat(PEOPLE)),
        recommender.recommend_to(*flat(PEOPLE), tf.constant(2)),
    ):
        assert answer["ignored"].numpy().tolist() == IGNORED


def test_the_code_is_the_models(recommender, model):
    np.testing.assert_allclose(recommender.encode_of(*flat(PEOPLE))["code"], model.encode(ROWS), rtol=1e-6)
    np.testing.assert_array_equal(recommender(ROWS), model(ROWS))
    np.testing.assert_array_equal(recommender.score(ROWS), model.score(ROWS))


def test_predictions_are_of_the_films_asked_for_in_their_order_and_of_unknown_ones_nan(recommender):
    whole = recommender.predict_of(*flat(PEOPLE), asked())["prediction"].numpy()
    found = recommender.predict_of(*flat(PEOPLE), asked(11, 4, 2, 11, 1, 10**12))
    assert found["film_ids"].numpy().tolist() == [11, 4, 2, 11, 1, 10**12]
    np.testing.assert_array_equal(found["prediction"].numpy()[:, [0, 2, 3]], whole[:, [4, 0, 4]])
    assert np.isnan(found["prediction"].numpy()[:, [1, 4, 5]]).all()


@pytest.mark.parametrize("person", range(4))
def test_each_person_gets_the_same_answers_alone(recommender, person):
    together = recommender.recommend_to(*flat(PEOPLE), tf.constant(4))
    alone = recommender.recommend_to(*flat(PEOPLE[person : person + 1]), tf.constant(4))
    assert alone["film_ids"].numpy()[0].tolist() == together["film_ids"].numpy()[person].tolist()
    np.testing.assert_allclose(alone["prediction"][0], together["prediction"][person], rtol=1e-6)


def test_recommended_are_the_films_with_the_highest_predictions_of_those_not_rated(constant):
    found = constant.recommend_to(*flat(PEOPLE), tf.constant(3))
    # From the highest: 13, 3, 7, 2, 5, 11. A film counts as rated even if the rating could not be used.
    assert found["film_ids"].numpy().tolist() == [[7, 2, 5], [13, 3, 7], [13, -1, -1], [13, 3, 2]]
    assert found["titles"].numpy().tolist()[0] == [b"seven", b"two", b"five"]
    np.testing.assert_allclose(found["prediction"][0], [4, 3, 2], rtol=1e-6)


def test_fewer_films_than_asked_for_are_filled_up(constant):
    found = constant.recommend_to(*flat([[(i, 3.0) for i in IDS[1:]], []]), tf.constant(2))
    assert found["film_ids"].numpy().tolist() == [[2, -1], [13, 3]]
    assert found["titles"].numpy().tolist() == [[b"two", b""], [b"thirteen", b"three"]]
    np.testing.assert_allclose(found["prediction"], [[3, 0], [4.9, 4.5]], rtol=1e-6)
    for k, width in ((100, 6), (0, 0), (-3, 0)):
        assert constant.recommend_to(*flat([[]]), tf.constant(k))["film_ids"].shape == (1, width)


def test_nobody_gets_nothing(constant):
    assert constant.recommend_to(*flat([]), tf.constant(2))["film_ids"].shape == (0, 2)
    assert constant.predict_of(*flat([]), asked(3))["prediction"].shape == (0, 1)


def test_similar_films_have_vectors_at_small_angles(recommender):
    found = recommender.similar_to(asked(2, 99, 13), tf.constant(3))
    # Beside (1, 0): (2, 0), then (1, 1) at 45 degrees, then what is at right angles, first (0, 1).
    assert found["film_ids"].numpy().tolist() == [[11, 3, 5], [-1, -1, -1], [2, 7, 11]]
    np.testing.assert_allclose(found["similarity"][0], [1, np.sqrt(0.5), 0], atol=1e-6)
    assert found["titles"].numpy().tolist()[1] == [b"", b"", b""]
    assert recommender.similar_to(asked(2), tf.constant(6))["film_ids"].numpy().tolist() == [[11, 3, 5, 13, 7, -1]]


def test_a_model_of_likes_is_given_what_was_rated_above_the_threshold():
    model = zoo.build("ease", (6,), l2=1.0)
    model.fit((np.random.default_rng(0).random((30, 6)) < 0.5).astype("float32"), verbose=0)
    recommender = Recommender(model, IDS, TITLES, SCALE, above=3.5)
    people = [[(2, 4.0), (3, 3.5), (5, 5.0), (7, 0.5), (99, 5.0)], [(11, 5.0), (11, 1.0)], [(13, 3.0), (13, 4.5)]]
    likes = np.array([[1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]], "float32")
    found = recommender.predict_of(*flat(people), asked())
    np.testing.assert_allclose(found["prediction"], model.reconstruct(likes), atol=1e-6)
    assert found["ignored"].numpy().tolist() == [1, 0, 0]
    best = recommender.recommend_to(*flat(people[:1]), tf.constant(6))["film_ids"].numpy()[0].tolist()
    assert set(best) == {11, 13, -1}  # what was rated low was seen too


@pytest.mark.parametrize("name", ["ease", "mult_vae", "autorec"])
def test_a_films_vector_is_the_weights_that_lead_to_it(name):
    options = {} if name == "ease" else {"latent_dim": 3}
    found = Recommender(zoo.build(name, (6,), **options), IDS, TITLES, SCALE, above=3.5)
    layer = next(layer for layer in found.decoder.layers if layer.name in ("likes", "ratings"))
    layer.kernel.assign(np.arange(np.prod(layer.kernel.shape)).reshape(layer.kernel.shape))
    last = found.film_vectors().numpy()[5]
    np.testing.assert_array_equal(last, layer.kernel[5] if name == "autorec" else layer.kernel[:, 5])


@pytest.mark.parametrize(
    ("ids", "ratings", "splits"),
    [
        ([2, 3], [4.0, 3.0], [0, 1]),
        ([2, 3], [4.0, 3.0], [0, 3]),
        ([2, 3], [4.0, 3.0], [1, 2]),
        ([2, 3], [4.0, 3.0], [0, 2, 1, 2]),
        ([2, 3], [4.0], [0, 2]),
        ([2, 3], [4.0, 3.0, 5.0], [0, 2]),
    ],
)
def test_lists_that_do_not_fit_are_refused(folder, recommender, ids, ratings, splits):
    inputs = {
        "film_ids": tf.constant(ids, tf.int64),
        "ratings": tf.constant(ratings),
        "row_splits": tf.constant(splits, tf.int64),
    }
    with pytest.raises(tf.errors.InvalidArgumentError):
        recommender.recommend_to(*inputs.values(), tf.constant(2))
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.saved_model.load(folder / "saved_model").signatures["recommend"](**inputs, k=tf.constant(2))


def test_an_export_answers_as_the_model_does(folder, recommender):
    signatures = tf.saved_model.load(folder / "saved_model").signatures
    names = ("film_ids", "ratings", "row_splits")
    for people in (PEOPLE, []):
        inputs = dict(zip(names, flat(people), strict=True))
        found = signatures["recommend"](**inputs, k=tf.constant(3))
        for key, value in recommender.recommend_to(*inputs.values(), tf.constant(3)).items():
            if value.dtype == tf.float32:
                np.testing.assert_allclose(found[key], value, atol=1e-6)
            else:
                np.testing.assert_array_equal(found[key], value)


def test_an_export_gives_its_golden_outputs_without_keras_and_without_the_project(folder, fresh_python):
    run = fresh_python("-I", "serving/verify.py", folder)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("recommend(") == 4  # ids, titles, predictions and what was ignored


def test_a_wrong_title_is_noticed(folder, tmp_path, fresh_python):
    with np.load(folder / "golden.npz") as golden:
        arrays = dict(golden)
    titles = arrays["recommend/out/titles"]
    assert titles.dtype.kind == "S"
    titles[0, 0] = b"another"[: titles.itemsize]
    (tmp_path / "saved_model").symlink_to(folder / "saved_model")
    np.savez(tmp_path / "golden.npz", **arrays)
    assert fresh_python("-I", "serving/verify.py", tmp_path).returncode == 1


def test_it_is_the_same_after_a_reload(folder, recommender):
    again = zoo.load(folder)
    assert (again.film_ids.tolist(), again.titles) == (IDS, tuple(TITLES))
    assert (again.scale, again.above, again.name) == (SCALE, None, recommender.name)
    for ours, theirs in zip(
        again.predict_of(*flat(PEOPLE), asked(7)).values(),
        recommender.predict_of(*flat(PEOPLE), asked(7)).values(),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_an_average_of_models_has_all_endpoints():
    members = [zoo.build("autorec", (6,), latent_dim=2, seed=seed) for seed in (0, 1)]
    endpoints = Recommender(Average(members), IDS, TITLES, SCALE).endpoints()
    assert all(endpoint.outputs() for endpoint in endpoints.values())


@pytest.mark.parametrize(
    ("ids", "titles", "message"),
    [
        ([3, 2, 5, 7, 11, 13], TITLES, r"film_ids must be ascending. Received: film_ids=\[3, 2, 5\]"),
        ([2, 2, 5, 7, 11, 13], TITLES, "film_ids must be ascending"),
        (IDS[:5], TITLES, "film_ids and titles must be one for each of 6 films"),
        (IDS, TITLES[:5], "film_ids and titles must be one for each of 6 films"),
    ],
)
def test_maps_that_do_not_fit_are_told(model, ids, titles, message):
    with pytest.raises(zoo.UsageError, match=message):
        Recommender(model, ids, titles, SCALE)


def test_its_model_keeps_its_weights_once(model, recommender, folder):
    assert recommender.count_params() == model.count_params()
    assert zoo.load(folder).count_params() == model.count_params()


TEXTS = ["a", "bb", "ccc", "d d", "é", "ß"]


def as_texts(people):
    names = dict(zip(IDS, sorted(TEXTS), strict=True))
    return [[(names.get(film, "?"), rating) for film, rating in person] for person in people]


def test_ids_may_be_texts(model, recommender):
    named = Recommender(model, sorted(TEXTS), TITLES, SCALE)
    _, ratings, splits = flat(PEOPLE)
    texts = tf.constant([film for person in as_texts(PEOPLE) for film, _ in person])
    for ours, theirs in (
        (
            named.predict_of(texts, ratings, splits, tf.constant([], tf.string)),
            recommender.predict_of(*flat(PEOPLE), asked()),
        ),
        (
            named.recommend_to(texts, ratings, splits, tf.constant(2)),
            recommender.recommend_to(*flat(PEOPLE), tf.constant(2)),
        ),
    ):
        np.testing.assert_array_equal(ours["prediction"], theirs["prediction"])
        np.testing.assert_array_equal(ours["ignored"], theirs["ignored"])
    unknown = named.predict_of(texts, ratings, splits, tf.constant(["?", "a"]))["prediction"].numpy()
    np.testing.assert_array_equal(np.isnan(unknown), [[True, False]] * 4)
    left = named.recommend_to(texts, ratings, splits, tf.constant(6))
    assert left["film_ids"].numpy()[0, -1] == b""


def test_a_model_of_stars_takes_and_gives_any_scale(model):
    plain = Recommender(model, IDS, TITLES, (1.0, 5.0))
    other = Recommender(model, IDS, TITLES, (-10.0, 10.0), stars=(1.0, 5.0))
    ids, splits = asked(3, 13), tf.constant([0, 2], tf.int64)
    stars, ratings = tf.constant([1.0, 3.0]), tf.constant([-10.0, 0.0])
    ours, theirs = (one.predict_of(ids, given, splits, asked()) for one, given in ((other, ratings), (plain, stars)))
    np.testing.assert_allclose(ours["prediction"], 5 * (theirs["prediction"] - 3), rtol=1e-5)
    assert ours["ignored"].numpy().tolist() == [0]
    assert other.predict_of(ids, ratings - 1, splits, asked())["ignored"].numpy().tolist() == [1]


def test_what_is_not_rated_is_not_liked_on_a_scale_below_0(model):
    recommender = Recommender(model, IDS, TITLES, (-10.0, 10.0), above=-2.0)
    rows, _ = recommender._rows(asked(3, 5), tf.constant([-1.0, -3.0]), tf.constant([0, 2], tf.int64))
    assert rows.numpy().tolist() == [[0, 1, 0, 0, 0, 0]]


@pytest.mark.parametrize("options", [{}, {"film_ids": sorted(TEXTS)}, {"scale": (0.0, 100.0), "stars": (1.0, 5.0)}])
def test_any_ids_and_scale_survive_export_and_loading(options, model, tmp_path):
    recommender = Recommender(model, **{"film_ids": IDS, "titles": TITLES, "scale": SCALE, **options})
    zoo.export(recommender, tmp_path / "e", examples=np.zeros(0))
    again = zoo.load(tmp_path / "e")
    assert max(golden.differences(again, tmp_path / "e" / golden.NAME).values()) < 1e-5
    assert verify(tmp_path / "e", tolerance=1e-5, trusted=False)[1] == []
