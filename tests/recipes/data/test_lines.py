"""Lines: each different one in one part, and a vocabulary that knows training lines alone."""

import pytest

import zoo
from recipes.data import lines


@pytest.fixture
def file(tmp_path):
    """A file of 100 different lines of one to three words, each there twice."""
    made = tmp_path / "t.txt"
    made.write_text("".join(f"w{i} {'x ' * (i % 3)}\n" for i in range(100)) * 2, "utf-8")
    return made


def test_parts_share_no_line_and_the_same_seed_gives_the_same(file):
    found = lines.load(str(file), unit="word")
    parts = [set(part.texts) for part in found.values()]
    assert [len(part) for part in parts] == [80, 10, 10]
    assert len(set.union(*parts)) == 100
    assert found.notes == "100 lines that stand there again are left out."
    assert "80 train, 10 validate and 10 test" in found.split
    again, other = (lines.load(str(file), unit="word", seed=seed) for seed in (0, 1))
    assert again.checksum == found.checksum != other.checksum
    assert again.key == found.key


def test_words_of_test_lines_alone_are_unknown(file):
    found = lines.load(str(file), unit="word", min_count=1)
    assert found.train.x.shape == (80, 4)  # of three words at the most, and an end
    known = {word for text in found.train.texts for word in text.split()}
    assert set(found.vocabulary.tokens) == known
    words = [word for text in found.test.texts for word in text.split()]
    assert found.unknown == pytest.approx(sum(word not in known for word in words) / len(words))
    assert found.test.tokens == len(words) + 10
    rare = lines.load(str(file), unit="word", min_count=2)
    assert rare.vocabulary.tokens == ("x",)


def test_pieces_of_words_leave_none_unknown(file):
    found = lines.load(str(file), unit="piece", min_count=5, max_length=2)
    assert found.unknown == 0
    assert {" w", " x", "0", "9"} <= set(found.vocabulary.tokens)
    assert [row.decode() for row in found.vocabulary.texts(found.test.x).numpy()] == found.test.texts
    assert found.test.characters == sum(len(text) + 1 for text in found.test.texts)


def test_longer_lines_are_left_out_and_counted(file):
    found = lines.load(str(file), unit="word", max_length=2)
    assert "33 lines of over 2 words are left out: --max-length takes longer ones." in found.notes
    with pytest.raises(zoo.UsageError, match="must hold at least 50 texts that differ"):
        lines.load(str(file), unit="word", max_length=1)


def test_the_sample_is_titles_of_films():
    found = lines.load()
    assert [len(part) for part in found.values()] == [7065, 883, 883]
    assert max(len(text) for part in found.values() for text in part.texts) + 1 == found.vocabulary.length == 152
