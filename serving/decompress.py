"""Opens pictures that serving.compress made, with the same export, with TensorFlow, constriction and Pillow alone.

    python -m serving.decompress exported/images-compress IN.azc BACK.png
    python -m serving.decompress exported/images-compress FOLDER OUT

Of a folder, all .azc files in it and in its folders are opened and written as PNG at the same paths. The same file
gives the same pixels on every machine. A file that is damaged, cut off or another model's is refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving import container, files, photographs
from serving.codec import Codec
from serving.photographs import Photograph
from serving.refusing import Refused, ending


def decompressed(
    codec: Codec, name: object, content: bytes, progress: Callable[[float], None] = lambda share: None
) -> Photograph:
    """Returns the picture in an .azc file's bytes.

    Args:
        codec: The export that compressed it.
        name: What the file is called in an error.
        content: Its bytes.
        progress: Called with the share that is done.

    Raises:
        Refused: If it is damaged, or was made by another model.
    """
    file = container.unpacked(name, content)
    shape = file.height, file.width
    # First, since so many bytes cannot become much more: what a head promises takes no memory before that.
    alpha = photographs.unpacked_alpha(name, file.streams["alpha"], shape) if file.has_alpha else None
    pixels = codec.decompress(name, file, progress)
    if file.grey:  # which the model gives back with a trace of color
        pixels = (pixels.sum(axis=-1, keepdims=True, dtype="uint16") // 3).astype("uint8")
    return Photograph(pixels, alpha, file.streams["profile"])


def decompress(codec: Codec, source: Path, target: Path, progress: Callable[[float], None]) -> str:
    """Opens a file and writes its picture, and says how large that is."""
    photographs.ending(target)
    if not source.is_file():
        raise Refused(f"{source} is not there: give the path to an .azc file.")
    picture = decompressed(codec, source, source.read_bytes(), progress)
    photographs.write(picture, target)
    height, width = picture.pixels.shape[:2]
    return f"{target}: {width} x {height} pixels"


def main() -> None:
    """Parses the command line and decompresses."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.decompress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", type=Path, help="the export that compressed the pictures")
    parser.add_argument("source", metavar="IN", type=Path, help="an .azc file, or a folder of such")
    parser.add_argument("target", metavar="OUT", type=Path, help=f"the file to write, {', '.join(photographs.WRITTEN)}")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    with ending(arguments.source):
        jobs = files.planned(arguments.source, arguments.target, (".azc",), ".png")
        codec = Codec(arguments.export, trusted=arguments.trust)
    files.run(jobs, lambda source, target, progress: decompress(codec, source, target, progress))


if __name__ == "__main__":
    main()
