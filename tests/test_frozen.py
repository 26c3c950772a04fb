"""What is frozen stays as it is, to the bit: weights that move without gradients too, in every model."""

import keras
import numpy as np
import pytest

import zoo
from zoo import kinds, registry
from zoo.autoencoder import Autoencoder

# Hyperparameters that bring in parts which the defaults leave out.
OTHERS = {"k_sparse": {"alpha": 2.0}, "vae": {"filters": (4,)}, "deep": {"tied": True}, "autorec": {"residual": False}}
MOVING = ("adversarial", "autorec", "contractive", "ease", "k_sparse", "sparse", "vae", "vq_vae")  # some of it unseen
EACH = [(name, {}) for name in zoo.list_models()] + list(OTHERS.items())
MODELS = [pytest.param(*each, marks=() if each[0] in MOVING else pytest.mark.slow) for each in EACH]
RATINGS = [pytest.param(name, marks=pytest.mark.slow) for name in zoo.list_models(data="ratings") if name != "vanilla"]
PARTS = {"encoder": lambda m: m.encoder, "decoder": lambda m: m.decoder, "model": lambda m: m}
unused = pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")


def values(part: keras.Model) -> list[np.ndarray]:
    """A part's variables, but for the states of seeds and of metrics, from which no output is computed."""
    return [variable.numpy() for variable in part.weights]


def moved(part: keras.Model, before: list[np.ndarray]) -> list[str]:
    """The variables of a part that are others than before."""
    pairs = zip(part.weights, before, strict=True)
    return [variable.path for variable, value in pairs if not np.array_equal(variable.numpy(), value)]


def built(name: str, options: dict, kind: str = "") -> tuple[Autoencoder, np.ndarray]:
    """A model that has seen samples, and others; it trains without a graph, which is quick for a step."""
    known = zoo.describe(name).kinds
    kind = kind or ("pixels" if "pixels" in known else known[0])
    its = kinds.find(kind)
    x = its.samples(np.random.default_rng(0), 64, tuple(size or 8 for size in its.SHAPES[0]))
    if "output" in registry.hyperparameters(registry.find(name)):
        options = {"output": kind, **options}
    model = zoo.build(name, x.shape[1:], seed=0, **options)
    model.run_eagerly = True
    model.fit(x[:32], verbose=0)
    return model, x[32:]


@pytest.mark.parametrize(("name", "options"), EACH)
def test_a_head_trained_on_a_frozen_encoder_leaves_it_and_its_scores_as_they_are(name, options):
    model, x = built(name, options)
    model.encoder.trainable = False
    before, score = values(model.encoder), model.score(x)
    inputs = keras.Input(x.shape[1:])
    head = keras.Model(inputs, keras.layers.Dense(2)(model.encoder(inputs)))
    head.compile("adam", "mse", run_eagerly=True)
    head.fit(x, np.ones((32, *head(x).shape[1:])), verbose=0)
    assert not np.array_equal(head.layers[-1].bias.numpy(), [0, 0])
    assert moved(model.encoder, before) == []
    np.testing.assert_array_equal(model.score(x), score)


def check_frozen_part(model: Autoencoder, x: np.ndarray, part: keras.Model) -> None:
    part.trainable = False
    before, whole = values(part), values(model)
    model.fit(x, batch_size=16, verbose=0)
    assert moved(part, before) == []
    alive = part is not model and (bool(model.trainable_weights) or part is model.encoder)  # ease has no gradients
    assert bool(moved(model, whole)) == alive


@unused
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("name", "options"), MODELS)
def test_a_frozen_part_stays_while_the_rest_of_the_model_trains_on(name, options, part):
    model, x = built(name, options)
    check_frozen_part(model, x, PARTS[part](model))


@unused
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ["vanilla", *RATINGS])
def test_a_frozen_part_stays_on_ratings_too(name, part):
    model, x = built(name, {}, "ratings")
    check_frozen_part(model, x, PARTS[part](model))


@pytest.mark.parametrize(("name", "layer"), [("sparse", "centering"), ("vq_vae", "quantizer")])
def test_one_frozen_layer_stays_while_the_others_of_its_part_train_on(name, layer):
    model, x = built(name, {})
    frozen = next(each for each in model.encoder.layers if each.name.startswith(layer))
    check_frozen_part(model, x, frozen)


def test_what_is_frozen_between_two_trainings_counts_in_the_second_as_it_does_in_a_graph():
    x = np.random.default_rng(0).random((32, 12)).astype("float32")
    model = zoo.build("sparse", (12,), latent_dim=4, seed=0)
    model.fit(x, verbose=0)
    check_frozen_part(model, x, model.encoder)
    model.encoder.trainable = True
    before = values(model.encoder)
    model.fit(x, verbose=0)
    assert len(moved(model.encoder, before)) == len(before)


def test_an_optimizer_that_has_not_seen_what_is_thawed_is_answered_in_a_sentence():
    x = np.random.default_rng(0).random((32, 12)).astype("float32")
    model = zoo.build("vanilla", (12,), latent_dim=4, seed=0)
    model.encoder.trainable = False
    model.fit(x, verbose=0)
    model.encoder.trainable = True
    with pytest.raises(zoo.UsageError, match=r"was frozen when training began, .* compile the model again"):
        model.fit(x, verbose=0)
    before = values(model.encoder)
    model.compile_default(1e-3).fit(x, verbose=0)
    assert len(moved(model.encoder, before)) == len(before)


def test_averages_of_weights_move_nothing_that_is_frozen():
    x = np.random.default_rng(0).random((8, 8, 8, 1)).astype("float32")
    model = zoo.build("restorer", (8, 8, 1), filters=(4,), blocks=(1,), average=0.5, seed=0)
    model.fit(x, batch_size=4, verbose=0)
    check_frozen_part(model, x, model.encoder)


def test_a_frozen_model_is_frozen_when_it_is_loaded_again(tmp_path):
    model, x = built("vq_vae", {})
    model.encoder.trainable = False
    again = zoo.load(zoo.export(model, tmp_path))
    before = values(again.encoder)
    again.compile_default(1e-3).fit(x, verbose=0)
    assert moved(again.encoder, before) == []


@pytest.mark.parametrize("name", ["autorec", "vanilla"])
def test_what_is_taken_from_all_samples_at_once_is_not_taken_by_a_frozen_model_unless_asked(name):
    x = kinds.find("ratings").samples(np.random.default_rng(0), 32, (12,))
    model = zoo.build(name, (12,), seed=0, **({} if name == "autorec" else {"output": "ratings"}))
    model.encoder.trainable = False
    with pytest.raises(zoo.UsageError, match=r"before it is frozen: write model\.adapt\(x\)"):
        model.fit(x, verbose=0)
    model.adapt(x).fit(x, verbose=0)


@unused
def test_what_pretraining_and_a_prior_would_move_is_not_moved_where_it_is_frozen():
    x = np.random.default_rng(0).random((32, 12)).astype("float32")
    for name in ("deep", "stacked"):
        model = zoo.build(name, (12,), latent_dim=4, hidden_units=(8,), tied=False, seed=0)
        model.encoder.trainable = False
        before, whole = values(model.encoder), values(model)
        model.pretrain(x, epochs=1, verbose=0)
        assert moved(model.encoder, before) == []
        assert moved(model, whole)
    model = zoo.build("vanilla", (12,), latent_dim=4, prior="mixture", seed=0)
    model.fit(x, verbose=0)
    model.trainable = False
    before = values(model)
    model.fit(x + 0.1 * (1 - x), verbose=0)
    assert moved(model, before) == []
