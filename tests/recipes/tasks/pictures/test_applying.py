"""An export is run over pictures as people have them: depth, alpha, profile and paths survive, failures are told."""

import functools
import os
import signal

import numpy as np
import pytest
import tensorflow as tf
import tifffile
from PIL import Image, ImageCms

import zoo
from recipes.data.images import Picture, read, write
from recipes.reading.pictures import frames
from recipes.tasks.pictures import applying, exported
from recipes.tasks.pictures.applying import apply
from zoo import UsageError
from zoo.layers.color import lightened

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
MODELS = {
    "grey": (1, {"task": "denoise"}),
    "color": (3, {"task": "denoise"}),
    "larger": (3, {"task": "super_resolution", "scale": 2}),
    "coloring": (1, {"task": "colorize"}),
}


@functools.cache
def model(name):
    """A small restorer whose layers all take part."""
    channels, given = MODELS[name]
    made = zoo.build("restorer", (None, None, channels), filters=(4, 16), blocks=(1, 1), seed=0, **given)
    rng = np.random.default_rng(0)
    for weight in made.weights:  # many begin at zero
        if "level_" in weight.path:
            weight.assign(rng.normal(scale=0.05, size=weight.shape))
    return made


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    """Exports a model once and returns its folder."""
    return functools.cache(lambda name: zoo.export(model(name), tmp_path_factory.mktemp(name), formats=["saved_model"]))


@pytest.fixture(autouse=True, scope="module")
def loaded_once():
    """Loading an export takes longer than all else here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applying, "loaded", functools.cache(applying.loaded))
        yield


def noise(*shape, kind="uint8", seed=0):
    return np.random.default_rng(seed).integers(0, np.iinfo(kind).max + 1, shape, kind)


def saved(file, pixels=None, alpha=None, profile=None):
    write(Picture(noise(20, 30, 3) if pixels is None else pixels, alpha, profile), file)
    return file


def restored(name, pixels, **options):
    """What the model gives for a whole picture, in the picture's own steps."""
    most = np.iinfo(pixels.dtype).max
    return model(name).reconstruct((pixels / most)[None], **options)[0] * most


def assert_near(found, expected, steps=0.51):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=steps)


def test_jpeg(export, tmp_path):
    source = saved(tmp_path / "a.jpg")
    applied = apply(export("color"), source, tmp_path / "b.png")
    assert (applied.done, applied.failed, applied.notes) == (["a.jpg"], [], [])
    assert applied.summary() == "Restored 1: 1 PNG of 8 bits."
    x = read(source).pixels
    assert_near(read(tmp_path / "b.png").pixels, restored("color", x))
    assert np.abs(read(tmp_path / "b.png").pixels - x.astype(int)).max() > 9  # it does something
    apply(export("color"), source, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.format == "JPEG"


def test_16_bits_alpha_and_profile_are_kept(export, tmp_path):
    x, alpha = noise(11, 14, 3, kind="uint16"), noise(11, 14, kind="uint16", seed=1)
    source = saved(tmp_path / "a.png", x, alpha, PROFILE)
    apply(export("color"), source, tmp_path / "b.png")
    found = read(tmp_path / "b.png")
    assert found.pixels.dtype == np.uint16
    assert_near(found.pixels, restored("color", x), steps=1)
    np.testing.assert_array_equal(found.alpha, alpha)
    assert found.profile == PROFILE


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_alpha_becomes_larger_too(kind, export, tmp_path):
    x = noise(9, 7, 3, kind=kind)
    most = np.iinfo(kind).max
    alpha = np.zeros((9, 7), kind)
    alpha[:, 3:] = most
    source = saved(tmp_path / "a.tif" if kind == "uint16" else tmp_path / "a.png", x, alpha)
    apply(export("larger"), source, tmp_path / f"b{source.suffix}")
    found = read(tmp_path / f"b{source.suffix}")
    assert_near(found.pixels, restored("larger", x), steps=1)
    assert found.alpha.shape == (18, 14)
    # New pixels lie 1/4 from old ones. Keys' kernel (parameter -1/2) weighs those 1/4, 3/4, 5/4 and 7/4 away by 0.8672,
    # 0.2266, -0.0703 and -0.0234: beside the edge are 0.2266 - 0.0234 and 0.8672 - 0.0703, and what overshoots is cut.
    edge = [0, 0, 0, 0, 0, 0.2031, 0.7969, 1, 1]
    np.testing.assert_allclose(found.alpha[:, :9] / most, np.tile(edge, (18, 1)), atol=0.6 / 255)


def test_pictures_are_turned_as_exif_says(export, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    x = noise(10, 16, 3)
    Image.fromarray(x).save(tmp_path / "a.png", exif=exif)
    apply(export("color"), tmp_path / "a.png", tmp_path / "b.png")
    assert_near(read(tmp_path / "b.png").pixels, restored("color", np.rot90(x, -1)))


def test_a_grey_model_takes_each_channel_by_itself(export, tmp_path):
    x = noise(13, 17, 3)
    apply(export("grey"), saved(tmp_path / "a.png", x), tmp_path / "b.png")
    expected = np.concatenate([restored("grey", x[..., i : i + 1]) for i in range(3)], axis=-1)
    assert_near(read(tmp_path / "b.png").pixels, expected)


def test_a_color_model_gives_grey_for_grey(export, tmp_path):
    x = noise(13, 17, 1)
    apply(export("color"), saved(tmp_path / "a.png", x), tmp_path / "b.png")
    expected = restored("color", np.repeat(x, 3, axis=-1)).mean(axis=-1, keepdims=True)
    assert_near(read(tmp_path / "b.png").pixels, expected)


def test_coloring_takes_grey_and_color_as_light(export, tmp_path):
    folder = tmp_path / "in"
    grey, color = noise(13, 17, 1), noise(13, 17, 3)
    saved(folder / "grey.png", grey)
    saved(folder / "no_color.png", np.repeat(grey, 3, axis=-1))
    saved(folder / "color.png", color)
    applied = apply(export("coloring"), folder, tmp_path / "out")
    assert applied.notes == ["color.png: had colors, of which only the lightness was used."]
    expected = restored("coloring", grey)
    assert_near(read(tmp_path / "out/grey.png").pixels, expected)
    assert_near(read(tmp_path / "out/no_color.png").pixels, expected)
    light = np.asarray(lightened((color / 255).astype("float32")))
    expected = model("coloring").reconstruct(light[None])[0] * 255
    assert_near(read(tmp_path / "out/color.png").pixels, expected)


def test_the_ensemble_and_tiles(export, tmp_path):
    x = noise(170, 20, 3)
    source = saved(tmp_path / "a.png", x)
    apply(export("color"), source, tmp_path / "b.png", ensemble=True, tile=1)
    assert_near(read(tmp_path / "b.png").pixels, restored("color", x, ensemble=True))


def test_a_folder_goes_on_beside_troubles_and_tells_them(export, tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    saved(folder / "inner/deep/a.JPG", noise(20, 30, 1))
    saved(folder / "1.png")
    (folder / "broken.png").write_bytes((folder / "1.png").read_bytes()[:200])
    Image.fromarray(noise(9, 9)).save(folder / "moving.pgm")
    Image.fromarray(noise(9, 9)).save(folder / "twin.pgm")
    saved(folder / "twin.png")
    (folder / "notes.txt").write_text("none")
    (folder / "lost.png").symlink_to("nowhere")
    (out / "1.png").mkdir(parents=True)
    applied = apply(export("color"), folder, out)

    assert sorted(applied.done) == ["inner/deep/a.JPG", "moving.pgm", "twin.png"]
    written = [file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()]
    assert sorted(written) == ["inner/deep/a.JPG", "moving.png", "twin.png"]
    assert [name for name, _ in applied.failed] == ["lost.png", "1.png", "twin.pgm", "broken.png"]
    for name, reason in (
        ("lost.png", "cannot be opened (No such file or directory)"),
        ("1.png", "which is a folder"),
        ("twin.pgm", "twin.png, the place of another picture"),
        ("broken.png", "is no whole picture"),
    ):
        assert reason in dict(applied.failed)[name]
    summary = applied.summary().splitlines()
    assert "Failed 4:" in summary
    assert "  broken.png: is no whole picture" in applied.summary()
    assert "moving.pgm: .pgm cannot be written; written as .png." in summary
    assert any(line.startswith("1 other file does not end in") for line in summary)
    assert "7/7" in capsys.readouterr().out


def test_a_format_that_cannot_hold_what_comes_out_gives_way(export, tmp_path):
    saved(tmp_path / "in/long.webp", noise(1, 8200, 3))
    applied = apply(export("larger"), tmp_path / "in", tmp_path / "out")
    assert applied.notes == ["long.webp: cannot hold sides of over 16,383 pixels, being WEBP; written as .png."]
    assert os.listdir(tmp_path / "out") == ["long.png"]
    assert read(tmp_path / "out/long.png").pixels.shape == (2, 16400, 3)


def test_a_picture_that_is_read_is_not_written_over(export, tmp_path):
    saved(tmp_path / "in/in/a.png", noise(9, 9, 3))
    kept = saved(tmp_path / "in/a.png").read_bytes()
    applied = apply(export("color"), tmp_path / "in", tmp_path)  # in/in/a.png would become in/a.png
    assert applied.done == ["a.png"]
    assert [name for name, _ in applied.failed] == ["in/a.png"]
    assert (tmp_path / "in/a.png").read_bytes() == kept


def test_a_picture_into_a_folder(export, tmp_path):
    source = saved(tmp_path / "a.png")
    (tmp_path / "out").mkdir()
    apply(export("color"), source, tmp_path / "out")
    assert read(tmp_path / "out/a.png").pixels.shape == (20, 30, 3)


def test_what_fails_in_one_picture_is_told(export, tmp_path, monkeypatch):
    saved(tmp_path / "in/a.png")
    saved(tmp_path / "in/b.png", noise(20, 30, 1))
    (tmp_path / "out").mkdir()
    old = saved(tmp_path / "out/b.png").read_bytes()

    def full(pictures, out, count):
        (picture,) = pictures
        if picture.pixels.shape[-1] == 1:
            raise OSError(28, "No space left on device", str(out))
        write(picture, out)

    monkeypatch.setattr(applying, "write", full)
    applied = apply(export("color"), tmp_path / "in", tmp_path / "out")
    assert applied.failed == [("b.png", "No space left on device")]
    assert (tmp_path / "out/b.png").read_bytes() == old

    monkeypatch.setattr(exported, "tiled", lambda *_: np.empty(10**18, "uint8"))
    with pytest.raises(
        UsageError, match=r"^a.png: takes more memory than there is: .* \(1 more failed, and none is done"
    ):
        apply(export("color"), tmp_path / "in", tmp_path / "out")


def test_ctrl_c_leaves_whole_files_only(export, tmp_path, monkeypatch):
    for name in "abc":
        saved(tmp_path / f"in/{name}.png")

    def interrupted(pictures, out, count):
        if out.name == "b.png":
            signal.raise_signal(signal.SIGINT)
        write(pictures, out, count)

    monkeypatch.setattr(applying, "write", interrupted)
    with pytest.raises(KeyboardInterrupt, match="Stopped: 2 of 3 pictures are written"):
        apply(export("color"), tmp_path / "in", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == ["a.png", "b.png"]
    assert all(read(tmp_path / "out" / name).pixels.shape == (20, 30, 3) for name in ("a.png", "b.png"))


@pytest.fixture
def places(export, tmp_path):
    saved(tmp_path / "in/a.png")
    write(Picture(noise(5, 5, 3), noise(5, 5)), tmp_path / "clear.png")
    (tmp_path / "broken.png").write_bytes(b"no")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad/saved_model").mkdir(parents=True)
    (tmp_path / "bad/saved_model/saved_model.pb").write_bytes(b"no")
    zoo.export(zoo.build("vanilla", (4,), seed=0), tmp_path / "other", formats=["saved_model"])
    (tmp_path / "good").symlink_to(export("color"))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nowhere in out", "nowhere/saved_model is not there: give the folder of an export"),
        ("good/saved_model in out", "saved_model/saved_model is not there: give the folder of an export"),
        ("bad in out", r"bad/saved_model.* cannot be (read|loaded) \(.+\): fetch or export it again"),
        ("other in out", "has no ensemble and no geometry, so it is no restorer: give the folder"),
        ("good nowhere out", "nowhere is not there: give a picture or a folder"),
        ("good empty out", "empty holds no picture"),
        ("good in in", "lies in .*in: give a folder outside"),
        ("good in in/inner", "lies in .*in: give a folder outside"),
        ("good in clear.png", "clear.png is a file"),
        ("good clear.png out.pgm", "must end in .*: call it .*out.png"),
        ("good clear.png out", "must end in .*: call it .*out.png"),
        ("good clear.png clear.png", "would be written over itself"),
        ("good clear.png .", "would be written over itself"),
        ("good clear.png out.jpg", "^clear.png: .*out.jpg cannot hold transparency, being JPEG: call it out.png"),
        ("good broken.png out.png", "^broken.png: is no picture"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(words, told, places):
    with pytest.raises(UsageError, match=told):
        apply(*(places / word for word in words.split()))
    assert not list(places.glob("out*"))


LARGE = """
import resource, sys, time
from pathlib import Path
from recipes.tasks.pictures.applying import apply
begin = time.time()
apply(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, time.time() - begin)
"""


@pytest.mark.slow  # two minutes
def test_100_megapixels_fit_into_4_gb(export, tmp_path, fresh_python):
    source = saved(tmp_path / "a.png", np.tile(noise(500, 500, 3), (20, 20, 1)))
    made = fresh_python("-c", LARGE, export("color"), source, tmp_path / "b.png")
    assert made.returncode == 0, made.stderr
    peak, seconds = map(float, made.stdout.split()[-2:])
    print(f"{peak / 1e9:.2f} GB, {seconds:.0f} s")
    assert peak < 4e9
    found = read(tmp_path / "b.png").pixels
    np.testing.assert_array_equal(found[4500:5000, 4500:5000], found[500:1000, 500:1000])


def test_a_model_that_reads_files_is_used_if_it_is_trusted(tmp_path):
    def reads(image):
        return {"reconstruction": image + tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), image.dtype)}

    spec = tf.TensorSpec((None, None, None, 1), tf.float32, name="image")
    one = tf.function(lambda: {"scale": 1, "multiple": 1, "reach": 0}, input_signature=[])
    calls = {name: tf.function(reads, input_signature=[spec]) for name in ("serving_default", "ensemble")}
    tf.saved_model.save(tf.Module(), str(tmp_path / "saved_model"), signatures={**calls, "geometry": one})
    Image.new("L", (4, 4)).save(tmp_path / "in.png")
    paths = (tmp_path, tmp_path / "in.png", tmp_path / "out.png")
    with pytest.raises(UsageError, match=r"ReadFile\): add --trust"):
        apply(*paths)
    assert apply(*paths, trusted=True).done == ["in.png"]


@pytest.mark.parametrize(
    "geometry",
    [
        {"scale": 0, "multiple": 1, "reach": 0},
        {"scale": 1, "multiple": 0, "reach": 0},
        {"scale": 1, "multiple": 1, "reach": -1},
        {"scale": 1, "multiple": 2**30, "reach": 0},
        {"scale": 1, "multiple": 1},
        {"scale": [1, 1], "multiple": 1, "reach": 0},
        {"scale": float("inf"), "multiple": 1, "reach": 0},
        {"scale": "one", "multiple": 1, "reach": 0},
    ],
)
def test_a_geometry_that_no_restorer_has_is_refused(geometry, tmp_path):
    spec = tf.TensorSpec((None, None, None, 1), tf.float32, name="image")
    call = tf.function(lambda image: {"reconstruction": image}, input_signature=[spec])
    told = tf.function(lambda: {name: tf.constant(value) for name, value in geometry.items()}, input_signature=[])
    calls = {"serving_default": call, "ensemble": call, "geometry": told}
    tf.saved_model.save(tf.Module(), str(tmp_path / "saved_model"), signatures=calls)
    Image.new("L", (4, 4)).save(tmp_path / "in.png")
    with pytest.raises(UsageError, match="No restorer has such a geometry"):
        apply(tmp_path, tmp_path / "in.png", tmp_path / "out.png")


def test_values_of_12_bits_are_restored_as_those_of_8_are(export, tmp_path):
    x = noise(40, 30, 1)
    deep = np.rint(x / 255 * 4095).astype("uint16")
    deep[0, 0] = 4095
    saved(tmp_path / "in/8.png", x)
    tf.io.write_file(str(tmp_path / "in/12.png"), tf.io.encode_png(deep))
    tf.io.write_file(str(tmp_path / "in/full.png"), tf.io.encode_png(noise(40, 30, 1, kind="uint16")))
    applied = apply(export("grey"), tmp_path / "in", tmp_path / "out")
    found = tf.io.decode_png((tmp_path / "out/12.png").read_bytes(), dtype=tf.uint16).numpy()
    assert found.max() <= 4095
    expected = model("grey").reconstruct((deep / 4095)[None])[0] * 4095
    assert_near(found, expected, steps=1)
    assert applied.summary().startswith("Restored 3: 2 PNG of 16 bits, 1 PNG of 8 bits.")
    assert any(note.startswith("White is taken to be 4,095 in 1 file of 16 bits") for note in applied.notes)
    assert any(note.startswith("White is taken to be 65,535 in 1 file of 16 bits") for note in applied.notes)


def test_floating_point_stays_floating_point(export, tmp_path):
    x = np.random.default_rng(0).random((12, 10, 3), "float32")
    tifffile.imwrite(tmp_path / "a.tif", 255 * x, photometric="rgb")
    apply(export("color"), tmp_path / "a.tif", tmp_path / "b.tif")
    found = tifffile.imread(tmp_path / "b.tif")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, model("color").reconstruct(x[None])[0] * 255, atol=0.01)
    with pytest.raises(UsageError, match=r"cannot hold floating-point values, being PNG: call it b\.tif"):
        apply(export("color"), tmp_path / "a.tif", tmp_path / "b.png")


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tif"])
def test_each_frame_is_restored(ending, export, tmp_path):
    images = [Image.fromarray(noise(12, 10, 3, seed=i)) for i in range(3)]
    images[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=images[1:], duration=[40, 50, 60], loop=0)
    source = list(frames(tmp_path / f"a.{ending}"))
    applied = apply(export("larger"), tmp_path / f"a.{ending}", tmp_path / f"b.{ending}")
    found = list(frames(tmp_path / f"b.{ending}"))
    assert len(found) == 3
    if ending != "gif":
        for one, other in zip(found, source, strict=True):
            assert_near(one.pixels, restored("larger", other.pixels), steps=1 if ending != "webp" else 3)
    else:
        assert applied.notes == ["a.gif: has 256 colors a frame, as GIF holds them."]
    assert [one.duration for one in found] == [other.duration for other in source]


def test_what_a_folder_loses_is_said(export, tmp_path):
    pages = [noise(9, 9, kind="uint16", seed=i) for i in range(2)]
    (tmp_path / "in").mkdir()
    with tifffile.TiffWriter(tmp_path / "in/scan.tif") as writer:
        for page in pages:
            writer.write(page, photometric="miniswhite")
    exif = Image.Exif()
    exif[0x0132] = "2020:01:02 03:04:05"
    Image.fromarray(noise(9, 9, 3)).save(tmp_path / "in/a.jpg", exif=exif)
    applied = apply(export("grey"), tmp_path / "in", tmp_path / "out")
    assert "scan.tif: has 0 as white, and is read with 0 as black." in applied.notes
    assert applied.forms == {"JPEG of 8 bits": 1, "TIFF of 16 bits": 1}
    with Image.open(tmp_path / "out/a.jpg") as image:
        assert image.getexif()[0x0132] == "2020:01:02 03:04:05"
    assert apply(export("grey"), tmp_path / "in/a.jpg", tmp_path / "a.bmp").notes == [
        "a.jpg: loses its EXIF, which BMP cannot hold."
    ]


@pytest.mark.parametrize(
    ("call", "scale"),
    [
        (lambda image: image, 2),
        (lambda image: image[:, 1:], 1),
        (lambda image: image / 0.0, 1),
        (lambda image: tf.concat([image, image], axis=0), 1),
    ],
)
def test_values_that_are_no_picture_of_the_size_are_refused(call, scale, tmp_path):
    spec = tf.TensorSpec((None, None, None, 1), tf.float32, name="image")
    run = tf.function(lambda image: {"reconstruction": call(image)}, input_signature=[spec])
    geometry = tf.function(lambda: {"scale": scale, "multiple": 1, "reach": 0}, input_signature=[])
    calls = {"serving_default": run, "ensemble": run, "geometry": geometry}
    tf.saved_model.save(tf.Module(), str(tmp_path / "saved_model"), signatures=calls)
    Image.new("L", (4, 4)).save(tmp_path / "in.png")
    with pytest.raises(UsageError, match="The model gives values of shape") as refused:
        apply(tmp_path, tmp_path / "in.png", tmp_path / "out.png")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out.png").exists()
