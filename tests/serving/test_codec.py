"""Files of pictures: written, read again in other processes and by other threads, damaged, and another model's."""

import dataclasses
import hashlib
import os
import tracemalloc
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import zoo
from benchmarks.fuzzing.mutating import mutated
from serving import codec, compress, container, decompress, files, photographs
from serving.codec import Codec
from serving.coding import Decoder, Encoder, Escapes, Tables
from serving.photographs import Photograph
from serving.refusing import Refused

SIZES = [(1, 1), (1, 17), (16, 16), (33, 1), (67, 129), (300, 5)]


def exported(folder, name: str, channels: int, seed: int = 0, **options):
    """An export of a small compressor whose latents are some steps long and whose parts all take part."""
    small = {"latent_dim": 6, "filters": (8, 8), "blocks": 1, "rates": (0.002, 0.1), "seed": seed, **options}
    model = zoo.build(name, (None, None, channels), **small)
    rng = np.random.default_rng(seed)
    for part in ("encoder", "hyper_encoder", "hyper_decoder", "context", "decoder"):
        for weight in getattr(model, part).weights if getattr(model, part, None) else ():
            fan = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100.0
            weight.assign(rng.normal(scale=fan**-0.5, size=weight.shape))
    model.decoder.weights[-1].assign(np.full(model.decoder.weights[-1].shape, 0.5))
    return zoo.export(model, folder, examples=np.zeros((1, 16, 16, channels)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Exports, and what they give."""
    folder = tmp_path_factory.mktemp("exports")
    folders = {
        "hyperprior": exported(folder / "hyperprior", "hyperprior", 3, hyper_dim=4),
        "factorized": exported(folder / "factorized", "factorized", 1),
    }
    return SimpleNamespace(folders=folders, codecs={name: Codec(path) for name, path in folders.items()})


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Waves, and a little noise."""
    rng = np.random.default_rng([seed, height, width])
    y, x = np.mgrid[0:height, 0:width] / 9
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.normal(size=(channels, 3))]
    noise = rng.normal(scale=5, size=(height, width, channels))
    return np.clip(128 + 90 * np.stack(waves, -1) + noise, 0, 255).astype("uint8")


@pytest.mark.parametrize("name", ["hyperprior", "factorized"])
def test_every_size_goes_there_and_back_to_what_the_model_makes_of_it(made, name):
    coder = made.codecs[name]
    for height, width in SIZES:
        pixels = picture(height, width, coder.channels)
        file = coder.compress(pixels, 100)
        again = coder.decompress("x", container.unpacked("x", container.packed(file)))
        assert again.shape == pixels.shape
        assert again.dtype == np.uint8
        np.testing.assert_array_equal(again, coder.decompress("x", coder.compress(pixels, 100)))


@pytest.mark.parametrize("name", ["hyperprior", "factorized"])
def test_the_bytes_written_are_those_that_the_model_estimates(made, name):
    coder = made.codecs[name]
    pixels = picture(256, 320, coder.channels)
    for quality in (20, 80):
        given = {"image": coder.constant(pixels[None]), "quality": coder.constant(quality, "int32")}
        estimated = float(coder.signatures["estimate"](**given)["bits"][0]) / 8
        streams = coder.compress(pixels, quality).streams
        written = sum(len(stream) for stream in streams.values())
        assert written == pytest.approx(estimated, rel=0.02, abs=16)


def test_quality_is_a_knob(made):
    coder, pixels = made.codecs["hyperprior"], picture(128, 128)
    sizes = [len(container.packed(coder.compress(pixels, quality))) for quality in (0, 30, 60, 100)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 1.5 * sizes[0]


def test_a_large_picture_in_tiles_is_that_of_one_tile(made, monkeypatch):
    coder, pixels = made.codecs["hyperprior"], picture(360, 500)
    whole = coder.compress(pixels, 50)
    expected = coder.decompress("x", whole)
    monkeypatch.setattr(codec, "TILE", 8)
    monkeypatch.setattr(codec, "HYPER_TILE", 2)
    shares = []
    # Latents of tiles may differ in the last bits of floating point, and so, seldom, in a rounding; pixels may not.
    tiled = coder.compress(pixels, 50, shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 4
    assert shares[-1] == 1.0
    assert abs(len(container.packed(tiled)) - len(container.packed(whole))) < 20
    np.testing.assert_array_equal(coder.decompress("x", whole), expected)


OTHERS = [(1, "1"), (2, "0"), (2, "1")]  # this process has as many threads as there are cores
ELSEWHERE = """
import hashlib, sys
from pathlib import Path
import tensorflow as tf
if threads := int(sys.argv[3]):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
from serving import decompress
from serving.codec import Codec
coder = Codec(Path(sys.argv[1]))
found = decompress.decompressed(coder, "x", Path(sys.argv[2]).read_bytes())
print(hashlib.sha256(found.pixels.tobytes()).hexdigest())
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("threads", "kernels"), [(1, "0"), *(pytest.param(*o, marks=pytest.mark.slow) for o in OTHERS)]
)
def test_another_process_with_other_threads_and_kernels_gives_the_same_pixels(
    threads, kernels, made, tmp_path, fresh_python
):
    coder = made.codecs["hyperprior"]
    content = compress.compressed(coder, "x", Photograph(picture(200, 333)), 70)
    (tmp_path / "x.azc").write_bytes(content)
    expected = hashlib.sha256(decompress.decompressed(coder, "x", content).pixels.tobytes()).hexdigest()
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": kernels}
    run = fresh_python("-c", ELSEWHERE, made.folders["hyperprior"], tmp_path / "x.azc", threads, env=environment)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == expected


def test_opacity_profile_and_grey_are_kept(made):
    coder = made.codecs["hyperprior"]
    alpha = picture(40, 50, 1)[..., 0]
    content = compress.compressed(coder, "x", Photograph(picture(40, 50, 1), alpha, b"a profile"), 50)
    found = decompress.decompressed(coder, "x", content)
    assert found.pixels.shape == (40, 50, 1)
    np.testing.assert_array_equal(found.alpha, alpha)
    assert found.profile == b"a profile"


def test_what_is_too_large_or_colored_is_refused(made, monkeypatch):
    with pytest.raises(Refused, match="has color, and this export takes grey pictures"):
        compress.compressed(made.codecs["factorized"], "x", Photograph(picture(8, 8)), 50)
    monkeypatch.setattr(container, "LARGEST", 60)
    with pytest.raises(Refused, match="has 64 pixels, over 60"):
        compress.compressed(made.codecs["hyperprior"], "x", Photograph(picture(8, 8)), 50)


def test_another_model_opens_nothing(made):
    file = made.codecs["hyperprior"].compress(picture(8, 8), 50)
    content = container.packed(dataclasses.replace(file, fingerprint=b"another "))
    with pytest.raises(Refused, match=r"x\.azc was made by the model [0-9a-f]{16}, and this export is [0-9a-f]{16}"):
        decompress.decompressed(made.codecs["hyperprior"], "x.azc", content)


def test_an_export_of_something_else_is_refused(tmp_path):
    model = zoo.build("vanilla", (4,), latent_dim=1, hidden_units=(), seed=0)
    with pytest.raises(Refused, match="has no analysis and no geometry and no synthesis and no tables"):
        Codec(zoo.export(model, tmp_path))


@pytest.mark.slow
def test_all_sizes_up_to_67_by_129_and_thin_ones(made):
    coder, whole = made.codecs["factorized"], picture(67, 129, 1)
    sizes = [(height, width) for height in range(1, 68) for width in range(1, 130)]
    for height, width in [*sizes, (3000, 5), (5, 3000)]:
        pixels = np.resize(whole, (height, width, 1))
        file = container.unpacked("x", container.packed(coder.compress(pixels, 50)))
        assert coder.decompress("x", file).shape == pixels.shape


ONES = dict.fromkeys(("shrink", "analysis_reach", "synthesis_reach"), 1)
LACKING = {"counts": [1, 2], "lengths": [3], "first": [0], "fingerprint": [0] * 8}


@pytest.mark.parametrize(("signature", "given"), [("geometry", {**ONES, "shrink": -16}), ("tables", LACKING)])
def test_a_geometry_or_tables_that_no_compressor_has_are_refused(signature, given, made, monkeypatch):
    folder = made.folders["factorized"]
    signatures = dict(made.codecs["factorized"].signatures)
    signatures[signature] = lambda: {name: tf.constant(value) for name, value in given.items()}
    monkeypatch.setattr(codec, "load", lambda *_, **__: SimpleNamespace(signatures=signatures))
    with pytest.raises(Refused, match=r"holds no compressor as recipes\.compress makes it"):
        Codec(folder)


def test_damaged_files_are_refused_or_give_the_picture(made):
    coder = made.codecs["hyperprior"]
    content = compress.compressed(coder, "x", Photograph(picture(30, 40), picture(30, 40, 1)[..., 0], b"profile"), 50)
    whole = decompress.decompressed(coder, "x", content)
    refusals = []
    for number in range(300):
        changed = mutated(content, np.random.default_rng(number))
        hidden = number % 2 == 1 and len(changed) > 20
        if hidden:  # damage that the checksum does not show
            changed = changed[:5] + zlib.crc32(changed[9:]).to_bytes(4, "little") + changed[9:]
        try:
            found = decompress.decompressed(coder, "x", changed)
        except Refused as refusal:
            refusals.append(str(refusal))
            continue
        assert hidden or np.array_equal(found.pixels, whole.pixels)
    assert len(refusals) > 200
    assert not any("\n" in refusal for refusal in refusals)


@pytest.mark.parametrize("name", ["hyperprior", "factorized"])
@pytest.mark.parametrize("size", [(1 << 14, 1 << 14), (1, 1 << 28), (1 << 26, 4)])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_a_picture_that_its_bytes_cannot_hold_is_refused_before_memory_is_taken(made, name, size, has_alpha):
    coder = made.codecs[name]
    file = coder.compress(picture(64, 64, coder.channels), 100)
    streams = {**file.streams, "alpha": photographs.packed_alpha(np.zeros((64, 64), "uint8")) if has_alpha else b""}
    height, width = size
    content = container.packed(
        dataclasses.replace(file, height=height, width=width, has_alpha=has_alpha, streams=streams)
    )
    tracemalloc.start()
    try:
        with pytest.raises(
            Refused, match="damaged opacity" if has_alpha else "too few bytes for a picture of its size"
        ):
            decompress.decompressed(coder, "x", content)
        assert tracemalloc.get_traced_memory()[1] < 2e6  # its pixels would have 268 MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("counts", [[1, (1 << 20) - 2, 1], [(1 << 20) - 1, 1], [5, 7, 9, 11], [1] * 99 + [3000, 1]])
def test_what_symbols_take_at_least_is_never_more_than_what_they_take(counts):
    tables = Tables(np.array(counts), np.array([len(counts)]), np.array([0]))
    for count in (1, 50, 500_000):
        symbols = np.full(count, np.argmax(counts[:-1]), "int32")  # the likeliest
        encoder = Encoder(tables)
        encoder.add(symbols, np.zeros(count, "uint16"))
        decoder = Decoder("x", tables, encoder.content(), Escapes("x", b""))
        decoder.check((1, count, 1))
        np.testing.assert_array_equal(decoder.take(np.zeros(count, "uint16")), symbols)
        more = int((decoder.bits + 1) / tables.least[0]) + 1
        with pytest.raises(Refused, match="too few bytes"):
            decoder.check((1, more, 1))


def test_symbols_that_differ_from_those_written_are_noticed(made):
    coder = made.codecs["hyperprior"]
    file = coder.compress(picture(64, 64), 50)
    with pytest.raises(Refused, match="gives other symbols than were written"):
        coder.decompress("x", dataclasses.replace(file, symbols=file.symbols ^ 1))


def command(module, monkeypatch, *words: object) -> None:
    monkeypatch.setattr("sys.argv", [module.__name__, *map(str, words)])
    module.main()


def test_the_commands_take_files_and_folders(made, tmp_path, monkeypatch, capsys):
    export = made.folders["hyperprior"]
    for module in (compress, decompress):
        monkeypatch.setattr(module, "Codec", lambda folder, trusted: made.codecs[folder.name])
    (tmp_path / "in" / "inner").mkdir(parents=True)
    Image.fromarray(picture(20, 30)).save(tmp_path / "in" / "a.png")
    Image.fromarray(picture(9, 8, 1)[..., 0]).save(tmp_path / "in" / "inner" / "b.jpg")
    command(compress, monkeypatch, export, tmp_path / "in", tmp_path / "out", "--quality", 90)
    assert "bits a pixel" in capsys.readouterr().out
    command(decompress, monkeypatch, export, tmp_path / "out", tmp_path / "back")
    with Image.open(tmp_path / "back" / "a.png") as a, Image.open(tmp_path / "back" / "inner" / "b.png") as b:
        assert (a.mode, a.size, b.mode, b.size) == ("RGB", (30, 20), "L", (8, 9))
    command(compress, monkeypatch, export, tmp_path / "in" / "a.png", tmp_path / "one.azc")
    command(decompress, monkeypatch, export, tmp_path / "one.azc", tmp_path / "one.webp")
    assert "30 x 20 pixels" in capsys.readouterr().out
    (tmp_path / "in" / "c.png").write_text("no picture")
    with pytest.raises(SystemExit, match="1"):
        command(compress, monkeypatch, export, tmp_path / "in", tmp_path / "more")
    said = capsys.readouterr()
    assert "c.png is no whole picture" in said.err
    assert sorted(path.name for path in (tmp_path / "more").rglob("*.azc")) == ["a.azc", "b.azc"]


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("in", "in/a.png", "is a file, and"),
        ("in/a.png", "in/a.png", "would be written over itself"),
        ("in/a.png", "in", "is a folder, and"),
        ("empty", "out", "holds no file that ends in .png"),
        ("twins", "out", "would both be written to"),
    ],
)
def test_what_cannot_be_planned_is_said(source, target, told, tmp_path):
    for folder, names in (("in", ["a.png"]), ("empty", ["a.txt"]), ("twins", ["a.png", "a.jpg"])):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).touch()
    with pytest.raises(Refused, match=told):
        files.planned(tmp_path / source, tmp_path / target, (".png", ".jpg"), ".azc")
