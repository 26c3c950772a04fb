"""Writes the pages: aside, and renamed into place when all are there."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from serving.folders import replaced
from serving.gallery import cards, demos, exports, numbers, runtime, thumbnails
from serving.gallery.exports import ONNX, Export
from serving.refusing import Refused

MARK = "gallery.json"  # which says that a folder is a gallery, and may be replaced by one
STAMP = (1980, 1, 1, 0, 0, 0)  # of files in archives: the same exports give the same archives
ASSETS, RUNTIME = "assets", "runtime"


def build(source: Path, target: Path, found: runtime.Runtime | None) -> list[str]:
    """Makes the site of all exports in a folder.

    Args:
        source: The folder.
        target: The folder to make, or to make anew.
        found: What runs models in browsers; without it they do not.

    Returns:
        A sentence for each export that could not be read, and is left out.

    Raises:
        Refused: If none can be read, or the target holds something else.
    """
    if target.exists() and not (target / MARK).is_file() and (target.is_file() or any(target.iterdir())):
        raise Refused(f"{target} holds something else than a gallery: give --out a new folder.")
    read, faults = _read(exports.found(source))
    with replaced(target) as new:
        pages = _templates()
        models = [_model(export, new / export.name, pages, found) for export in read]
        models.sort(key=lambda model: -len(model["live"]))  # what shows most comes first
        _assets(new / ASSETS)
        if found:
            (new / RUNTIME).mkdir()
            for name in runtime.FILES:
                shutil.copyfile(found.folder / name, new / RUNTIME / name)
        index = pages.get_template("index.html.jinja").render(models=models, runtime=found, root=".")
        (new / "index.html").write_text(index, "utf-8")
        mark = {"models": [export.name for export in read], "runtime": found and found.version}
        (new / MARK).write_text(json.dumps(mark, indent=1) + "\n", "utf-8")
    return faults


def _read(folders: Iterable[Path]) -> tuple[list[Export], list[str]]:
    read, faults = [], []
    for folder in folders:
        try:
            read.append(exports.read(folder))
        except Refused as refused:
            faults.append(str(refused))
    if not read:
        raise Refused(faults[0])
    return read, faults


def _templates() -> Environment:
    """Returns the templates; all that they insert is text, unless it is marked to be more."""
    pages = Environment(
        loader=PackageLoader("serving.gallery"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    pages.filters["short"] = lambda value: f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
    pages.filters["size"] = _size
    pages.filters["data"] = _data
    return pages


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _data(value: Any) -> Markup:
    """Returns JSON that no text in it can end."""
    return Markup(json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e"))


def _model(export: Export, folder: Path, pages: Environment, found: runtime.Runtime | None) -> dict[str, Any]:
    """Writes an export's page and what it offers; returns what the first page says of it."""
    (folder / "figures").mkdir(parents=True)
    for name in export.figures:
        shutil.copyfile(export.folder / "figures" / name, folder / "figures" / name)
    for name in (exports.CARD, exports.METRICS):
        shutil.copyfile(export.folder / name, folder / name)
    if export.signatures:
        (folder / ONNX).mkdir()
        for file in sorted((export.folder / ONNX).iterdir()):
            shutil.copyfile(file, folder / ONNX / file.name)
    archive = folder / f"{export.name}.zip"
    _pack(export.folder, archive)
    has_thumbnail = thumbnails.write(export, folder / "glance.png")
    live = demos.of(export)
    model = {
        "name": export.name,
        "title": export.title,
        "summary": export.summary,
        "live": [demo.title for demo in live],
        "headline": numbers.headline(export.metrics),
        "picture": "glance.png" if has_thumbnail else next((f"figures/{name}" for name in export.figures), None),
        "is_plain": has_thumbnail,
    }
    page = pages.get_template("model.html.jinja").render(
        model=model,
        export=export,
        demos=live,
        rows=numbers.rows(export.metrics),
        use=cards.of_use(export.card),
        card=cards.rendered(export.card),
        archive=archive.stat().st_size,
        onnx=sorted((file.name, file.stat().st_size) for file in (folder / ONNX).glob("*")),
        runtime=found,
        binary=(found.folder / runtime.BINARY).stat().st_size if found else 0,
        advice=runtime.ADVICE,
        root="..",
    )
    (folder / "index.html").write_text(page, "utf-8")
    return model


def _pack(folder: Path, target: Path) -> None:
    """Packs an export's files, which unpack to a folder of its name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if file.is_file() and not hidden and not file.is_symlink():
                entry = zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder).as_posix()}", STAMP)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, file.read_bytes(), compresslevel=1)


def _assets(target: Path) -> None:
    """Copies scripts and styles."""
    with as_file(files("serving.gallery") / "static") as static:
        shutil.copytree(static, target)
