"""The pages: whole, true, of their own origin alone, and made of whatever lies in a folder."""

import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from serving.gallery import demos, runtime, site
from serving.gallery.exports import read
from serving.refusing import Refused

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SHOWN = ("mnist-vae", "mnist-conditional", "images-denoise-25", "anomaly-texture", "mnist-contractive", "text-titles")


class Page(HTMLParser):
    """What a page links to, shows and says."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links, self.numbers, self.tags, self.open = [], [], [], None
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.links += [value for key, value in attributes if key in ("href", "src", "data-runtime")]
        self.open = found.get("value") if tag == "data" else None

    def handle_data(self, data):
        if self.open is not None:
            self.numbers.append((self.open, data))
            self.open = None


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """What stands for onnxruntime-web."""
    folder = tmp_path_factory.mktemp("runtime")
    (folder / "dist").mkdir()
    for name in runtime.FILES:
        (folder / "dist" / name).write_bytes(b"made up")
    (folder / "package.json").write_text('{"version": "1.2.3"}')
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with some shipped exports."""
    found = tmp_path_factory.mktemp("exports")
    for name in SHOWN:
        (found / name).symlink_to(ROOT / "exported" / name)
    return found


@pytest.fixture(scope="module")
def made(folder, engine, tmp_path_factory):
    target = tmp_path_factory.mktemp("out") / "site"
    assert site.build(folder, target, runtime.find(engine)) == []
    return target


@pytest.fixture
def export(tmp_path):
    """A copy of an export without sums, to be damaged."""
    target = tmp_path / "exports" / "one"
    shutil.copytree(ROOT / "exported" / "mnist-vae", target)
    (target / "SHA256SUMS").unlink()
    card = target / "card.md"
    card.write_text(re.sub(r"(?m)^[0-9a-f]{64}  .*\n", "", card.read_text("utf-8")), "utf-8")
    return target


def test_every_link_leads_to_a_file_of_the_site(made):
    pages = sorted(made.rglob("*.html"))
    assert len(pages) == len(SHOWN) + 1
    for page in pages:
        found = Page(page)
        assert found.links
        for link in found.links:
            if link.startswith("#"):
                assert any(attributes.get("id") == link[1:] for _, attributes in found.tags), link
            else:
                assert re.match(r"[\w.]", link), f"{page}: {link} depends on where the site lies"
                assert (page.parent / link).exists(), f"{page}: {link}"
    for asset in (made / "assets").rglob("*"):
        assert not asset.is_file() or not re.search(r"https?://(?!www\.w3\.org/2000/svg)", asset.read_text("utf-8"))


def test_numbers_are_those_of_the_metrics(made):
    for name in SHOWN:
        metrics = json.loads((ROOT / "exported" / name / "metrics.json").read_text("utf-8"))
        rows = metrics["baselines"] + metrics["published"]
        due = [*metrics["test"].values(), *metrics["validation"].values()]
        due += [row["value"] for row in rows if row["metric"] in metrics["test"]]
        shown = Page(made / name / "index.html").numbers
        assert sorted(float(value) for value, _ in shown) == sorted(map(float, due))
        for value, text in shown:
            assert text == f"{float(value):.4g}".replace("-", "\N{MINUS SIGN}")


def test_each_page_runs_what_its_export_can_do(made):
    live = {name: [demo.name for demo in demos.of(read(ROOT / "exported" / name))] for name in SHOWN}
    assert live == {
        "mnist-vae": ["draw", "walk"],
        "mnist-conditional": ["walk"],
        "images-denoise-25": ["mend"],
        "anomaly-texture": ["find"],
        "mnist-contractive": [],
        "text-titles": [],
    }
    for name, expected in live.items():
        parts = [a["data-live"] for _, a in Page(made / name / "index.html").tags if "data-live" in a]
        assert parts == expected
    assert "zoo.export(zoo.load(" in (made / "mnist-contractive" / "index.html").read_text("utf-8")
    assert json.loads((made / "gallery.json").read_text()) == {"models": sorted(SHOWN), "runtime": "1.2.3"}


def test_a_download_is_the_export(made, tmp_path):
    with zipfile.ZipFile(made / "mnist-vae" / "mnist-vae.zip") as archive:
        archive.extractall(tmp_path)
    kept = ROOT / "exported" / "mnist-vae"
    files = {file.relative_to(kept) for file in kept.rglob("*") if file.is_file()}
    unpacked = tmp_path / "mnist-vae"
    assert files == {file.relative_to(unpacked) for file in unpacked.rglob("*") if file.is_file()}
    assert all((unpacked / file).read_bytes() == (kept / file).read_bytes() for file in files)


def test_without_the_runtime_a_page_says_what_to_type(folder, tmp_path):
    site.build(folder, tmp_path / "site", None)
    text = (tmp_path / "site" / "mnist-vae" / "index.html").read_text("utf-8")
    assert runtime.ADVICE in text
    assert "<script" not in text
    assert not (tmp_path / "site" / "runtime").exists()


def test_a_page_without_its_model_says_why(made):
    pages = {name: (made / name / "index.html").read_text("utf-8") for name in ("mnist-contractive", "text-titles")}
    assert "it has no ONNX files" in pages["mnist-contractive"]
    assert "it takes texts" in pages["text-titles"]
    assert "it has no ONNX files" not in pages["text-titles"]


def test_words_of_others_are_text(export, engine, tmp_path):
    evil = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
    card = export / "card.md"
    links = "[go](https://example.com/x) ![see](https://example.com/x.png) [run](javascript:alert(1))"
    lines = f"\n## Limits\n\n{evil} {links}\n"
    card.write_text(
        card.read_text("utf-8").replace("\n# vae", f"\n# {evil} vae").replace("\n## Limits\n", lines), "utf-8"
    )
    file = export / "metrics.json"
    metrics = json.loads(file.read_text("utf-8"))
    metrics["test"] = {f"{evil}{name}": value for name, value in metrics["test"].items()}
    metrics["model"]["name"] = evil
    file.write_text(json.dumps(metrics), "utf-8")
    site.build(export.parent, tmp_path / "site", runtime.find(engine))
    for page in (tmp_path / "site").rglob("*.html"):
        found = Page(page)
        assert not any("onerror" in a or str(a.get("src", "")).startswith("http") for _, a in found.tags)
        assert not any(re.match(r"https?:|javascript:", link) for link in found.links)
        scripts = [a for tag, a in found.tags if tag == "script"]
        assert all(a.get("type") == "application/json" or a.get("src", "").endswith("page.js") for a in scripts)


def damaged_metrics(export):
    (export / "metrics.json").write_text('{"test": {}}')


def damaged_golden(export):
    (export / "golden.npz").write_bytes(b"PK nothing")


def damaged_list(export):
    (export / "onnx" / "signatures.json").write_text("{")


def named_oddly(export):
    export.rename(export.with_name("one two"))


@pytest.mark.parametrize("damage", [damaged_metrics, damaged_golden, damaged_list, named_oddly])
def test_a_damaged_export_is_left_out_in_a_sentence(damage, export, tmp_path):
    (export.parent / "two").symlink_to(ROOT / "exported" / "mnist-vanilla")
    damage(export)
    faults = site.build(export.parent, tmp_path / "site", None)
    assert len(faults) == 1
    assert re.fullmatch(r"[^\n]+: (fetch or export it again|rename it)\.", faults[0])
    assert json.loads((tmp_path / "site" / "gallery.json").read_text())["models"] == ["two"]


def test_a_file_that_was_changed_is_noticed(tmp_path):
    shutil.copytree(ROOT / "exported" / "mnist-vanilla", tmp_path / "exports" / "one")
    with (tmp_path / "exports" / "one" / "onnx" / "weights.bin").open("r+b") as opened:
        opened.write(b"????")
    with pytest.raises(Refused, match=r"weights\.bin is not the file that .* names"):
        site.build(tmp_path / "exports", tmp_path / "site", None)


def test_a_folder_with_something_else_in_it_stays(folder, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(Refused, match="holds something else than a gallery"):
        site.build(folder, tmp_path, None)
    with pytest.raises(Refused, match="holds no export"):
        site.build(tmp_path, tmp_path / "site", None)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_build_that_fails_leaves_the_former_site(tmp_path, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "one").symlink_to(ROOT / "exported" / "mnist-vanilla")
    site.build(folder, tmp_path / "site", None)
    before = {file: file.read_bytes() for file in (tmp_path / "site").rglob("*") if file.is_file()}
    monkeypatch.setattr(site, "_assets", lambda target: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site.build(folder, tmp_path / "site", None)
    assert before == {file: file.read_bytes() for file in (tmp_path / "site").rglob("*") if file.is_file()}


def test_the_command_needs_neither_tensorflow_nor_this_library(folder, engine, tmp_path, fresh_python):
    start = (
        "import sys; sys.modules |= dict.fromkeys(['tensorflow', 'keras', 'zoo', 'recipes', 'onnxruntime']);"
        "sys.argv[0] = 'gallery'; from serving.gallery.__main__ import main; main()"
    )
    run = fresh_python("-c", start, folder, "--out", tmp_path / "site", "--runtime", engine)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "site" / "index.html").is_file()
    run = fresh_python("-c", start, folder, "--out", tmp_path / "site", "--runtime", tmp_path)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "npm pack" in run.stderr


def test_thumbnails_are_small_and_transparent_where_there_is_no_ink(made):
    from PIL import Image

    with Image.open(made / "mnist-vae" / "glance.png") as image:
        pixels = np.asarray(image)
    assert pixels.shape[2] == 4
    assert (pixels[..., 3] == 0).mean() > 0.5
    assert (made / "mnist-vae" / "glance.png").stat().st_size < 20_000
    assert not (made / "images-denoise-25" / "glance.png").exists()  # its golden pictures are too small


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "serving/gallery/live").glob("[a-z]*.py")])
def test_a_demo_has_a_template_and_a_script_of_its_name(name):
    folder = ROOT / "serving" / "gallery"
    assert (folder / "templates" / "live" / f"{name}.html.jinja").is_file()
    assert "export async function start(" in (folder / "static" / "live" / f"{name}.js").read_text("utf-8")
