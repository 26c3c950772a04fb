"""What published numbers are found by: a data set's key, known by its samples and never by a folder's name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

KNOWN = Path(__file__).with_name("known.json")  # fingerprint to key, name and licence
SHORT = 12  # characters of a fingerprint that stand for data that nobody published numbers of


def fingerprint(*groups: Iterable[bytes]) -> str:
    """Returns SHA-256 over groups of samples, each the same for any order within its group.

    Args:
        *groups: The samples' bytes, such as of those that train or validate, and of those that test.
    """
    digest = hashlib.sha256()
    for group in groups:
        digests = sorted(hashlib.sha256(sample).digest() for sample in group)
        digest.update(hashlib.sha256(b"".join(digests)).digest())
    return digest.hexdigest()


def key(fingerprint: str) -> str:
    """Returns the key of the data with that fingerprint: a known one, or the fingerprint's beginning."""
    return about(fingerprint).get("key", fingerprint[:SHORT])


def about(fingerprint: str) -> dict[str, str]:
    """Returns the `key`, `name` and `licence` of well-known data; nothing of others."""
    known: dict[str, dict[str, str]] = json.loads(KNOWN.read_text("utf-8"))
    return known.get(fingerprint, {})
