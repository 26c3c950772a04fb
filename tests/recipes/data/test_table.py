"""A CSV file comes out standardised by what train holds, and what is wrong with it is told by line and column."""

import gzip

import numpy as np
import pandas as pd
import pytest

from recipes.data import table
from recipes.data.units import Standardized
from zoo import UsageError


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes):
        file = tmp_path / "a.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def rows(n=20):
    """Row i holds i, 1000 - 2 i, always 7, and a label: b for every fourth."""
    return "up,down,same,kind\n" + "".join(f"{i},{1000 - 2 * i},7,{'b' if i % 4 == 0 else 'a'}\n" for i in range(n))


def parts(splits):
    return [splits.train, splits.validation, splits.test]


def test_of_every_five_rows_three_train_one_validates_and_one_tests(write):
    splits = table.load(write(rows(23)), label="kind")
    assert [len(part) for part in parts(splits)] == [15, 4, 4]
    every = np.concatenate([splits.raw(part.x)[:, 0] for part in parts(splits)])
    np.testing.assert_allclose(np.sort(every), np.arange(23), atol=1e-4)


def test_values_are_standardised_by_trains_mean_and_deviation(write):
    splits = table.load(write(rows()), label="kind")
    assert splits.units.columns == ("up", "down", "same")
    raw = splits.raw(splits.train.x)
    np.testing.assert_allclose(splits.units.mean, raw.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(splits.units.scale, [raw[:, 0].std(), raw[:, 1].std(), 1], rtol=1e-6)
    np.testing.assert_allclose(splits.train.x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(splits.train.x.std(axis=0), [1, 1, 0], atol=1e-6)
    test = splits.raw(splits.test.x)
    np.testing.assert_allclose(test[:, 1], 1000 - 2 * test[:, 0], rtol=1e-6)
    assert {part.x.dtype for part in parts(splits)} == {np.dtype("float32")}


def test_labels_keep_their_names_and_their_shares(write):
    splits = table.load(write(rows(40)), label="kind")
    assert splits.labels == ("a", "b")
    for part in parts(splits):
        up = np.rint(splits.raw(part.x)[:, 0])
        np.testing.assert_array_equal(part.y, up % 4 == 0)
    assert [int(part.y.sum()) for part in parts(splits)] == [6, 2, 2]


def test_labels_that_are_numbers_are_sorted_as_numbers(write):
    content = "a,b,n\n" + "".join(f"{i},{i},{(10, 9)[i % 2]}\n" for i in range(10))
    assert table.load(write(content), label="n").labels == ("9", "10")


def test_without_a_label_all_columns_are_values(write):
    splits = table.load(write("a,b\n" + "".join(f"{i},{-i}\n" for i in range(10))))
    assert splits.units.columns == ("a", "b")
    assert splits.labels == ()
    assert not any(part.y.any() for part in parts(splits))


def test_the_split_is_the_seeds(write):
    file = write(rows())
    checksums = [table.load(file, label="kind", seed=seed).checksum for seed in (1, 1, 2)]
    assert checksums[0] == checksums[1] != checksums[2]
    assert "drawn with seed 3" in table.load(file, label="kind", seed=3).split


def test_it_says_what_it_is(write):
    splits = table.load(write(rows()), label="kind")
    assert splits.name == "a.csv"
    assert splits.source.endswith("/a.csv")
    assert splits.split == (
        "of 20 rows, drawn with seed 0, 60% train (12), 20% validate (4) and 20% test (4), each label of 'kind' in "
        "these shares"
    )


def test_a_byte_order_mark_quotes_spaces_crlf_and_empty_lines_are_borne(write):
    plain = table.load(write(rows()), label="kind")
    odd = "\ufeff" + rows().replace("up,down", '"up", down').replace("\n", "\r\n") + "\r\n\r\n"
    assert table.load(write(odd), label="kind").checksum == plain.checksum


LABELLED = "höhe,breite,art\n" + "".join(f"{i}.5,{-i}.25,{('None', 'NA', 'gut')[i % 3]}\n" for i in range(20))
WRITTEN = {  # the rest is in tests/serving/test_tables.py
    "utf-16": LABELLED.encode("utf-16"),
    "decimal commas": LABELLED.replace(",", ";").replace(".", ",").encode(),
    "carriage returns": LABELLED.replace("\n", "\r").encode(),
    "gzip": gzip.compress(LABELLED.encode()),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_table_is_read_however_it_is_written(written, write):
    plain = table.load(write(LABELLED), label="art")
    splits = table.load(write(WRITTEN[written]), label="art")
    assert splits.checksum == plain.checksum
    assert splits.units.columns == ("höhe", "breite")
    assert splits.labels == ("NA", "None", "gut")  # words, where they are labels


def test_a_parquet_file_is_a_table_too(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": np.arange(20.0), "b": -np.arange(20), "kind": ["x", "y"] * 10})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    one, other = (table.load(tmp_path / name, label="kind") for name in ("t.parquet", "t.csv"))
    assert one.checksum == other.checksum
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    assert_told(tmp_path / "t.parquet", "is not a whole Parquet file")


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.txt", "a.csv.gz", "b/a.parquet"])
def test_tables_are_known_by_their_names(name):
    assert table.reads(name)
    assert not table.reads(f"{name}x")


def test_a_bad_cell_of_the_last_rows_is_named_by_its_line(write):
    with pytest.raises(UsageError, match="line 31, column 'up' holds 'x'"):
        table.load(write(rows(50).replace("\n29,", "\nx,")), label="kind")


def test_a_first_line_that_is_a_row_is_never_taken_for_names(write):
    content = rows(20).partition("\n")[2]
    file = write(content)
    assert_told(file, "'0' is a number: say --header no if it is a row already, or --header yes", "1")
    bare = table.load(file, label="4", header="no")
    assert bare.units.columns == ("1", "2", "3")
    assert bare.checksum == table.load(write(rows(20)), label="kind").checksum
    assert "at least 5 rows. Received: 2" in message(write("1,2\n3,4\n"), header="no")


def test_numbers_may_name_columns_where_that_is_said(write):
    file = write("2001,2002\n" + FIVE)
    assert_told(file, "'2001' is a number")
    assert table.load(file, header="yes").units.columns == ("2001", "2002")
    assert table.load(write("0,1\n" + FIVE)).units.columns == ("0", "1")  # as data frames are numbered


def test_columns_are_taken_by_name(write):
    file = write(rows().replace("up,", ",").replace("\n", ",word\n"))
    splits = table.load(file, label="kind", columns=("same", "down"))
    assert splits.units.columns == ("same", "down")
    assert "column 1 has no name" in message(file, label="kind")
    assert "has no column 'dwon'" in message(file, columns=("same", "dwon"))


def test_how_an_uncommon_table_was_read_is_told(write):
    assert table.load(write(rows()), label="kind").notes == ""
    odd = write(rows().replace(",", ";").replace("7;", "7,5;").encode("utf-16"))
    told = table.load(odd, label="kind").notes
    assert told == "Read as utf-16 text, separated by semicolons, with decimal commas."


FIVE = "1,2\n" * 5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1 is empty"),
        ("\n1,2\n", "line 1 is empty"),
        ("a,b\n", "must have at least 5 rows under its first line. Received: 0."),
        ("a,b\n1,2\n", "Received: 1."),
        ("a\n" + "1\n" * 5, "at least 2 columns of values. Received: 'a', in utf-8 text, separated by commas."),
        ("a;b\n" + "1;2,5\n" * 4 + "1;2.5\n", "line 2, column 'b' holds '2,5'"),
        ("a,b,a\n" + "1,2,3\n" * 5, "columns 1 and 3 are both called 'a'"),
        (",a,b\n" + "0,1,2\n" * 5, "column 1 has no name"),
        ("1.5,2\n" + FIVE, "line 1 must name the columns, and '1.5' is a number"),
        (f"a,b\n{FIVE}3,four\n", "line 7, column 'b' holds 'four'"),
        ("a,b\n" + "1,\n" * 9, "column 'b' is empty in all rows that train"),
        (f"a,b\n{FIVE}3,four\n", "or take all its cells as words with --categories b"),
        (f"a,b\n{FIVE}3,inf\n", "line 7, column 'b' holds inf"),
        (f"a,b\n{FIVE}1e300,3\n", "line 7, column 'a' holds 1e+300"),
        (f"a,b\n{FIVE}3\n", "line 7 has 1 cell where there are 2 columns"),
        (f"a,b\n{FIVE}3,4,5\n", "line 7 has 3 cells where there are 2 columns"),
        ("a,b\n1,2,3\n" + FIVE, "line 2 has 3 cells where there are 2 columns"),
        (f'a,b\n{FIVE}3,"4\n', "a quote that opens in line 7 is not closed"),
        ("a,b\n" + "".join(f"{1e12 + i},{i}\n" for i in range(10)), "column 'a' varies too little around 1e+12"),
        (bytes(range(256)) * 10, "is no table"),
        (b"\0" * 100, "is no table"),
        (f"a,b\n{FIVE}3,".encode() + b"\xe9\n", "line 7, column 'b' holds 'é'"),
        ("a" * 2_000_000, "is no table"),
        (gzip.compress(b"a,b\n" * 9, mtime=0)[:-9], "cannot be read"),
        (gzip.compress(b"\0" * 10_000_000, mtime=0), "is no table"),
    ],
)
def test_bad_files_are_told_in_a_sentence(content, told, write):
    assert_told(write(content), told)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("knid", "has no column 'knid': it has 'up', 'down', 'same', 'kind'. Did you mean 'kind'?"),
        ("xyz", "has no column 'xyz': it has 'up', 'down', 'same', 'kind'."),
    ],
)
def test_an_unknown_label_is_told_with_the_nearest_column(label, told, write):
    assert_told(write(rows()), told, label)


def test_a_row_without_a_label_is_told(write):
    assert_told(write(rows() + "1,2,3,\n"), "line 22, column 'kind' holds no label", "kind")


def test_a_column_of_words_is_told_and_becomes_an_indicator_a_word(write):
    splits = table.load(write(rows()))
    assert splits.notes == (
        "Columns of words (how many): 'kind' (2). One that is no input is the --label, or not in --columns."
    )
    assert splits.shape == (5,)
    raw = splits.raw(splits.train.x)
    np.testing.assert_array_equal(raw[:, 3], np.rint(raw[:, 0]) % 4 == 0)  # a is 0, b is 1
    shares = np.bincount(raw[:, 3].astype(int)) / len(raw)
    np.testing.assert_allclose(splits.units.shares[3], shares)
    assert splits.inputs()["x"]["words"] == {"kind": ["a", "b"]}


def test_numbers_are_words_where_that_is_said(write):
    splits = table.load(write(rows()), label="kind", categories=("same",))
    assert splits.units.words == ((), (), ("7",))
    assert_told(write(rows(150)), "has no column 'smae'", "kind", categories=("smae",))
    assert_told(
        write(rows(150)), "column 'up' holds over 100 different words, such as '0', '1', '2'", categories=("up",)
    )


def test_empty_cells_are_filled_and_flagged_and_come_back_empty(write):
    content = rows(40).replace("\n4,", "\n,").replace("\n5,", "\n?,").replace("\n6,", "\nNaN,")
    splits = table.load(write(content), label="kind", seed=1)
    assert splits.notes == "Columns with empty cells, which are filled with the mean and flagged: 'up' (3)."
    assert splits.inputs()["x"]["may_be_empty"] == ["up"]
    assert splits.shape == (4,)
    every = np.concatenate([splits.raw(part.x) for part in parts(splits)])
    empty = np.isnan(every[:, 0])
    assert sorted(every[empty, 1]) == [1000 - 2 * i for i in (6, 5, 4)]
    np.testing.assert_allclose(every[~empty, 1], 1000 - 2 * every[~empty, 0], rtol=1e-5)
    samples = np.concatenate([part.x for part in parts(splits)])
    assert (samples[empty, 0] == 0).all(), "the mean"
    assert splits.train.x[:, -1].mean() == pytest.approx(0, abs=1e-6), "the flag"


def test_few_extreme_values_do_not_move_a_robust_scale(write):
    content = "a,b\n" + "".join(f"{i},{1e6 if i == 50 else i}\n" for i in range(100))
    x = np.stack([np.arange(100.0), np.where(np.arange(100) == 50, 1e6, np.arange(100))], axis=1)
    standard, robust = (Standardized.fitted(x, "ab", "x", scaling=scaling) for scaling in ("standard", "robust"))
    np.testing.assert_allclose(robust.scale[1], robust.scale[0], rtol=0.05)
    np.testing.assert_allclose(robust.mean, 49.5, atol=0.6)
    assert standard.scale[1] > 1000 * standard.scale[0]
    assert table.load(write(content), scaling="robust").units.scale.max() < 50
    same = table.load(write("a,b\n" + "".join(f"{i},{i // 99}\n" for i in range(100))), scaling="robust").units
    assert same.scale[1] > 0, "where the quartiles meet"
    with pytest.raises(UsageError, match="scaling must be"):
        table.load(write(content), scaling="log")


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_path_without_a_file_is_told(name, tmp_path):
    assert_told(tmp_path / name, "is not there")


def test_a_constant_column_of_any_value_is_borne(write):
    splits = table.load(write("a,b\n" + "".join(f"0.1,{i}\n" for i in range(10))))
    assert splits.units.scale[0] == 1
    np.testing.assert_allclose(splits.train.x[:, 0], 0, atol=1e-7)


def message(file, **options):
    with pytest.raises(UsageError) as error:
        table.load(file, **options)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)
    return str(error.value)


def assert_told(file, told, label=None, **options):
    assert told in message(file, label=label, **options)
