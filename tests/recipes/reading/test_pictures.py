"""What is white, how a picture lies, its frames and what its file says of it: read, and written back."""

import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from recipes.reading.pictures import Picture, Whites, common_white, facts, frames, read, write
from zoo import UsageError

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6" dc:rights="mine"/></x:xmpmeta>'


def ramp(white, *shape, kind="uint16"):
    """Values from 0 to white, both of which occur."""
    values = np.linspace(0, white, int(np.prod(shape))).reshape(shape)
    return values.astype(kind) if kind == "float32" else np.rint(values).astype(kind)


def packed_tiff(file, values, bits):
    """A TIFF whose values take so many bits, as scanners write them."""
    stream = "".join(f"{value:0{bits}b}" for value in values.ravel())
    data = int(stream, 2).to_bytes(len(stream) // 8, "big")
    height, width = values.shape
    tags = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, 1)]
    tags += [(273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(data))]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, kind, 1, v) for tag, kind, v in tags)
    file.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4))


# White


@pytest.mark.parametrize("white", [1023, 4095, 16383, 65535])
@pytest.mark.parametrize("ending", ["png", "tif", "pgm"])
@pytest.mark.parametrize("channels", [1, 3])
def test_white_is_the_least_level_that_no_value_exceeds(white, ending, channels, tmp_path):
    x = ramp(white, 8, 8, channels)
    file = tmp_path / f"a.{ending}"
    if ending == "pgm":
        head = f"P{5 if channels == 1 else 6}\n8 8\n{white}\n".encode()
        file.write_bytes(head + x.astype(">u2").tobytes())
    elif ending == "tif":
        tifffile.imwrite(file, x, photometric="rgb" if channels == 3 else "minisblack")
    else:
        file.write_bytes(tf.io.encode_png(x).numpy())
    picture = read(file)
    assert (picture.top, picture.pixels.dtype) == (white, np.uint16)
    np.testing.assert_array_equal(picture.pixels, x)
    np.testing.assert_array_equal(picture.as_bytes(channels), np.floor(x / white * 255 + 0.5))


def test_pictures_made_alike_have_one_white(tmp_path):
    for name, most in (("bright", 4000), ("dark", 700), ("faint", 5)):
        tifffile.imwrite(tmp_path / f"{name}.tif", ramp(most, 5, 5))
    files = sorted(tmp_path.iterdir())
    whites, lines = common_white(files)
    assert [read(file, whites).top for file in files] == [4095, 4095, 4095]
    (line,) = lines
    assert line.startswith("White is taken to be 4,095 in 3 files of 16 bits, whose largest value is 4,000")
    assert [read(file).top for file in files] == [4095, 1023, 1023]  # each by itself


def test_saturated_pictures_have_the_white_that_they_are_saturated_at(tmp_path):
    for most in (4095, 65535, 900):
        tifffile.imwrite(tmp_path / f"{most}.tif", ramp(most, 5, 5))
    files = sorted(tmp_path.iterdir())
    whites, lines = common_white(files)
    assert {file.stem: read(file, whites).top for file in files} == {"4095": 4095, "65535": 65535, "900": 65535}
    assert len(lines) == 2


def test_a_white_that_is_given_counts_for_all_that_are_deep(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", ramp(900, 5, 5))
    packed_tiff(tmp_path / "b.tif", ramp(4095, 8, 8), 12)
    Image.fromarray(ramp(255, 5, 5, kind="uint8")).save(tmp_path / "c.png")
    files = sorted(tmp_path.iterdir())
    whites, lines = common_white(files, 1000.0)
    assert [read(file, whites).top for file in files] == [1000, 1000, 255]
    assert lines == ["White is 1,000 in 2 files of 16 bits, as --white says."]
    assert read(files[1], whites).as_bytes(1).max() == 255  # what is brighter is white


@pytest.mark.parametrize("white", [0.0, -1.0, float("nan")])
def test_a_white_that_cannot_be_is_refused(white, tmp_path):
    with pytest.raises(UsageError, match="white must be a number above 0"):
        common_white([], white)


def test_pictures_without_numbers_have_no_part_in_the_others_white(tmp_path):
    for name, x in (("nan", np.full((3, 3), np.nan)), ("inf", np.full((3, 3), np.inf)), ("half", np.full((3, 3), 0.5))):
        tifffile.imwrite(tmp_path / f"{name}.tif", x.astype("float32"), photometric="minisblack")
    whites, lines = common_white(tmp_path.iterdir())
    assert lines == [
        "White is taken to be 1 in 1 file of floating point, whose largest value is 0.5; --white says otherwise."
    ]
    assert read(tmp_path / "half.tif", whites).top == 1


def test_what_a_file_says_of_white_counts(tmp_path):
    packed_tiff(tmp_path / "packed.tif", ramp(900, 8, 8), 12)
    tifffile.imwrite(tmp_path / "most.tif", ramp(900, 5, 5), extratags=[(281, 3, 1, 4000, False)])
    tifffile.imwrite(tmp_path / "wrong.tif", ramp(900, 5, 5), extratags=[(281, 3, 1, 255, False)])
    write(Picture(ramp(900, 5, 5, 1)), tmp_path / "sixteen.png")
    write(Picture(ramp(900, 5, 5, 1), white=4095), tmp_path / "twelve.tif")
    (tmp_path / "own.pgm").write_bytes(b"P5 # mine\n5 5\n1000\n" + ramp(900, 5, 5).astype(">u2").tobytes())
    found = {file.stem: read(file).top for file in tmp_path.iterdir()}
    assert found == {"packed": 4095, "most": 4095, "wrong": 1023, "sixteen": 65535, "twelve": 4095, "own": 1000}
    assert "White is 4,095 in 3 files, as they say." in common_white(tmp_path.iterdir())[1]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("most", "white"), [(0.5, 1), (1, 1), (16, 255), (255, 255)])
def test_floating_point_is_from_0_to_1_or_255(most, white, channels, tmp_path):
    x = ramp(most, 6, 5, channels, kind="float32")
    tifffile.imwrite(tmp_path / "a.tif", x, photometric="rgb" if channels == 3 else "minisblack")
    picture = read(tmp_path / "a.tif")
    assert (picture.top, picture.pixels.dtype) == (white, np.float32)
    np.testing.assert_array_equal(picture.pixels, x)
    write(picture, tmp_path / "b.tif")
    np.testing.assert_array_equal(read(tmp_path / "b.tif").pixels, x)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (ramp(1.1, 4, 4, kind="float32"), "holds floating-point values up to 1.1: say with --white which of them is"),
        (ramp(3000, 4, 4, kind="float32"), "values up to 3000: say with --white"),
        (ramp(1, 4, 4, kind="float32") - np.float32(0.5), "holds values below 0, or no numbers"),
        (np.full((4, 4), np.nan, "float32"), "holds values below 0, or no numbers"),
        (ramp(70_000, 4, 4, kind="int32"), "holds 32-bit numbers"),
        (ramp(5, 4, 4, kind="int64"), "holds 64-bit MINISBLACK values in 1 channels, which is uncommon"),
        (ramp(200, 4, 4, 5, kind="uint8"), "channels, which is uncommon: save it as grey or RGB"),
        (ramp(200, 4, 4, 5, kind="uint16"), "channels, which is uncommon: save it as grey or RGB"),
    ],
)
def test_values_that_tell_no_picture_are_refused(values, said, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    with pytest.raises(UsageError, match=said):
        read(tmp_path / "a.tif")
    if "--white" in said:
        assert read(tmp_path / "a.tif", Whites(given=2.0)).top == 2


@pytest.mark.parametrize("bits", [10, 14])
def test_packed_values_that_cannot_be_read_are_refused(bits, tmp_path):
    packed_tiff(tmp_path / "a.tif", ramp(2**bits - 1, 8, 8), bits)
    with pytest.raises(UsageError, match=f"holds {bits}-bit MINISBLACK values"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("mode", ["LAB", "CMYK"])
def test_other_color_spaces_are_right_or_refused(mode, tmp_path):
    Image.new(mode, (5, 4), (128,) * len(mode[:4])).save(tmp_path / "a.tif")
    if mode == "LAB":
        with pytest.raises(UsageError, match="holds LAB values: save it as grey or RGB"):
            read(tmp_path / "a.tif")
    else:
        assert read(tmp_path / "a.tif").pixels.shape == (4, 5, 3)


@pytest.mark.parametrize(("kind", "white"), [("uint8", 255), ("uint16", 4095), ("uint16", 65535), ("float32", 1)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_where_0_is_white_nothing_becomes_a_negative(order, kind, white, tmp_path):
    x = ramp(white, 4, 6, kind=kind)
    values = (white - x).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="miniswhite", byteorder=order)
    np.testing.assert_allclose(read(tmp_path / "a.tif").pixels[..., 0], x, atol=1e-6)
    assert any("has 0 as white" in note for note in facts(tmp_path / "a.tif").notes)
    write(read(tmp_path / "a.tif"), tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as tiff:
        assert tiff.pages[0].photometric.name == "MINISBLACK"
        np.testing.assert_allclose(tiff.pages[0].asarray(), x, atol=1e-6)


# How it lies, and what is said of it


def noted(file, x, orientation, **options):
    """Writes a picture with a date, an author, a place, a resolution and XMP."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0132], exif[0x013B], exif[0x8298] = "2020:01:02 03:04:05", "A. Artist", "© mine"
    exif.get_ifd(0x8769).update({0x9003: "2019:01:01 00:00:00", 0x829A: 0.01, 0xA002: 999})
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 30.0, 0.0)})
    Image.fromarray(x).save(file, exif=exif.tobytes(), dpi=(300, 150), **options)


@pytest.mark.parametrize("target", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("source", ["jpg", "png", "webp", "tif"])
def test_what_is_said_of_a_picture_is_kept_but_how_it_lies(source, target, tmp_path):
    x = np.repeat(ramp(255, 8, 6, kind="uint8")[..., None], 3, axis=-1)
    options = {"lossless": True} if source == "webp" else {}
    noted(tmp_path / f"a.{source}", x, 6, icc_profile=PROFILE, **options)
    first = read(tmp_path / f"a.{source}")
    assert first.pixels.shape == (6, 8, 3)
    np.testing.assert_allclose(first.pixels, np.rot90(x, -1), atol=4)
    write(first, tmp_path / f"b.{target}")
    again = read(tmp_path / f"b.{target}")
    np.testing.assert_allclose(again.pixels, first.pixels, atol=4)  # not turned twice
    assert again.profile == PROFILE
    with Image.open(tmp_path / f"b.{target}") as image:
        exif = image.getexif()
        assert exif.get(0x0112, 1) == 1
        assert (exif[0x0132], exif[0x013B]) == ("2020:01:02 03:04:05", "A. Artist")
        assert exif.get_ifd(0x8769)[0x9003] == "2019:01:01 00:00:00"
        assert float(exif.get_ifd(0x8769)[0x829A]) == pytest.approx(0.01)
        assert 0xA002 not in exif.get_ifd(0x8769)
        assert [float(part) for part in exif.get_ifd(0x8825)[2]] == [47, 30, 0]
        if source != "webp":  # which has no place for it
            expected = (exif[0x011A], exif[0x011B]) if target == "webp" else image.info["dpi"]
            assert [float(part) for part in expected] == pytest.approx([300, 150], rel=0.01)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_of_any_depth_is_turned_once(orientation, channels, kind, tmp_path):
    top = {"uint8": 255, "uint16": 65535, "float32": 1}[kind]
    x = ramp(top, 3, 5, channels, kind=kind)
    file = tmp_path / "a.tif"
    photometric = "minisblack" if channels == 1 else "rgb"
    extra = ["unassalpha"] if channels == 4 else None
    tags = [(274, 3, 1, orientation, True)]
    tifffile.imwrite(file, x, photometric=photometric, extrasamples=extra, extratags=tags)
    picture = read(file)
    turned = {1: x, 2: x[:, ::-1], 3: x[::-1, ::-1], 4: x[::-1], 6: np.rot90(x, -1), 8: np.rot90(x)}
    turned |= {5: np.swapaxes(x, 0, 1), 7: np.swapaxes(x[::-1, ::-1], 0, 1)}
    np.testing.assert_array_equal(picture.pixels, turned[orientation][..., : min(channels, 3)])
    assert facts(file).size == picture.pixels.shape[:2]
    write(picture, tmp_path / "b.tif")
    np.testing.assert_array_equal(read(tmp_path / "b.tif").pixels, picture.pixels)
    if channels == 4:
        np.testing.assert_array_equal(read(tmp_path / "b.tif").alpha, turned[orientation][..., 3])


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_deep_pictures_keep_what_is_said_too(ending, tmp_path):
    noted(tmp_path / "a.jpg", np.zeros((4, 5, 3), "uint8"), 1)
    said = read(tmp_path / "a.jpg").about
    write(Picture(ramp(65535, 4, 5, 3), profile=PROFILE, about=said), tmp_path / f"b.{ending}")
    again = read(tmp_path / f"b.{ending}")
    assert (again.pixels.dtype, again.profile) == (np.uint16, PROFILE)
    assert again.about.dpi == pytest.approx((300, 150), rel=0.01)
    exif = Image.Exif()
    exif.load(again.about.exif)
    assert (exif[0x013B], exif.get_ifd(0x8769)[0x9003]) == ("A. Artist", "2019:01:01 00:00:00")
    assert [float(part) for part in exif.get_ifd(0x8825)[2]] == [47, 30, 0]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_xmp_is_kept_with_the_picture_upright(ending, tmp_path):
    from recipes.reading.pictures import About

    write(Picture(np.zeros((4, 5, 3), "uint8"), about=About(xmp=XMP)), tmp_path / f"a.{ending}")
    picture = read(tmp_path / f"a.{ending}")
    assert b'dc:rights="mine"' in picture.about.xmp
    assert b'tiff:Orientation="6"' not in picture.about.xmp


def test_damaged_metadata_cost_no_picture(tmp_path):
    Image.new("RGB", (5, 4)).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x01\x02")
    assert read(tmp_path / "a.jpg").pixels.shape == (4, 5, 3)


# Frames


def film(count=3, alpha=False):
    """Frames of one shade each, with opacity on their left half."""
    shades = [np.full((6, 8, 3), 40 + 80 * i, "uint8") for i in range(count)]
    opacity = np.tile(np.repeat([255, 0], 4), (6, 1)).astype("uint8") if alpha else None
    return [Picture(shade, opacity, duration=40.0 + 10 * i) for i, shade in enumerate(shades)]


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tif"])
def test_frames_come_back_with_durations_and_opacity(ending, alpha, tmp_path):
    made = film(alpha=alpha)
    write(iter(made), tmp_path / f"a.{ending}", count=3)
    assert facts(tmp_path / f"a.{ending}").count == 3
    found = list(frames(tmp_path / f"a.{ending}"))
    assert len(found) == 3
    for one, other in zip(found, made, strict=True):
        seen = slice(None) if other.alpha is None else other.alpha > 0
        np.testing.assert_allclose(one.pixels[seen], other.pixels[seen], atol=1)
        if alpha:
            np.testing.assert_array_equal(one.alpha, other.alpha)
        if ending != "tif":
            assert one.duration == other.duration
    np.testing.assert_array_equal(read(tmp_path / f"a.{ending}").pixels, found[0].pixels)


@pytest.mark.parametrize("loop", [0, 1, 4])
@pytest.mark.parametrize("target", ["gif", "webp", "png"])
@pytest.mark.parametrize("source", ["gif", "webp", "png"])
def test_loops_are_kept_between_formats(source, target, loop, tmp_path):
    images = [Image.new("RGB", (5, 4), (60 * i, 0, 0)) for i in range(3)]
    repeats = {} if source == "gif" and loop == 1 else {"loop": loop}  # a GIF that says nothing is shown once
    file, again = tmp_path / f"a.{source}", tmp_path / f"b.{target}"
    images[0].save(file, save_all=True, append_images=images[1:], duration=50, **repeats)
    write(frames(file), again, count=3)
    assert read(again).about.loop == loop


def test_pages_of_a_tiff_may_differ_in_size_and_depth(tmp_path):
    pages = [ramp(255, 4, 5, kind="uint8"), ramp(65535, 9, 2), ramp(1, 3, 3, kind="float32")]
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in pages:
            writer.write(page, photometric="minisblack")
        writer.write(pages[0][:2, :2], photometric="minisblack", subfiletype=1)
    found = facts(tmp_path / "a.tif")
    assert (found.count, found.notes) == (3, ("holds 1 reduced copies or masks of its pages, which are left out",))
    write(frames(tmp_path / "a.tif"), tmp_path / "b.tif", count=3)
    for one, page in zip(frames(tmp_path / "b.tif"), pages, strict=True):
        np.testing.assert_array_equal(one.pixels[..., 0], page)


def test_a_film_of_other_sizes_or_depths_is_no_animation(tmp_path):
    with pytest.raises(UsageError, match=r"cannot hold 3 frames, being JPEG: call it a\.png"):
        write(iter(film()), tmp_path / "a.jpg", count=3)
    deep = [Picture(ramp(65535, 4, 5, 1))] * 2
    with pytest.raises(UsageError, match=r"cannot hold 16 bits a channel, being PNG: call it a\.tif"):
        write(iter(deep), tmp_path / "a.png", count=2)
    sizes = [Picture(np.zeros((4, 5, 1), "uint8")), Picture(np.zeros((4, 6, 1), "uint8"))]
    with pytest.raises(UsageError, match="its frames differ in size"):
        write(iter(sizes), tmp_path / "a.webp", count=2)
    assert not list(tmp_path.iterdir())


def test_a_photograph_with_a_copy_in_it_is_one_picture(tmp_path):
    images = [Image.new("RGB", (8, 6), color) for color in ("red", "blue")]
    images[0].save(tmp_path / "a.mpo", save_all=True, append_images=images[1:])
    (tmp_path / "a.mpo").rename(tmp_path / "a.jpg")
    found = facts(tmp_path / "a.jpg")
    assert (found.count, found.notes) == (1, ("holds 2 pictures, of which the first is used",))
    assert len(list(frames(tmp_path / "a.jpg"))) == 1


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tif", "pgm", "jpg", "bmp"])
def test_a_truncated_file_is_an_error_and_not_black(ending, tmp_path):
    file = tmp_path / f"a.{ending}"
    rng = np.random.default_rng(0)
    images = [Image.fromarray(rng.integers(0, 256, (40, 50), "uint8")) for _ in range(3)]
    several = ending in ("gif", "webp", "png", "tif")
    images[0].save(file, **({"save_all": True, "append_images": images[1:]} if several else {}))
    whole = file.read_bytes()
    for share in (0.3, 0.6, 0.9):
        file.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(UsageError):
            list(frames(file))


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["png", "tif"]),
    st.sampled_from([1023, 4095, 16383, 65535]),
    st.sampled_from([1, 3]),
    st.booleans(),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.integers(0, 2**32 - 1),
)
def test_deep_pictures_come_back_with_their_white(ending, white, channels, alpha, size, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, white + 1, (*size, channels), "uint16")
    opacity = rng.integers(0, white + 1, size, "uint16") if alpha else None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"a.{ending}")
        write(Picture(x, opacity, white=float(white)), file)
        again = read(file, common_white([file], None if ending == "tif" else float(white))[0])
    assert again.top == white
    np.testing.assert_array_equal(again.pixels, x)
    np.testing.assert_equal(again.alpha, opacity)


def test_pages_that_follow_one_another_in_a_circle_are_refused_at_once(tmp_path):
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, np.zeros((4, 5, 3), "uint16"), photometric="rgb", metadata=None)
    content = bytearray(file.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    after = first + 2 + 12 * int.from_bytes(content[first : first + 2], "little")
    content[after : after + 4] = first.to_bytes(4, "little")  # where the next page is
    file.write_bytes(content)
    for read_file in (read, facts):
        with pytest.raises(UsageError, match="in a circle"):
            read_file(file)
