"""Makes a static site of exports, on which people try them in their own browser; needs Jinja2, markdown-it-py, Pillow.

    python -m serving.gallery exported/ --out site/
    python -m http.server --directory site

Each export gets a page: what it is, its numbers beside published ones, figures, card and download. Those that have ONNX
files also run there, by onnxruntime-web: what a visitor draws or drops stays in the browser, and the pages ask nothing
of any other server. The site works under any path of any server of files. It is made aside and renamed into place.

onnxruntime-web is fetched by npm once and kept; --runtime takes a folder with it instead. Where neither can be had,
the site is made without the live parts, which say what to type.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # run as a file, a script knows its own folder
from serving.gallery import runtime, site
from serving.refusing import Refused


def main() -> None:
    """Parses the command line and makes the site."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.gallery", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("exports", type=Path, help="a folder of exports, such as exported/")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make, or to make anew")
    parser.add_argument("--runtime", type=Path, metavar="FOLDER", help="the npm package onnxruntime-web, unpacked")
    arguments = parser.parse_args()
    try:
        found = runtime.find(arguments.runtime)
        faults = site.build(arguments.exports, arguments.out, found)
    except Refused as refused:
        sys.exit(str(refused))
    except OSError as error:
        sys.exit(f"Could not read or write ({error.strerror or error}): {error.filename or arguments.out}.")
    for fault in faults:
        print(fault, file=sys.stderr)
    if found is None:
        print(f"The models do not run on these pages: {runtime.ADVICE}", file=sys.stderr)
    print(f"{arguments.out / 'index.html'}: to see it, type python -m http.server --directory {arguments.out}")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
