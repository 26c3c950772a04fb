"""Pictures of every kind come out upright and right, what is none is skipped with its reason, and patches repeat."""

import contextlib
import os
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tifffile
from PIL import Image, ImageCms

from recipes.data import images
from recipes.data.images import Picture
from zoo import UsageError

SHARED = Path(__file__).resolve().parents[3] / "../shared/data/images"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(*shape, kind="uint8", seed=0):
    return np.random.default_rng(seed).integers(0, np.iinfo(kind).max + 1, shape, kind)


COLOR = noise(40, 50, 3)
GREY = COLOR[..., 0]
SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[50:200:50j, 60:180:40j], 99), axis=-1).astype("uint8")


def saved(folder, name, x=COLOR, **options):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    (x if isinstance(x, Image.Image) else Image.fromarray(x)).save(file, **options)
    return file


@pytest.fixture
def ten(tmp_path):
    """A folder of ten pictures, nested and flat, of mixed sizes, formats and modes."""
    folder = tmp_path / "ten"
    for i in range(10):
        ending = ("png", "bmp", "webp", "tif", "PNG")[i % 5]
        x = noise(20 + i, 30 - i, 3, seed=i)
        name = f"{'inner/deep/' * (i % 2)}{i}.{ending}"
        saved(folder, name, x[..., 0] if i == 1 else x, **{"lossless": True} if ending == "webp" else {})
    return folder


# One picture


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "1", "P", "PA"])
def test_each_mode_has_the_colors_that_pillow_gives_it(mode, tmp_path):
    image = Image.fromarray(noise(9, 7, 4)).convert("RGB" if mode in ("P", "PA") else mode)
    image = image.quantize(16) if mode in ("P", "PA") else image
    options = {"transparency": 3} if mode == "PA" else {}
    picture = images.read(saved(tmp_path, "a.png", image, **options))
    assert picture.pixels.shape == (9, 7, 1 if mode in ("L", "LA", "1") else 3)
    assert (picture.alpha is not None) == (mode in ("LA", "RGBA", "PA"))
    with Image.open(tmp_path / "a.png") as opened:
        expected = np.asarray(opened.convert("RGBA"))
    np.testing.assert_array_equal(np.broadcast_to(picture.pixels, (9, 7, 3)), expected[..., :3])
    if picture.alpha is not None:
        np.testing.assert_array_equal(picture.alpha, expected[..., 3])


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_exif_says(orientation, ending, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = saved(tmp_path, f"a.{ending}", SMOOTH, exif=exif)
    picture = images.read(file)
    assert picture.pixels.shape == ((50, 40, 3) if orientation < 5 else (40, 50, 3))
    # The first axis of SMOOTH brightens red and the second green: told apart by where the corners went.
    upright = {1: "+r+g", 2: "+r-g", 3: "-r-g", 4: "-r+g", 5: "+g+r", 6: "+g-r", 7: "-g-r", 8: "-g+r"}[orientation]
    down, right = upright[:2], upright[2:]
    for axis, told in ((0, down), (1, right)):
        channel = picture.pixels[..., "rg".index(told[1])].astype(int)
        step = channel.take(-1, axis).mean() - channel.take(0, axis).mean()
        assert np.sign(step) == (1 if told[0] == "+" else -1), (axis, told)


def test_deep_pictures_are_turned_as_exif_says(tmp_path):
    x = noise(3, 5, 3, kind="uint16")
    tifffile.imwrite(tmp_path / "a.tif", x, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    np.testing.assert_array_equal(images.read(tmp_path / "a.tif").pixels, np.rot90(x, -1))


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_whose_white_is_zero_is_no_negative(order, kind, tmp_path):
    x = noise(3, 5, kind=kind)
    for name, values in (("white", np.iinfo(kind).max - x), ("black", x)):
        tifffile.imwrite(tmp_path / f"{name}.tif", values, photometric=f"minis{name}", byteorder=order)
        np.testing.assert_array_equal(images.read(tmp_path / f"{name}.tif").pixels[..., 0], x)


@pytest.mark.parametrize("shape", [(8, 5), (8, 5, 3)], ids=["grey", "color"])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_missing_strips_of_a_tiff_are_an_error(kind, shape, tmp_path):
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, noise(*shape, kind=kind), photometric=("minisblack", "rgb")[len(shape) - 2], rowsperstrip=2)
    images.read(file)
    with tifffile.TiffFile(file, mode="r+b") as tiff:
        sizes = tiff.pages[0].tags["StripByteCounts"]
        sizes.overwrite([*sizes.value[:-1], 0])
    with pytest.raises(UsageError, match="strips or tiles of it are missing"):
        images.read(file)


def test_cmyk_becomes_rgb(tmp_path):
    file = saved(tmp_path, "a.jpg", Image.new("CMYK", (8, 6), (0, 255, 255, 0)))
    np.testing.assert_allclose(images.read(file).pixels, np.broadcast_to([255, 0, 0], (6, 8, 3)), atol=4)


@pytest.mark.parametrize("ending", ["gif", "webp", "tif", "png"])
def test_of_an_animation_the_first_picture_counts(ending, tmp_path):
    frames = [Image.new("RGB", (9, 7), color) for color in ((255, 0, 0), (0, 0, 255), (0, 255, 0))]
    file = saved(tmp_path, f"a.{ending}", frames[0], save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(images.read(file).pixels, np.broadcast_to([255, 0, 0], (7, 9, 3)), atol=3)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("profile", [None, PROFILE])
def test_what_is_written_comes_back_with_depth_alpha_and_profile(ending, kind, channels, alpha, profile, tmp_path):
    profile = b"%s%s%s" % (profile[:16], b"GRAY", profile[20:]) if profile and channels == 1 else profile
    before = Picture(noise(7, 9, channels, kind=kind), noise(7, 9, kind=kind) if alpha else None, profile)
    images.write(before, tmp_path / f"a.{ending}")
    after = images.read(tmp_path / f"a.{ending}")
    assert after.pixels.dtype == kind
    np.testing.assert_array_equal(after.pixels, before.pixels)
    np.testing.assert_equal(after.alpha, before.alpha)
    assert after.profile == profile
    assert [file.name for file in tmp_path.iterdir()] == [f"a.{ending}"]


def test_pillow_reads_the_profile_of_deep_png(tmp_path):
    images.write(Picture(noise(7, 9, 3, kind="uint16"), None, PROFILE), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        assert image.info["icc_profile"] == PROFILE


@pytest.mark.parametrize(("name", "most"), [("a.webp", 0), ("a.jpg", 12), ("a.bmp", 0)])
def test_the_other_formats_are_written_as_well_as_they_can(name, most, tmp_path):
    images.write(Picture(SMOOTH, None, None), tmp_path / name)
    assert np.abs(images.read(tmp_path / name).pixels.astype(int) - SMOOTH).max() <= most


def test_a_profile_of_grey_is_left_out_of_color(tmp_path):
    images.write(Picture(COLOR, None, PROFILE[:16] + b"GRAY" + PROFILE[20:]), tmp_path / "a.png")
    assert images.read(tmp_path / "a.png").profile is None


@pytest.mark.parametrize(
    ("picture", "name", "told"),
    [
        (Picture(COLOR.astype("uint16")), "a.jpg", "cannot hold 16 bits a channel, being JPEG: call it a.png"),
        (Picture(COLOR, GREY), "a.jpg", "cannot hold transparency"),
        (Picture(COLOR, GREY, PROFILE), "a.bmp", "cannot hold transparency and a color profile"),
        (Picture(np.zeros((1, 20_000, 1), "uint8")), "a.webp", "cannot hold sides of over 16,383 pixels"),
        (Picture(COLOR), "a.xyz", "must end in .png"),
    ],
)
def test_a_format_that_cannot_hold_a_picture_is_refused(picture, name, told, tmp_path):
    with pytest.raises(UsageError, match=told.replace(".", r"\.")):
        images.write(picture, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_16_bits_are_rounded_to_8_and_grey_is_luma():
    deep = np.array([0, 128, 129, 32896, 65535], "uint16").reshape(1, 5, 1)
    assert Picture(deep).as_bytes(1).ravel().tolist() == [0, 0, 1, 128, 255]
    assert Picture(deep).as_bytes(3).shape == (1, 5, 3)
    red = np.array([[[255, 0, 0]]], "uint8")
    assert Picture(red).as_bytes(1).item() == round(0.299 * 255)


def test_32_bit_values_are_refused(tmp_path):
    with pytest.raises(UsageError, match="holds 32-bit numbers"):
        images.read(saved(tmp_path, "b.tif", noise(5, 5).astype("int32") - 300))


# Troubles


def cut(file, share=0.5):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp", "deep.png", "deep.tif"])
def test_any_damage_is_told_or_borne(name, tmp_path):
    if name.startswith("deep"):
        images.write(Picture(noise(9, 7, 3, kind="uint16")), tmp_path / name)
    else:
        saved(tmp_path, name, SMOOTH)
    whole = (tmp_path / name).read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        content = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 150), 3):
            content[place] = rng.integers(0, 256)
        (tmp_path / name).write_bytes(content)
        with contextlib.suppress(UsageError):
            assert images.read(tmp_path / name).as_bytes(3).shape[-1] == 3


def png_of(width, height):
    """A whole PNG's header for a picture of any size, with hardly any content."""

    def chunk(name, content):
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    ends = chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + ends


@pytest.fixture
def troubles(tmp_path):
    """Files that are used and files that are not, each called what it is."""
    folder = tmp_path / "troubles"
    cut(saved(folder, "truncated.jpg"))
    cut(saved(folder, "truncated.png"))
    cut(saved(folder, "truncated.webp"))
    (folder / "nothing.png").write_bytes(b"")
    (folder / "text.png").write_text("not a picture")
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".hidden.png").write_text("not a picture")
    (folder / "bomb.png").write_bytes(png_of(60_000, 60_000))
    (folder / "folder.png").mkdir()
    (folder / "self.png").symlink_to("self.png")
    (folder / "gone.png").symlink_to("nowhere.png")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    deep = saved(folder, "deep_cut.png", noise(9, 9, kind="uint16"))
    cut(deep, 0.8)
    saved(folder, "cmyk.jpg", Image.new("CMYK", (9, 8), (9, 80, 200, 0)))
    saved(folder, "palette.png", Image.fromarray(noise(9, 9, 3, seed=2)).quantize(16))
    saved(folder, "one_bit.png", Image.fromarray(noise(9, 9, seed=3)).convert("1"))
    saved(folder, "deep.png", noise(9, 9, seed=4, kind="uint16"))
    tifffile.imwrite(folder / "deep.tif", noise(9, 9, 3, seed=5, kind="uint16"), photometric="rgb")
    frames = [Image.fromarray(noise(9, 9, 3, seed=6 + i)) for i in range(3)]
    for ending in ("gif", "webp", "tif"):
        saved(folder, f"moving.{ending}", frames[0], save_all=True, append_images=frames[1:])
    saved(folder, "dot.png", noise(1, 1, 3, seed=9))
    saved(folder, "long.png", noise(3, 10_000, 3, seed=10))
    exif = Image.Exif()
    exif[0x0112] = 6
    saved(folder, "turned.jpg", noise(12, 20, 3, seed=11), exif=exif)
    saved(folder, "中文/照片.png", noise(9, 9, 3, seed=12))
    saved(folder, "wrong_ending.jpg", noise(9, 9, 3, seed=13), format="PNG")
    return folder


USED = {
    *("cmyk.jpg", "palette.png", "one_bit.png", "deep.png", "deep.tif", "moving.gif", "moving.webp", "moving.tif"),
    *("dot.png", "long.png", "turned.jpg", "中文/照片.png", "wrong_ending.jpg"),
}
NOT_USED = {
    "truncated.jpg": "is no whole picture",
    "truncated.png": "is no whole picture",
    "truncated.webp": "is no",
    "deep_cut.png": "is no whole picture",
    "nothing.png": "is empty (0 bytes)",
    "text.png": "is no picture",
    "notes.txt": "does not end in .jpg",
    "bomb.png": "would unpack to over 178,956,970 pixels",
    "self.png": "cannot be opened",
    "gone.png": "cannot be opened",
    "loop": "is a folder that was read before",
    "pipe.png": "is no file",
}


@pytest.mark.parametrize("channels", [1, 3])
def test_each_trouble_is_used_or_skipped_with_its_reason(channels, troubles):
    loaded = images.folder(troubles, channels=channels)
    skipped = dict(loaded.skipped)
    same = {name for name, reason in skipped.items() if "is the same picture as" in reason}
    assert same <= {"moving.tif", "moving.webp", "moving.gif"}  # the formats without loss hold the same first picture
    assert set(loaded.names) | same == USED
    assert skipped.keys() - same == NOT_USED.keys()
    for name, told in NOT_USED.items():
        assert told in skipped[name], name
        assert "\n" not in skipped[name]
    shapes = dict(zip(loaded.names, (picture.shape for picture in loaded.pictures), strict=True))
    assert shapes["turned.jpg"] == (20, 12, channels)
    assert shapes["long.png"] == (3, 10_000, channels)
    assert {picture.dtype for picture in loaded.pictures} == {np.dtype("uint8")}


def test_a_run_goes_on_beside_troubles_and_tells_them(troubles):
    loaded = images.load(str(troubles), smallest=4)
    assert min(min(x.shape[:2]) for part in (loaded.train, loaded.validation, loaded.test) for x in part.pictures) >= 4
    assert ("dot.png", "is 1 x 1: sides of at least 4 are needed") in loaded.skipped
    summary = loaded.summary()
    assert f"\nSkipped {len(loaded.skipped)}:\n" in summary
    assert "2 files hold several frames or pages, of which the first is used" in summary
    assert "  long.png: is 10000 x 3: sides of at least 4 are needed" in summary


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_skipped(ten):
    (ten / "0.png").chmod(0)
    (ten / "inner").chmod(0)
    try:
        loaded = images.folder(ten)
        assert dict(loaded.skipped)["0.png"].startswith("cannot be opened")
        assert dict(loaded.skipped)["inner"].startswith("cannot be opened")
        assert len(loaded) == 4
    finally:
        (ten / "inner").chmod(0o700)


def refuse(path, *arguments, **options):
    raise PermissionError(13, "Permission denied", str(path))


def test_what_may_not_be_read_is_skipped_by_root_too(ten, monkeypatch):
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **o: (refuse if self.name == "0.png" else opened)(self, *a, **o))
    loaded = images.folder(ten)
    assert loaded.skipped == [("0.png", "cannot be opened (Permission denied).")]
    assert len(loaded) == 9


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no names that are no text")
def test_a_name_that_is_no_text_can_be_printed(ten):
    (ten / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    assert [name for name, _ in images.folder(ten).skipped] == ["caf�.png"]


def test_a_link_to_a_folder_is_followed(ten, tmp_path):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/there").symlink_to(ten)
    assert sorted(images.folder(tmp_path / "linked").names)[0] == "there/0.png"


def test_a_picture_of_more_than_pillow_warns_of_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)
    assert images.read(saved(tmp_path, "a.png")).pixels.shape == (40, 50, 3)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 900)
    with pytest.raises(UsageError, match="would unpack to over"):
        images.read(tmp_path / "a.png")


def test_what_does_not_fit_into_memory_is_skipped(ten, monkeypatch):
    monkeypatch.setattr("recipes.data.images.decoding.MOST_BYTES", 5000)
    loaded = images.folder(ten)
    assert 5000 <= sum(picture.nbytes for picture in loaded.pictures) < 7000
    assert len(loaded) + len(loaded.skipped) == 10
    assert all("would take more than" in reason for _, reason in loaded.skipped)


# Folders


def test_a_folder_is_split_by_file_and_loses_none(ten):
    loaded = images.load(str(ten))
    names = [part.names for part in (loaded.train, loaded.validation, loaded.test)]
    assert [len(part) for part in names] == [8, 1, 1]
    assert sorted(name for part in names for name in part) == sorted(
        str(f.relative_to(ten)) for f in ten.rglob("*") if f.is_file()
    )
    assert loaded.split == "of 10 pictures, drawn by file with seed 0, 8 train, 1 validate, 1 test"
    assert loaded.name == "ten"
    assert not loaded.skipped
    assert not loaded.summary()


def test_pixels_are_those_in_the_file(ten):
    loaded = images.folder(ten)
    for i in range(10):
        at = next(n for n, name in enumerate(loaded.names) if Path(name).stem == str(i))
        x = noise(20 + i, 30 - i, 3, seed=i)
        np.testing.assert_array_equal(loaded.pictures[at], x[..., :1] * np.ones(3, "uint8") if i == 1 else x)


def test_the_split_is_the_seeds_and_hardly_moves_when_a_file_goes(ten):
    splits = [images.load(str(ten), seed=seed) for seed in (1, 1, 2)]
    assert splits[0].checksum == splits[1].checksum != splits[2].checksum
    (ten / splits[0].train.names[0]).unlink()
    fewer = images.load(str(ten), seed=1)
    assert (fewer.test.names, fewer.validation.names) == (splits[0].test.names, splits[0].validation.names)


def test_a_fixed_test_folder_keeps_its_order_and_its_pictures_do_not_train(ten, tmp_path):
    for name in ("b.png", "a.png"):
        saved(tmp_path / "test", name, noise(8, 9, 3, seed=ord(name[0])))
    saved(tmp_path / "test", "c.tif", noise(20, 30, 3, seed=0))  # 0.png of the ten
    saved(tmp_path / "test", "d.png", noise(7, 9, 3))
    loaded = images.load(str(ten), test=str(tmp_path / "test"), smallest=10)
    assert loaded.test.names == ["a.png", "b.png", "c.tif"]
    assert [len(loaded.train), len(loaded.validation)] == [8, 1]
    assert loaded.skipped == [
        ("0.png", f"is the same picture as c.tif in {tmp_path / 'test'}"),
        (str(tmp_path / "test" / "d.png"), "is 9 x 7: sides of at least 8 are needed"),
    ]
    assert loaded.split.endswith(f"8 train, 1 validate; all 3 of {tmp_path / 'test'} test")


def test_pictures_without_color_are_skipped_where_color_is_wanted(ten):
    loaded = images.load(str(ten), color=True)
    assert loaded.skipped == [("inner/deep/1.bmp", "has no color")]


def test_the_sample_needs_no_network(monkeypatch):
    import socket

    monkeypatch.setattr(socket.socket, "connect", refuse)
    loaded = images.load("sample", channels=1, seed=5)
    assert [len(part) for part in (loaded.train, loaded.validation, loaded.test)] == [10, 2, 2]
    assert not loaded.skipped
    assert loaded.checksum == images.load("sample", channels=1).checksum
    color = images.load("sample", color=True)
    assert [len(part) for part in (color.train, color.validation, color.test)] == [6, 1, 1]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "is not there: give the path to a folder"),
        (lambda path: path.write_text("x"), "is a file: give the folder that holds it"),
        (lambda path: path.mkdir(), "holds no picture: its files must end in .jpg"),
        (lambda path: [path.mkdir(), (path / "a.heic").write_text("x")], "(a.heic does not end in .jpg"),
        (
            lambda path: [path.mkdir(), (path / "a.png").write_text("x")],
            "no picture of 1 can be used (a.png is no pict",
        ),
        (lambda path: saved(path, "a.png"), "at least 3 different pictures are needed, for each part one. Received: 1"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(make, told, tmp_path):
    make(tmp_path / "x")
    assert_told(told, str(tmp_path / "x"))


def test_other_numbers_of_channels_are_refused(ten):
    assert_told("channels must be 1 for grey or 3 for color. Received: channels=2.", str(ten), channels=2)


# Pairs


@pytest.fixture
def sides(tmp_path):
    for i in range(5):
        saved(tmp_path / "in", f"inner/{i}.jpg", noise(9 + i, 8, 3, seed=i))
        saved(tmp_path / "out", f"inner/{i}.png", noise(9 + i, 8, 3, seed=i))
    return tmp_path


def test_pairs_are_matched_by_name_and_what_has_no_partner_is_skipped(sides):
    saved(sides / "in", "alone.png", COLOR)
    saved(sides / "out", "inner/lonely.png", COLOR)
    saved(sides / "in", "size.png", noise(5, 6, 3))
    saved(sides / "out", "size.png", noise(6, 5, 3))
    saved(sides / "in", "twice.png", noise(5, 5, 3, seed=77))
    saved(sides / "in", "twice.bmp", noise(5, 5, 3, seed=78))
    saved(sides / "out", "twice.png", noise(5, 5, 3, seed=79))
    saved(sides / "in", "bad.png", noise(5, 5, 3, seed=80))
    cut(sides / "in/bad.png")
    saved(sides / "out", "bad.png", noise(5, 5, 3, seed=81))
    loaded = images.load(inputs=str(sides / "in"), targets=str(sides / "out"))
    assert [len(part) for part in (loaded.train, loaded.validation, loaded.test)] == [3, 1, 1]
    for part in (loaded.train, loaded.validation, loaded.test):
        for name, x, y in zip(part.names, part.inputs, part.pictures, strict=True):
            np.testing.assert_array_equal(y, noise(9 + int(name[-1]), 8, 3, seed=int(name[-1])))
            np.testing.assert_array_equal(x, images.read(sides / "in" / f"{name}.jpg").pixels)
    skipped = dict(loaded.skipped)
    assert skipped[str(sides / "in/alone.png")] == f"has no partner in {sides / 'out'}"
    assert skipped[str(sides / "out/inner/lonely.png")] == f"has no partner in {sides / 'in'}"
    assert skipped["size"] == "differs in size from its partner: input and target have 6 x 5 and 5 x 6"
    assert skipped[str(sides / "in/twice.bmp")] == "has the name of another but for the ending"
    assert "is no whole picture" in skipped["bad"]
    assert loaded.split.startswith("of 5 pairs")


def test_pairs_can_have_a_fixed_test_of_pairs(sides):
    saved(sides / "test/inputs", "a.png", noise(8, 8, 3, seed=20))
    saved(sides / "test/targets", "a.png", noise(8, 8, 3, seed=21))
    loaded = images.load(inputs=str(sides / "in"), targets=str(sides / "out"), test=str(sides / "test"))
    np.testing.assert_array_equal(loaded.test.inputs[0], noise(8, 8, 3, seed=20))
    assert [len(loaded.train), len(loaded.validation), len(loaded.test)] == [4, 1, 1]


def test_pairs_without_a_common_name_are_told_in_a_sentence(sides, ten):
    assert_told("hold no two pictures of one name", inputs=str(sides / "in"), targets=str(ten))
    assert_told("--inputs and --targets go together", inputs=str(sides / "in"))


def assert_told(told, *arguments, **options):
    with pytest.raises(UsageError) as error:
        images.load(*arguments, **options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


# Patches


def drawn(pictures, size=4, batch_size=6, steps=5, seed=0, epoch=0, **options):
    epoch = tf.Variable(epoch, dtype=tf.int64)
    batches = images.patches(pictures, size, batch_size, steps, seed, epoch, **options)
    assert len(batches) == steps
    return batches.as_numpy_iterator()


def turns(x):
    return [np.rot90(y, k) for y in (x, x[::-1]) for k in range(4)]


PICTURES = [noise(6, 9, 3, seed=1), noise(4, 4, 3, seed=2), noise(11, 5, 3, seed=3)]


def test_each_patch_lies_in_a_picture_in_one_of_eight_turns():
    where = {
        turned.tobytes(): (which, top, left, turn)
        for which, x in enumerate(PICTURES)
        for top in range(x.shape[0] - 3)
        for left in range(x.shape[1] - 3)
        for turn, turned in enumerate(turns(x[top : top + 4, left : left + 4]))
    }
    batches = list(drawn(PICTURES, steps=400))
    assert {(batch.shape, batch.dtype) for batch in batches} == {((6, 4, 4, 3), np.dtype("uint8"))}
    found = [where[patch.tobytes()] for batch in batches for patch in batch]
    assert np.bincount([which for which, *_ in found]).tolist() == [800, 800, 800]
    assert set(found) == set(where.values())  # every place in every turn
    assert np.bincount([turn for *_, turn in found]).min() > 200


def test_upright_patches_are_flipped_alone():
    flips = {
        x[top : top + 4, left : left + 4][::up, ::along].tobytes()
        for x in PICTURES
        for top in range(x.shape[0] - 3)
        for left in range(x.shape[1] - 3)
        for up in (1, -1)
        for along in (1, -1)
    }
    found = {patch.tobytes() for batch in drawn(PICTURES, steps=200, upright=True) for patch in batch}
    assert found <= flips
    assert len(found) > 0.9 * len(flips)


def test_with_a_margin_edges_are_in_as_many_patches_as_the_inside():
    x = np.broadcast_to(np.arange(40, dtype="uint8")[:, None, None], (40, 4, 1))
    for margin, share in ((0, 1 / 37), (4, 5 / 45)):  # of 37 places one, and of 45 those five that are moved to it
        batches = list(drawn([x], steps=400, upright=True, margin=margin))
        seen = [0 in patch for batch in batches for patch in batch]
        assert np.mean(seen) == pytest.approx(share, rel=0.3)


def test_patches_are_known_from_seed_and_epoch():
    one = np.concatenate(list(drawn(PICTURES)))
    np.testing.assert_array_equal(np.concatenate(list(drawn(PICTURES))), one)
    assert not np.array_equal(np.concatenate(list(drawn(PICTURES, seed=1))), one)
    assert not np.array_equal(np.concatenate(list(drawn(PICTURES, epoch=1))), one)


def test_the_epochs_variable_is_read_anew():
    epoch = tf.Variable(0, dtype=tf.int64)
    batches = images.patches(PICTURES, 4, 6, 5, 0, epoch)
    first = np.concatenate(list(batches))
    epoch.assign(1)
    np.testing.assert_array_equal(np.concatenate(list(batches)), np.concatenate(list(drawn(PICTURES, epoch=1))))
    assert not np.array_equal(np.concatenate(list(batches)), first)


def test_pairs_are_cut_at_the_same_places():
    for x, y in drawn(PICTURES, inputs=[255 - picture for picture in PICTURES]):
        np.testing.assert_array_equal(255 - x, y)


def test_pictures_smaller_than_a_patch_are_told():
    with pytest.raises(UsageError, match=r"need pictures of at least that. Received: a side of 4\."):
        drawn(PICTURES, size=5)


# Real data


@pytest.mark.skipif(not (SHARED / "bsd68").is_dir(), reason="no BSD68 beside the checkout")
def test_bsd68_is_68_grey_pictures():
    loaded = images.folder(SHARED / "bsd68", channels=1)
    assert len(loaded) == 68
    assert not loaded.skipped
    assert {x.shape for x in loaded.pictures} == {(321, 481, 1), (481, 321, 1)}


def test_several_folders_are_one(ten, tmp_path):
    saved(tmp_path, "more/0.png", noise(25, 25, 3, seed=99))
    loaded = images.folder(os.pathsep.join([str(ten), str(tmp_path / "more")]))
    assert len(loaded) == 11
    assert {"ten/0.png", "more/0.png"} <= set(loaded.names)
    whole = images.load(os.pathsep.join([str(ten), str(tmp_path / "more")]))
    assert whole.name == "ten and more"
