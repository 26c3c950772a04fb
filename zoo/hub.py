"""Exports on the Hugging Face hub: put there, and fetched from there, through its own client."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import huggingface_hub

from zoo import formats
from zoo.checks import UsageError, said

PREFIX = "hf://"
CARD = "card.md"  # is what the hub shows as README.md
FOLDERS = tuple(f"{format.name}/**" for format in pkgutil.iter_modules(formats.__path__))  # named as what writes them
FILES = (*FOLDERS, "model.keras", "golden.npz", "*.json", "SHA256SUMS")
_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def fetch(address: str) -> Path:
    """Fetches an export, or finds it among those that were fetched before.

    Args:
        address: `hf://USER/NAME`, or `hf://USER/NAME@REVISION`.

    Returns:
        The folder that it lies in.

    Raises:
        UsageError: If the address is none, or there is nothing to be had.
    """
    name, _, revision = address.removeprefix(PREFIX).partition("@")
    _check(name)
    try:
        found = huggingface_hub.snapshot_download(name, revision=revision or None, allow_patterns=list(FILES))
    except Exception as error:  # whatever its client can raise
        raise UsageError(f"{address} cannot be fetched ({said(error)}): look at the name and the network.") from error
    return Path(found)


def push(folder: Path, name: str, *, private: bool) -> str:
    """Does what `zoo.push` says."""
    _check(name)
    if not (folder / "saved_model").is_dir():
        raise UsageError(f"{folder} is no export: zoo.push takes a folder that zoo.export or a recipe made.")
    client = huggingface_hub.HfApi()
    try:
        client.create_repo(name, private=private, exist_ok=True)
        client.upload_folder(
            repo_id=name, folder_path=folder, allow_patterns=[*FILES, "figures/*"], commit_message="The export"
        )
        if (folder / CARD).is_file():
            client.upload_file(
                repo_id=name, path_or_fileobj=folder / CARD, path_in_repo="README.md", commit_message="Its card"
            )
    except Exception as error:  # whatever its client can raise
        raise UsageError(f"{name} cannot be written ({said(error)}): log in with `hf auth login`.") from error
    return f"{PREFIX}{name}"


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"The name must be USER/NAME. Received: {name!r}. Write hf://USER/NAME to load.")
