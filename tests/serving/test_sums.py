"""An export's files have the sums that stand beside them; the library, and who does without it, check alike."""

import hashlib

import pytest

from serving import sums
from serving.refusing import Refused
from zoo import UsageError, checksums

FILES = {
    "saved_model/saved_model.pb": b"graph",
    "saved_model/variables/a": b"a",
    "golden.npz": b"g",
    "metrics.json": b"{}",
}
LINES = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in FILES.items())
WHO = pytest.mark.parametrize("check", [sums.check, checksums.check])


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def told(check, folder):
    with pytest.raises((Refused, UsageError)) as refused:
        check(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@WHO
def test_what_has_no_sums_is_not_checked(check, folder):
    check(folder)
    (folder / "card.md").write_text("# A card\n\nfrom before cards had sums\n")
    check(folder)


@WHO
@pytest.mark.parametrize("source", ["SHA256SUMS", "card.md"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_another_or_missing_is_named(name, source, check, folder):
    (folder / source).write_text(LINES if source == "SHA256SUMS" else f"# A card\n\n```text\n{LINES}```\n")
    check(folder)
    (folder / name).write_bytes(b"other")
    assert f"{name} is not the file that {folder / source} names" in told(check, folder)
    (folder / name).unlink()
    assert f"{name} is not the file" in told(check, folder)


@WHO
def test_a_file_without_a_sum_is_named(check, folder):
    (folder / "SHA256SUMS").write_text(LINES)
    (folder / "notes.json").write_text("[]")  # a person's own
    check(folder)
    (folder / "saved_model" / "more").write_bytes(b"more")
    assert f"SHA256SUMS does not name {folder / 'saved_model' / 'more'}" in told(check, folder)


@WHO
@pytest.mark.parametrize(
    "text",
    ["", "nonsense\n", LINES + "nonsense\n", LINES.replace("  ", " "), "\xff", "x" * 11_000_000],
)
def test_sums_that_cannot_be_followed_are_said_to(text, check, folder):
    (folder / "SHA256SUMS").write_text(text, "latin-1")
    assert "SHA256SUMS cannot be followed" in told(check, folder)


@WHO
@pytest.mark.parametrize("name", ["../outside", "/dev/zero", "saved_model", "saved_model/../../outside"])
def test_sums_lead_to_no_other_place(name, check, folder):
    (folder.parent / "outside").write_bytes(b"")
    (folder / "SHA256SUMS").write_text(LINES + f"{hashlib.sha256(b'').hexdigest()}  {name}\n")
    assert "is not the file" in told(check, folder)


def test_sums_are_written_and_those_of_a_card_are_mended(folder):
    (folder / "card.md").write_text(f"# A card\n\n```text\n{'0' * 64}  old\n{'1' * 64}  older\n```\n\n## Limits\n")
    checksums.write(folder)
    assert sorted((folder / "SHA256SUMS").read_text().splitlines()) == sorted(LINES.splitlines())
    card = (folder / "card.md").read_text()
    assert card == f"# A card\n\n```text\n{(folder / 'SHA256SUMS').read_text()}```\n\n## Limits\n"
    checksums.check(folder)
    (folder / "card.md").write_text("# A card\n")
    checksums.write(folder)
    assert (folder / "card.md").read_text() == "# A card\n"
