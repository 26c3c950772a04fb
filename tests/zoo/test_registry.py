"""The public API's look-ups: listing without TensorFlow, describing, and answers to typos."""

import json

import pytest

import zoo
from zoo import registry

LISTING = """
import json, sys, time
began = time.process_time()
import zoo
names = zoo.list_models()
seconds = time.process_time() - began
kinds = ("pixels", "real", "series", "ratings", "likes", "pictures", "counts", "tokens")
by_data = {data: zoo.list_models(data=data) for data in kinds}
described = [zoo.describe(name).signature for name in names]
heavy = [name for name in ("tensorflow", "keras") if name in sys.modules]
print(json.dumps({"names": names, "by_data": by_data, "described": described, "seconds": seconds, "heavy": heavy}))
"""


def test_listing_is_quick_and_imports_no_tensorflow(fresh_python):
    found = [json.loads(fresh_python("-c", LISTING).stdout) for _ in range(3)]
    assert found[0]["names"] == zoo.list_models()
    assert found[0]["by_data"] == {data: zoo.list_models(data=data) for data in registry.forms()}
    assert found[0]["described"] == [zoo.describe(name).signature for name in zoo.list_models()]
    assert not found[0]["heavy"]
    assert min(run["seconds"] for run in found) < 0.1  # the best of three: the machine may be busy


def test_patterns_filter_the_list():
    assert zoo.list_models("*sparse") == ["k_sparse", "sparse"]
    assert zoo.list_models("nothing*") == []


def test_each_model_is_listed_by_the_kinds_of_sample_that_it_takes():
    by_kind = {kind: zoo.list_models(data=kind) for kind in registry.forms()}
    assert {name for names in by_kind.values() for name in names} == set(zoo.list_models())
    assert {"autorec", "sparse", "vae"} <= set(by_kind["ratings"])
    assert {"ease", "mult_vae", "vanilla"} <= set(by_kind["likes"])
    assert "convolutional" not in by_kind["ratings"]
    assert by_kind["pictures"] == ["factorized", "hyperprior", "mender", "restorer"]
    assert {len(by_kind[kind]) for kind in ("pixels", "real", "series")} == {15}
    assert zoo.list_models("*vae", data="likes") == ["beta_tc_vae", "mult_vae", "vae"]
    for name in zoo.list_models():
        assert zoo.describe(name).kinds == tuple(kind for kind, names in by_kind.items() if name in names)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: zoo.build("spase", (784,)), "Unknown model: 'spase'. Did you mean 'sparse'?"),
        (lambda: zoo.describe("vanila"), "Did you mean 'vanilla'?"),
        (lambda: zoo.build("sparse", (784,), latentdim=3), "Did you mean 'latent_dim'?"),
        (lambda: zoo.build("sparse", (0,)), "input_shape must be a tuple of positive integers"),
        (lambda: zoo.build("sparse", 784), "Write (784,) for vectors"),
        (lambda: zoo.build("sparse", ()), "Received: input_shape=()"),
        (lambda: zoo.build("sparse", (784,), rate=-0.1), "rate must be a number of at least 0. Received: rate=-0.1"),
        (lambda: zoo.build("sparse", (784,), rate=float("nan")), "rate must be a number"),
        (
            lambda: zoo.build("vanilla", (784,), latent_dim=2.5),
            "latent_dim must be an integer. Received: latent_dim=2.5",
        ),
        (
            lambda: zoo.build("vanilla", (784,), hidden_units=512),
            "hidden_units must be a tuple of integers. Received: hidden_units=512. Write (512,).",
        ),
        (lambda: zoo.build("vanilla", (784,), activation="rellu"), "Did you mean 'relu'?"),
        (lambda: zoo.build("vanilla", (784,), output="pixel"), "Did you mean 'pixels'?"),
        (lambda: zoo.build("vanilla", (784,), learning_rate=0), "learning_rate must be a number above 0"),
        (lambda: zoo.load("/nowhere"), "/nowhere is no export: zoo.load needs the saved_model"),
        (
            lambda: zoo.list_models(data="rating"),
            "one of 'counts', 'likes', 'pictures', 'pixels', 'ratings', 'real', 'series', 'tokens'.",
        ),
        (lambda: zoo.register(kinds="like"), "Received: kinds='like'. Did you mean 'likes'?"),
        (lambda: zoo.build("convolutional", (8, 8), output="ratings"), "must be one of 'pixels', 'real', 'series'."),
    ],
)
def test_a_mistake_is_answered_in_a_sentence_that_says_what_to_type(call, told):
    with pytest.raises(zoo.UsageError) as error:
        call()
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_hyperparameter_lists_all():
    with pytest.raises(zoo.UsageError, match=r"Choose from: latent_dim, penalty, rate, rho, .*seed\."):
        zoo.build("sparse", (784,), latentdim=3)


@pytest.mark.parametrize("name", zoo.list_models())
def test_the_outline_of_a_model_is_its_builder_without_a_body(name, monkeypatch):
    builder = registry.find(name)
    monkeypatch.setattr(registry, "_builders", {})  # as before it was imported
    outline = registry.outline(name)
    assert registry.hyperparameters(outline) == registry.hyperparameters(builder)
    assert outline.__doc__ == builder.__doc__
    assert outline((5,)) is None


def test_the_list_has_a_line_each(fresh_python):
    lines = fresh_python("-m", "zoo").stdout.splitlines()
    assert [line.split()[0] for line in lines] == zoo.list_models()
    assert all(line.endswith(zoo.describe(line.split()[0]).summary) for line in lines)


def test_describing_gives_signature_summary_and_paper():
    description = zoo.describe("k_sparse")
    assert "latent_dim: int = 1000" in description.signature
    assert description.summary.endswith(".")
    assert description.paper.startswith("Makhzani and Frey 2013")
    assert description.summary in str(description)


@pytest.fixture
def _forget():
    kept = [(each, dict(each)) for each in (registry._builders, registry._taken)]
    yield
    for each, known in kept:
        each.clear()
        each.update(known)


@pytest.mark.usefixtures("_forget")
def test_a_registered_builder_is_listed_and_built():
    @zoo.register
    def mine(input_shape: tuple[int, ...], *, latent_dim: int = 3):
        """A thin coat over vanilla."""
        return zoo.build("vanilla", input_shape, latent_dim=latent_dim)

    assert "mine" in zoo.list_models()
    assert zoo.build("mine", (5,)).decoder.input_shape == (None, 3)
    assert "mine" in zoo.list_models(data="pixels")


@pytest.mark.usefixtures("_forget")
def test_a_registered_builder_may_say_what_its_samples_are():
    @zoo.register(kinds="ratings")
    def mine(input_shape: tuple[int, ...], *, latent_dim: int = 3):
        """A thin coat over autorec."""
        return zoo.build("autorec", input_shape, latent_dim=latent_dim)

    assert "mine" in zoo.list_models(data="ratings")
    assert "mine" not in zoo.list_models(data="pixels")
    assert zoo.describe("mine").kinds == ("ratings",)
    assert zoo.build("mine", (5,)).kind.name == "ratings"


@pytest.mark.usefixtures("_forget")
def test_a_builder_of_another_form_is_refused():
    with pytest.raises(zoo.UsageError, match="keyword-only, annotated and have a default"):
        zoo.register(lambda input_shape, latent_dim=3: None)
    with pytest.raises(zoo.UsageError, match="first parameter must be input_shape"):
        zoo.register(lambda shape: None)

    def sparse(input_shape, *, rate: float = 0.1): ...

    with pytest.raises(zoo.UsageError, match="'sparse' is registered already"):
        zoo.register(sparse)


def test_importing_zoo_is_enough_for_the_names_in_its_listing():
    assert set(zoo.__all__) <= set(dir(zoo))
