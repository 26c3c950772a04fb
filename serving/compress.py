"""Compresses pictures with an export of recipes.compress, with TensorFlow, constriction and Pillow alone.

    python -m serving.compress exported/images-compress IN.jpg OUT.azc --quality 60
    python -m serving.compress exported/images-compress FOLDER OUT

Of a folder, all pictures in it and in its folders are compressed to the same paths. Pictures of any size have 8 bits a
channel; opacity is kept without loss, the color profile is kept, and pictures are turned as EXIF says. A grey picture
stays grey. What comes out is read by `python -m serving.decompress` with the same export, and by no other.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving import container, files, photographs
from serving.codec import Codec
from serving.photographs import Photograph
from serving.refusing import Refused, ending

ENDING = ".azc"
QUALITY = 50


def compressed(
    codec: Codec,
    name: object,
    picture: Photograph,
    quality: int,
    progress: Callable[[float], None] = lambda share: None,
) -> bytes:
    """Returns an .azc file's bytes.

    Args:
        codec: The export.
        name: What the picture is called in an error.
        picture: The picture.
        quality: From 0 to 100.
        progress: Called with the share that is done.

    Raises:
        Refused: If it is larger than such a file may be, or has color which the export does not take.
    """
    height, width, channels = picture.pixels.shape
    if height * width > container.LARGEST:
        raise Refused(f"{name} has {height * width:,} pixels, over {container.LARGEST:,}: cut it into parts.")
    if channels > codec.channels:
        raise Refused(f"{name} has color, and this export takes grey pictures: give one that takes color.")
    grey = channels < codec.channels
    pixels = np.repeat(picture.pixels, codec.channels, axis=-1) if grey else picture.pixels
    made = codec.compress(pixels, quality, progress)
    streams = {**made.streams, "profile": picture.profile}
    if picture.alpha is not None:
        streams["alpha"] = photographs.packed_alpha(picture.alpha)
    made = dataclasses.replace(made, grey=grey, has_alpha=picture.alpha is not None, streams=streams)
    return container.packed(made)


def compress(codec: Codec, quality: int, source: Path, target: Path, progress: Callable[[float], None]) -> str:
    """Compresses a picture's file, and says how large the new one is."""
    picture = photographs.read(source)
    content = compressed(codec, source, picture, quality, progress)
    with files.aside(target) as new:
        new.write_bytes(content)
    pixels = picture.pixels.shape[0] * picture.pixels.shape[1]
    before = source.stat().st_size
    return f"{target}: {len(content):,} bytes, {8 * len(content) / pixels:.3f} bits a pixel, of {before:,} bytes"


def quality(word: str) -> int:
    """Reads a quality: a whole number from 0 to 100.

    Raises:
        ValueError: If it is another.
    """
    value = int(word)
    if not 0 <= value <= 100:
        raise ValueError
    return value


def main() -> None:
    """Parses the command line and compresses."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.compress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", type=Path, help="an export that recipes.compress made")
    parser.add_argument("source", metavar="IN", type=Path, help="a picture, or a folder of pictures")
    parser.add_argument("target", metavar="OUT", type=Path, help=f"the file to write, *{ENDING}, or a folder")
    parser.add_argument("--quality", type=quality, default=QUALITY, help="from 0 to 100; default: %(default)s")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    with ending(arguments.source):
        jobs = files.planned(arguments.source, arguments.target, photographs.ENDINGS, ENDING)
        codec = Codec(arguments.export, trusted=arguments.trust)
    files.run(jobs, lambda source, target, progress: compress(codec, arguments.quality, source, target, progress))


if __name__ == "__main__":
    main()
