"""Ratings come out equal from every vintage of files, held-out ones reach no training, and damage is told by line."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recipes.data import movielens
from recipes.data import ratings as tables
from recipes.data.scale import CHOSEN, HALF_STARS, WHOLE_STARS, Scale
from recipes.reading import films_files, ratings_files, text_files
from zoo import UsageError

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"
ANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FORMATS = {
    "u.data": ("{}\t{}\t{:g}\t{}\n", ""),
    "ratings.dat": ("{}::{}::{:g}::{}\n", ""),
    "ratings.csv": ("{},{},{:g},{}\n", "userId,movieId,rating,timestamp\n"),
}
TITLES = {1: ("Amélie (2001)", ("Comedy", "Romance")), 7: ("Heat, The: 2 (1995)", ()), 9: ("unrated", ("War",))}
FLAGS = films_files.GENRES


def text(rows, name="u.data"):
    line, header = FORMATS[name]
    return header + "".join(line.format(*row) for row in rows)


def films_text(name):
    if name == "u.item":
        lines = [f"{i}|{title}|01-Jan-1995||url|{flags(genres)}" for i, (title, genres) in TITLES.items()]
    elif name == "movies.dat":
        lines = [f"{i}::{title}::{'|'.join(genres)}" for i, (title, genres) in TITLES.items()]
    else:
        genres_of = {i: "|".join(genres) or "(no genres listed)" for i, (_, genres) in TITLES.items()}
        lines = ["movieId,title,genres", *(f'{i},"{title}",{genres_of[i]}' for i, (title, _) in TITLES.items())]
    return "\n".join(lines) + "\n"


def flags(genres):
    return "|".join(str(int(name in genres)) for name in FLAGS)


@pytest.fixture
def write(tmp_path_factory):
    """Writes files into a new folder, or as a zip archive of one folder, and returns its path."""

    def write(packed=False, **files):
        folder = tmp_path_factory.mktemp("ml")
        files = {name.replace("_", "."): content for name, content in files.items()}
        files = {name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()}
        if packed:
            with zipfile.ZipFile(folder / "ml-x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in files.items():
                    archive.writestr(f"ml-x/{name}", content)
            return folder / "ml-x.zip"
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    return write


def drawn(users=40, films=30, share=0.5, seed=0):
    """Rows of a random table with whole stars: user, film, rating, timestamp."""
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(rng.random((users, films)) < share)
    stars = rng.integers(1, 6, len(pairs))
    return [(100 + u, 7 * f, float(r), 900_000_000 + i) for i, ((u, f), r) in enumerate(zip(pairs, stars, strict=True))]


@pytest.fixture
def loaded(write):
    return lambda rows: movielens.load(str(write(u_data=text(rows))))


def rows_of(ratings):
    """The set of (user id, film id, stars)."""
    return set(
        zip(
            ratings.user_ids[ratings.users].tolist(),
            ratings.film_ids[ratings.films].tolist(),
            ratings.ratings.tolist(),
            strict=True,
        )
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1) | st.integers(1, 9),
        st.integers(0, 2**31 - 1) | st.integers(1, 9),
        st.integers(1, 10).map(lambda halves: halves / 2),
        st.integers(800_000_000, 1_800_000_000),
    ),
    min_size=1,
    max_size=20,
)


@ANY
@given(rows=ROWS, packed=st.booleans(), crlf=st.booleans())
@pytest.mark.parametrize("name", FORMATS)
def test_rows_of_any_values_come_back_from_any_format(name, rows, packed, crlf, write):
    content = text(rows, name).replace("\n", "\r\n" if crlf else "\n")
    films = movielens.FILMS[name]
    found = movielens.load(str(write(packed, **{name: content, films: films_text(films)})))
    last = {(user, film): (stars, seconds) for user, film, stars, seconds in sorted(rows, key=lambda row: row[3])}
    keys = sorted(last)
    assert list(zip(found.user_ids[found.users], found.film_ids[found.films], strict=True)) == keys
    assert found.ratings.tolist() == [last[key][0] for key in keys]
    assert found.timestamps.tolist() == [last[key][1] for key in keys]
    assert found.duplicates == len(rows) - len(last)
    assert found.user_ids.tolist() == sorted({user for user, *_ in rows})
    assert found.film_ids.tolist() == sorted({film for _, film, *_ in rows})
    about = [TITLES.get(film, (f"film {film}", ())) for film in found.film_ids.tolist()]
    assert list(zip(found.titles, found.genres, strict=True)) == about
    assert (found.users.dtype, found.films.dtype, found.ratings.dtype) == ("int32", "int32", "float32")
    given = {stars for stars, _ in last.values()}
    whole = WHOLE_STARS if all(stars == int(stars) for stars in given) else HALF_STARS
    assert found.scale == (CHOSEN if given == {1.0} else whole)


def test_the_order_of_lines_does_not_matter(loaded):
    rows = drawn()
    forth, back = loaded(rows), loaded(rows[::-1])
    assert rows_of(forth) == rows_of(back)
    assert tables.split_ratings(forth, 0).checksum == tables.split_ratings(back, 0).checksum


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([(1, 7, 1, 1_000_000_000), (1, 7, 5, 1_600_000_000)], (5, 1_600_000_000)),
        ([(1, 7, 5, 1_600_000_000), (1, 7, 1, 1_000_000_000)], (5, 1_600_000_000)),
        ([(1, 7, 5, 1_600_000_000), (1, 7, 2, 1_600_000_000)], (2, 1_600_000_000)),
    ],
    ids=["oldest first", "newest first", "one time"],
)
def test_of_two_ratings_of_one_pair_the_newest_counts_and_of_one_time_the_last(rows, kept, loaded):
    found = loaded([(2, 7, 3, 1_200_000_000), *rows])
    assert (found.ratings.tolist(), found.timestamps.tolist()) == ([kept[0], 3], [kept[1], 1_200_000_000])
    assert found.duplicates == 1


def test_the_matrix_holds_what_is_rated_and_nothing_else(loaded):
    ratings = loaded([(5, 30, 4, 1), (5, 10, 2, 1), (8, 20, 1, 1), (5, 10, 3, 1)])
    matrix = ratings.matrix()
    assert matrix.format == "csr"
    assert (matrix.dtype, matrix.indices.dtype, matrix.indptr.dtype) == ("float32", "int32", "int32")
    np.testing.assert_array_equal(matrix.toarray(), [[3, 0, 4], [0, 1, 0]])
    assert (ratings.duplicates, len(ratings), ratings.shape, ratings.density) == (1, 3, (2, 3), 0.5)


def test_timestamps_that_are_all_0_are_not_known(loaded):
    assert loaded([(1, 1, 4, 0), (1, 2, 4, 0)]).timestamps is None


def test_latin_1_titles(write):
    folder = write(u_data=text([(1, 1, 4, 1)]), u_item=films_text("u.item").encode("latin-1"))
    assert movielens.load(str(folder)).titles == ("Amélie (2001)",)


def test_a_byte_order_mark_quoted_names_spaces_and_empty_lines_are_borne(write):
    header, lines = '"userId", "movieId", "rating", "timestamp"', "1,2,3.5,4\r\n\r\n 2, 2 ,4.0,5\r\n\r\n"
    found = movielens.load(str(write(ratings_csv=f"\ufeff{header}\r\n{lines}")))
    assert rows_of(found) == {(1, 2, 3.5), (2, 2, 4)}


def test_a_file_may_be_given_alone_and_titles_are_found_beside_it(write):
    folder = write(u1_base=text([(1, 1, 4, 1)]), u_item=films_text("u.item"))
    assert movielens.load(str(folder / "u1.base")).titles == ("Amélie (2001)",)
    (folder / "u.item").unlink()
    assert movielens.load(str(folder / "u1.base")).titles == ("film 1",)


def test_official_folders_are_named_and_given_their_licence(write):
    packed = movielens.load(str(write(True, u_data=text([(1, 1, 4, 1)]))))
    assert (packed.name, packed.licence) == ("MovieLens ml-x", movielens.LICENCE)
    other = write(u_data=text([(1, 1, 4, 1)])).rename
    folder = other(write() / "mine")
    assert movielens.load(str(folder)).licence == "see its source"


def test_sample_has_100004_ratings_in_halves_with_titles():
    sample = movielens.load("sample")
    assert (len(sample), sample.shape, sample.scale) == (100_004, (671, 9066), HALF_STARS)
    assert (sample.titles[0], sample.genres[0][:2]) == ("Toy Story (1995)", ("Adventure", "Animation"))
    assert sample.duplicates == 0
    assert sample.matrix().nnz == 100_004


# Splits.


@ANY
@given(rows=ROWS.filter(lambda rows: len({row[:2] for row in rows}) > 3), seed=st.integers(0, 9))
def test_each_rating_is_in_one_part(rows, seed, loaded):
    ratings = loaded(rows)
    splits = tables.split_ratings(ratings, seed, test=0.3, validation=0.3)
    parts = [rows_of(part) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(ratings)
    assert set.union(*parts) == rows_of(ratings)
    for part in (splits.train, splits.validation, splits.test):
        assert part.matrix().nnz == len(part)
        assert (np.diff(part.users) >= 0).all()
    titles = dict(zip(ratings.film_ids.tolist(), ratings.titles, strict=True))
    assert splits.test.titles == tuple(titles[i] for i in splits.test.film_ids.tolist())


def test_shares_and_seeds_of_a_random_split(loaded):
    ratings = loaded(drawn())
    splits = tables.split_ratings(ratings, 1, test=0.1, validation=0.2)
    tested = round(len(ratings) * 0.1)
    assert (len(splits.test), len(splits.validation)) == (tested, round((len(ratings) - tested) * 0.2))
    checksums = [tables.split_ratings(ratings, seed).checksum for seed in (1, 1, 2)]
    assert checksums[0] == checksums[1] != checksums[2]
    assert "10% test, drawn with seed 1; 20% of the training ratings validate" in splits.split
    other = tables.split_ratings(ratings, 1, test=0.1, validation=0.4)
    assert rows_of(other.test) == rows_of(splits.test)


def same(a, b):
    """Says whether two tables are equal in everything."""
    fields = [(getattr(a, field.name), getattr(b, field.name)) for field in dataclasses.fields(a)]
    return all(np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y for x, y in fields)


def test_shuffled_test_ratings_change_nothing_in_training_or_validation(loaded):
    ratings = loaded(drawn())
    splits = tables.split_ratings(ratings, 0)
    tested = {row[:2] for row in rows_of(splits.test)}
    key = list(zip(ratings.user_ids[ratings.users].tolist(), ratings.film_ids[ratings.films].tolist(), strict=True))
    rows = np.array([pair in tested for pair in key])
    stars = ratings.ratings.copy()
    stars[rows] = np.random.default_rng(1).permutation(stars[rows])
    shuffled = tables.split_ratings(dataclasses.replace(ratings, ratings=stars), 0)
    assert same(shuffled.train, splits.train)
    assert same(shuffled.validation, splits.validation)
    assert not same(shuffled.test, splits.test)


@pytest.fixture
def pair(write):
    def pair(train, test, name="u.data"):
        folder = write(u1_base=text(train, name), u1_test=text(test, name))
        return str(folder / "u1.base"), str(folder / "u1.test")

    return pair


def test_another_test_file_changes_nothing_in_training_or_validation(pair):
    rows = drawn()
    strangers = [(1, 3, 4, 900_000_000), (100, 3, 4, 900_000_000), (999, 0, 2, 900_000_000)]
    one = movielens.load_split(*pair(rows[50:], rows[:50]), seed=0)
    other = movielens.load_split(*pair(rows[50:], strangers), seed=0)
    for part in ("train", "validation"):
        a, b = getattr(one, part), getattr(other, part)
        assert same(dataclasses.replace(a, source=""), dataclasses.replace(b, source=""))


def test_users_and_films_never_trained_on_come_behind_and_are_counted(pair):
    train = [(2, 20, 4, 1), (2, 40, 3, 1), (4, 40, 2, 1), (4, 20, 1, 1)]
    splits = movielens.load_split(*pair(train, [(1, 10, 1, 1), (2, 30, 2, 1), (3, 20, 3, 1)]), seed=0)
    assert splits.train.user_ids.tolist() == [2, 4]
    assert splits.test.user_ids.tolist() == [2, 4, 1, 3]
    assert splits.test.film_ids.tolist() == [20, 40, 10, 30]
    assert rows_of(splits.test) == {(1, 10, 1), (2, 30, 2), (3, 20, 3)}
    assert (splits.unseen_users, splits.unseen_films) == (2, 2)
    assert splits.unseen.all()


def test_validation_of_a_fixed_split_is_drawn_from_its_training_file(pair):
    rows = drawn()
    train, test = [row for i, row in enumerate(rows) if i % 9], rows[::9]
    splits = movielens.load_split(*pair(train, test), seed=3, validation=0.25)
    assert rows_of(splits.train) | rows_of(splits.validation) == {row[:3] for row in train}
    assert len(splits.validation) == round(len(train) * 0.25)
    assert rows_of(splits.test) == {row[:3] for row in test}
    assert splits.unseen.sum() == 0
    assert splits.source.endswith("u1.test")


def test_what_is_trained_on_may_not_test(pair):
    rows = drawn()
    train, test = pair(rows[2:], rows[:3])
    with pytest.raises(UsageError, match=r"u1.test: line 3 rates a film by a user as .*u1.base does"):
        movielens.load_split(train, test, seed=0)


def test_half_stars_only_in_the_test_file_are_told(pair):
    train, test = pair([(1, 1, 4, 1), (1, 2, 3, 1)], [(1, 3, 4, 1), (1, 4, 3.5, 1)])
    with pytest.raises(UsageError, match=r"u1.test: line 2 has half a star, but .*u1.base has whole stars only"):
        movielens.load_split(train, test, seed=0)


@pytest.mark.parametrize("missing", ["--train", "--test"])
def test_a_missing_file_of_a_split_is_told(missing, pair):
    files = dict(zip(("--train", "--test"), pair(drawn(), drawn()), strict=True))
    files[missing] = "nowhere"
    with pytest.raises(UsageError, match=f"{missing} nowhere is not there"):
        movielens.load_split(*files.values(), seed=0)


def by_user(ratings):
    found = {}
    for user, film, stars in rows_of(ratings):
        assert stars > 3.5
        found.setdefault(user, set()).add(film)
    return found


def test_held_out_users_are_nobody_elses_and_a_fifth_of_their_films_is_to_be_found(loaded):
    splits = tables.split_users(loaded(drawn(100, 40, 0.9)), 0)
    known, target = by_user(splits.test.known), by_user(splits.test.target)
    assert known.keys() == target.keys()
    assert not known.keys() & (by_user(splits.train).keys() | by_user(splits.validation.known).keys())
    assert len(by_user(splits.train)) + len(known) + len(by_user(splits.validation.known)) == 100
    for user, films in known.items():
        assert not films & target[user]
        assert len(target[user]) == (len(films) + len(target[user])) // 5
    for part in (splits.test, splits.validation):
        assert part.known.matrix().shape == part.target.matrix().shape == (10, splits.train.shape[1])
        np.testing.assert_array_equal(part.known.film_ids, splits.train.film_ids)
        assert part.known.titles == splits.train.titles


def test_users_of_fewer_than_five_films_and_films_that_nobody_trained_on_are_left_out(loaded):
    four = [(1000 + u, 7 * f, 5.0, 1) for u in range(50) for f in range(4)]
    alone = [(2000 + u, 10_000 + 7 * u + f, 5.0, 1) for u in range(50) for f in range(6)]
    splits = tables.split_users(loaded(drawn(share=0.9) + four + alone), 1, test=0.4, validation=0.2)
    held_out = splits.test
    every = (splits.train, held_out.known, splits.validation.known)
    assert not any((part.user_ids // 1000 == 1).any() for part in every)
    assert not (held_out.known.user_ids >= 2000).any()
    assert held_out.left_out + held_out.known.shape[0] == 56
    assert held_out.unseen > 0
    assert held_out.unseen % 6 == 0
    counts = np.bincount(splits.train.users)
    assert counts.min() >= 5


def test_nothing_of_a_held_out_user_reaches_training(loaded):
    ratings = loaded(drawn(100, 40))
    splits = tables.split_users(ratings, 0)
    tested = np.isin(ratings.user_ids[ratings.users], splits.test.known.user_ids)
    stars = np.where(tested, 1 + (ratings.ratings + 2) % 5, ratings.ratings).astype("float32")
    films = ratings.films.copy()
    films[tested] = np.random.default_rng(2).permutation(films[tested])
    changed = tables.split_users(dataclasses.replace(ratings, ratings=stars, films=films), 0)
    assert same(changed.train, splits.train)
    assert same(changed.validation.known, splits.validation.known)
    assert same(changed.validation.target, splits.validation.target)
    assert changed.checksum != splits.checksum


def test_a_split_by_user_that_leaves_a_part_empty_is_told(loaded):
    with pytest.raises(UsageError, match=r"no training user has rated 5 films above 3.5"):
        tables.split_users(loaded([(u, f, 2, 1) for u in range(9) for f in range(9)]), 0)
    with pytest.raises(UsageError, match=r"test \+ validation must be below 1"):
        tables.split_users(loaded(drawn()), 0, test=0.5, validation=0.6)


def test_training_and_validation_joined_are_what_was_split(loaded):
    ratings = loaded(drawn())
    splits = tables.split_ratings(ratings, 0)
    stay = ratings.take(~np.isin(tables.pairs(ratings), tables.pairs(splits.test)))
    for both in (tables.joined(splits.train, splits.validation), tables.joined(splits.validation, splits.train)):
        assert same(both, stay)
    assert same(splits.train, tables.split_ratings(ratings, 0).train)  # which is as it was


def test_tables_without_timestamps_are_joined_without(loaded):
    splits = tables.split_ratings(loaded([(*row[:3], 0) for row in drawn()]), 0)
    both = tables.joined(splits.train, splits.validation)
    assert both.timestamps is None
    assert rows_of(both) == rows_of(splits.train) | rows_of(splits.validation)


@pytest.mark.parametrize(("share", "count"), [(0.25, 10), (0.001, 1)])
def test_newcomers_are_drawn_with_all_their_ratings(share, count, loaded):
    ratings = loaded(drawn(share=0.9))
    stay, newcomers = tables.without_newcomers(ratings, share, 0)
    assert newcomers.shape[0] == count
    assert stay.shape[0] == 40 - count
    assert not set(stay.user_ids) & set(newcomers.user_ids)
    assert rows_of(stay) | rows_of(newcomers) == rows_of(ratings)
    assert len(stay) + len(newcomers) == len(ratings)
    assert set(newcomers.film_ids) <= set(ratings.film_ids)
    again, other = (tables.without_newcomers(ratings, share, seed)[1] for seed in (0, 1))
    assert same(again, newcomers)
    assert not np.array_equal(other.user_ids, newcomers.user_ids)


def test_who_the_newcomers_are_does_not_depend_on_what_they_rate(loaded):
    ratings = loaded(drawn(share=0.9))
    newcomers = tables.without_newcomers(ratings, 0.25, 0)[1]
    shuffled = np.random.default_rng(0).permutation(ratings.ratings)
    other = tables.without_newcomers(dataclasses.replace(ratings, ratings=shuffled), 0.25, 0)[1]
    np.testing.assert_array_equal(other.user_ids, newcomers.user_ids)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_share_of_newcomers_is_told(share, loaded):
    with pytest.raises(UsageError, match="newcomers must be a number above 0 and below 1"):
        tables.without_newcomers(loaded(drawn()), share, 0)


def test_a_fifth_of_what_newcomers_rated_is_to_be_predicted_from_the_rest(loaded):
    few = [(3, 7 * f, 4.0, 1) for f in range(4)]  # of films that others rate, one too few
    unseen = [(100, 10_000, 5.0, 1), (100, 10_001, 5.0, 1)]  # films that nobody else rates
    ratings = loaded(drawn(share=0.9) + few + unseen)
    newcomer = np.isin(ratings.user_ids, [3, 100, 101, 102])[ratings.users]
    train, newcomers = ratings.take(~newcomer), ratings.take(newcomer)
    found = tables.held_out(newcomers, train, 0)
    assert found.known.user_ids.tolist() == found.target.user_ids.tolist() == [100, 101, 102]
    assert (found.left_out, found.unseen) == (1, 2)
    known, target = rows_of(found.known), rows_of(found.target)
    assert not known & target
    assert known | target == {row for row in rows_of(newcomers) if row[0] != 3 and row[1] < 10_000}
    assert min(stars for *_, stars in target) < 3  # whatever they rated, not what they liked alone
    for user in (100, 101, 102):
        count = sum(row[0] == user for row in known | target)
        assert sum(row[0] == user for row in target) == count // 5
    for part in (found.known, found.target):
        assert part.film_ids.tolist() == train.film_ids.tolist()
        assert part.titles == train.titles
    assert same(tables.held_out(newcomers, train, 0).target, found.target)
    assert rows_of(tables.held_out(newcomers, train, 1).target) != target


def test_one_rating_cannot_be_split(loaded):
    with pytest.raises(UsageError, match=r"too few ratings to be split. Received: 1"):
        tables.split_ratings(loaded([(1, 1, 4, 1)]), 0)


# What is wrong with files.

GOOD = "1\t2\t3\t900000000\n"
MANY = "".join(f"{i}\t2\t{i % 5 + 1}\t900000000\n" for i in range(200))
HEADER = "userId,movieId,rating,timestamp\n"
BAD = [
    ("u.data", "", "line 1 is empty"),
    ("ratings.csv", FORMATS["ratings.csv"][1], "has no ratings under its first line"),
    ("u.data", "\n", "line 1 is empty"),
    ("u.data", MANY + "1\t3\t55\t9\n", "line 201 has the rating '55', unlike nearly all others"),
    ("u.data", MANY + "1\t3\t3.7\t9\n", "line 201 has the rating '3.7'"),
    ("u.data", MANY + "1\t3\t-1\t9\n", "line 201 has the rating '-1'"),
    ("u.data", MANY + "ann\t3\t4\t9\n", "line 201 has the user 'ann'"),
    ("u.data", MANY + "1\t-3\t4\t9\n", "line 201 has the film '-3'"),
    ("u.data", GOOD + "1\t3\tnan\t9\n", "line 2 must hold a rating"),
    ("u.data", GOOD + "1\t3\t\t9\n", "line 2 must hold a rating"),
    ("u.data", GOOD + "1\t3\tinf\t9\n", "line 2 must hold a rating"),
    ("u.data", GOOD + "1\t3\tgood\t9\n", "line 2, column '3' holds 'good': it must hold a number"),
    ("u.data", GOOD + "\t3\t4\t9\n", "line 2 names nothing in column '1'"),
    ("u.data", GOOD + "1\t3", "line 2, the last, is torn off. Received: '1\\t3'"),
    ("u.data", GOOD + "1\t3\t4\t", "line 2 must hold its timestamp"),
    ("u.data", GOOD + "1\t3\t4\t9000", "line 2, the last, is torn off in its timestamp. Received: 9000"),
    ("u.data", "\n".join([GOOD] * 3) + "\n1\t3\t4\t9000", "line 7, the last, is torn off in its timestamp"),
    ("u.data", GOOD + "1\t3\t4\tnoon\n", "line 2 must hold its timestamp"),
    ("u.data", GOOD + "1\t3\t4\t31.01.2026\n", "line 2 must hold its timestamp"),
    ("u.data", GOOD + "1\t3\t4\n", "line 2 has 3 cells where there are 4 columns"),
    ("u.data", "1\t3\t4\t9\t9\n" + GOOD, "Received: 5 columns, in utf-8 text, separated by tabs. Say which"),
    ("u.data", GOOD + "\n\n1\t3\t4\t9\t9\n", "line 4 has 5 cells where there are 4 columns, separated by tabs"),
    ("ratings.dat", "1::2::3::4\n1\t2\t3\t4\n", "line 2 has 1 cell where there are 4 columns"),
    ("ratings.csv", HEADER + "1,2,3,4\n1,2,3,x\n", "line 3 must hold its timestamp"),
    ("ratings.csv", "a header\n1,2,3\n", "line 1 names no column of users that is known. Received: 'a header'"),
    ("ratings.csv", "user,item,how good\n1,2,3\n", "line 1 names no column of ratings that is known"),
    ("ratings.csv", "ann,toaster\nbob,kettle\n", "or --header no"),
    ("u.data", bytes(range(256)) * 100, "its beginning is no text"),
    ("u.data", GOOD + "x" * 2_000_000, "line 2 has over 1,048,576 characters"),
]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("name", "content", "told"), BAD)
def test_bad_ratings_are_told_by_file_and_line(name, content, told, packed, write):
    assert_told(write(packed, **{name: content}), told, name)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("u.item", "1|A|date||url|1|0\n", "line 1 must hold a film's integer id, title and genres"),
        ("u.item", films_text("u.item") + "2|B|01-J", "line 4 must hold"),
        ("movies.dat", "1::A::War\nx::B::War\n", "line 2 must hold"),
        ("movies.dat", "1::A\n", "line 1 must hold"),
        ("movies.csv", "movieId,title,genres\n1,A,War\n2,A\n", "line 3 must hold"),
        ("movies.csv", 'movieId,title,genres\n1,"A', "line 2 must hold"),
    ],
)
def test_bad_films_are_told_by_file_and_line(name, content, told, write):
    ratings = next(key for key, value in movielens.FILMS.items() if value == name)
    assert_told(write(**{ratings: text([(1, 1, 4, 1)], ratings), name: content}), told, name)


def test_a_film_file_of_absurd_size_is_not_read(write, monkeypatch):
    monkeypatch.setattr(films_files, "MOST_BYTES", 100)
    assert_told(write(u_data=GOOD, u_item=films_text("u.item")), "at most 0 MB are read", "u.item")


def test_ten_gigabytes_of_garbage_are_told_from_the_first_lines(write):
    folder = write(u_data=GOOD * 10_000)
    with (folder / "u.data").open("r+b") as opened:
        opened.truncate(10_000_000_000)  # holes, which take no space
    assert_told(folder, "line 10001 holds what is no text", "u.data")
    with (folder / "u.data").open("r+b") as opened:
        opened.write(b"\0" * 100)
    assert_told(folder, "its beginning is no text", "u.data")


def test_more_ratings_than_any_movielens_are_refused(write, monkeypatch):
    monkeypatch.setattr(ratings_files, "MOST_RATINGS", 3)
    assert_told(write(u_data=GOOD * 4), "has over 3 ratings", "u.data")


def test_a_folder_without_ratings_is_told(write):
    assert_told(write(movies_csv="movieId,title,genres\n"), "must hold u.data, ratings.dat or ratings.csv")
    assert_told(write(True, readme_txt="-"), "has no ratings")


def test_a_folder_of_two_vintages_is_told(write):
    assert_told(write(u_data=GOOD, ratings_csv=GOOD), "holds ratings.csv and u.data: give the path to one")


def test_a_folder_in_the_folder_is_looked_into(write):
    inner = write(u_data=GOOD)
    outer = inner.parent / f"{inner.name}-outer"
    outer.mkdir()
    inner.rename(outer / "ml-x")
    assert len(movielens.load(str(outer))) == 1


@pytest.mark.parametrize("source", ["nowhere", "sampel", "nowhere.zip"])
def test_a_path_that_is_not_there_is_told(source):
    assert_told(source, "is not there")


@pytest.mark.parametrize("source", ["tfds", "tfds:mnist", "tfds:movielens/1m-movies"])
def test_other_sets_of_tfds_are_told(source):
    assert_told(source, "give 'tfds:movielens/1m-ratings'")


@pytest.mark.parametrize("name", ["../u.data", "/etc/u.data", "a/../../u.data", "..\\u.data", "C:u.data"])
def test_an_archive_that_leads_out_of_its_folder_is_refused(name, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ml-x/u.data", GOOD)
        archive.writestr(name, GOOD)
    assert_told(tmp_path / "a.zip", "which leads out of its folder", "u.data")


def test_an_archive_that_would_burst_is_refused_unread(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("u.data", GOOD * 1_000_000)
    monkeypatch.setattr(text_files, "_opened", None)
    assert_told(tmp_path / "a.zip", "would unpack from", "u.data")


def flip_bit(path):
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-10])


def encrypt(path):
    content = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + at] |= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (flip_bit, "cannot be read ("),
        (cut, "is not a whole zip archive"),
        (encrypt, "cannot be read ("),
        (lambda path: path.write_bytes(b"no archive"), "is not a whole zip archive"),
    ],
)
def test_damaged_archives_are_told(damage, told, write):
    archive = write(True, u_data=text(drawn()))
    damage(archive)
    assert_told(archive, told)


def assert_told(source, told, *names):
    with pytest.raises(UsageError) as error:
        movielens.load(str(source))
    for part in (told, str(source).removeprefix("tfds:"), *names):
        assert part in str(error.value)
    assert "\n" not in str(error.value)


# Real files, which the project does not ship.


def needs(path):
    return pytest.mark.skipif(not (SHARED / path).exists(), reason=f"no {path} beside the checkout")


@needs("ml-100k")
def test_movielens_100k():
    whole = movielens.load(str(SHARED / "ml-100k"))
    assert (len(whole), whole.shape, whole.scale) == (100_000, (943, 1682), WHOLE_STARS)
    assert (whole.titles[0], whole.genres[0]) == ("Toy Story (1995)", ("Animation", "Children's", "Comedy"))
    assert len(set(whole.titles)) == 1664
    assert whole.duplicates == 0
    splits = movielens.load_split(str(SHARED / "ml-100k/u1.base"), str(SHARED / "ml-100k/u1.test"), seed=0)
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [72_000, 8000, 20_000]
    assert splits.unseen_users == 0
    assert (splits.unseen_films, splits.unseen.sum()) == (32, 32)
    assert rows_of(splits.train) | rows_of(splits.validation) | rows_of(splits.test) == rows_of(whole)


@needs("ml-1m")
def test_movielens_1m():
    whole = movielens.load(str(SHARED / "ml-1m"))
    assert (len(whole), whole.shape, whole.scale) == (1_000_209, (6040, 3706), WHOLE_STARS)
    assert whole.timestamps is None
    assert "Toy Story (1995)" in whole.titles


@needs("ml-100k")
@needs("tfds/movielens")
def test_tfds_holds_the_official_ratings(monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(SHARED / "tfds"))
    found, official = movielens.load("tfds:movielens/100k-ratings"), movielens.load(str(SHARED / "ml-100k"))
    assert rows_of(found) == rows_of(official)
    assert found.titles == official.titles
    np.testing.assert_array_equal(found.timestamps, official.timestamps)


def test_tfds_that_is_not_there_is_told_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert_told("tfds:movielens/no-ratings", "could not give 'movielens/no-ratings'", "TFDS_DATA_DIR")


def test_a_line_of_films_without_separators_is_named(write):
    source = write(False, **{"ratings.dat": "1::7::5::1000000000\n", "movies.dat": "7::Heat::Crime\nno separators\n"})
    with pytest.raises(UsageError, match=r"movies\.dat: line 2 must hold a film's integer id"):
        movielens.load(str(source))


# Other people's ratings.


def read(folder, content, name="r.csv", **form):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return movielens.load(str(folder / name), movielens.Form(**form))


PLAIN = "userId,movieId,rating,timestamp\n" + "".join(
    f"{u},{f},{(u + f) % 5 + 1},{9 + u}\n" for u in (1, 2) for f in (3, 4)
)
FORMS = {
    "more columns, in another order": (
        "review;time;Rating;Item ID;USER\n"
        + "".join(f'"a; b";{9 + u};{(u + f) % 5 + 1},0;{f};{u}\n' for u in (1, 2) for f in (3, 4)),
        {},
    ),
    "utf-16": (PLAIN.encode("utf-16"), {}),
    "bars": (PLAIN.replace(",", "|"), {}),
    "named by the person": (
        PLAIN.replace("userId,movieId,rating,timestamp", "who,what,how,when"),
        {"columns": ("who", "what", "how", "when")},
    ),
    "by their places": (
        "".join(f"x,{(u + f) % 5 + 1},{f},{u},{9 + u}\n" for u in (1, 2) for f in (3, 4)),
        {"columns": ("4", "3", "2", "5")},
    ),
    "dates": (PLAIN.replace(",10\n", ",1970-01-01 00:00:10\n").replace(",11\n", ",1970-01-01T00:00:11Z\n"), {}),
    "without a header": (PLAIN.partition("\n")[2], {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_ratings_are_read_however_they_are_written(form, tmp_path):
    content, said = FORMS[form]
    plain, found = read(tmp_path, PLAIN), read(tmp_path, content, **said)
    assert found.fingerprint == plain.fingerprint
    assert found.timestamps.tolist() == plain.timestamps.tolist() == [10, 10, 11, 11]


@pytest.mark.parametrize("other", ["ratings.parquet", "r.tsv", "r.csv.gz"])
def test_the_newest_of_two_ratings_counts_in_all_files(other, tmp_path):
    frame = pd.DataFrame({"user": ["ann", "ann"], "item": [7, 7], "rating": [5.0, 1.0], "time": [1.6e9, 1.0e9]})
    if other.endswith("parquet"):
        frame.to_parquet(tmp_path / other)
    else:
        frame.to_csv(tmp_path / other, sep="\t" if "tsv" in other else ",", index=False)
    found = movielens.load(str(tmp_path / other))
    assert (found.ratings.tolist(), found.timestamps.tolist(), found.duplicates) == ([5.0], [1_600_000_000], 1)


def test_ids_that_are_texts_or_long_are_kept(tmp_path):
    rows = [("ann", "0195153448", 5), ("bob", "34545104X", 3), ("ann", "34545104X", 1), ("007", "0195153448", 2)]
    found = read(tmp_path, "user,isbn,rating\n" + "".join(f"{u},{f},{r}\n" for u, f, r in rows))
    assert rows_of(found) == set(rows)
    assert found.titles == ("0195153448", "34545104X")
    large = [(2**62, 2**63 - 1, 5), (2**40, 3, 4), (2**62, 3, 3)]
    found = read(tmp_path, "user,item,rating\n" + "".join(f"{u},{f},{r}\n" for u, f, r in large))
    assert rows_of(found) == set(large)
    assert found.user_ids.dtype == "int64"


def test_a_split_of_text_ids_is_checked_and_numbered_alike(tmp_path):
    (tmp_path / "a").write_text("".join(f"u{u},i{f},{(u * f) % 5 + 1}\n" for u in range(9) for f in range(5)))
    (tmp_path / "b").write_text("u1,i7,3\nzoe,i2,4\n")
    splits = movielens.load_split(str(tmp_path / "a"), str(tmp_path / "b"), seed=0)
    assert rows_of(splits.test) == {("u1", "i7", 3), ("zoe", "i2", 4)}
    assert (splits.unseen_users, splits.unseen_films) == (1, 1)
    (tmp_path / "b").write_text("u1,i7,3\nu1,i2,4\n")
    with pytest.raises(UsageError, match="line 2 rates a film by a user as"):
        movielens.load_split(str(tmp_path / "a"), str(tmp_path / "b"), seed=0)


@pytest.mark.parametrize(
    ("given", "scale", "stars"),
    [
        ([1, 5, 3], WHOLE_STARS, [1, 5, 3]),
        ([0.5, 5, 3], HALF_STARS, [0.5, 5, 3]),
        ([0, 100, 25], Scale(0, 100), [1, 5, 2]),
        ([-10, 10, 0], Scale(-10, 10), [1, 5, 3]),
        ([1, 10, 5.5], Scale(1, 10), [1, 5, 3]),
        ([0, 1, 1], Scale(0, 1), [1, 5, 5]),
        ([1, 1, 1], CHOSEN, [1, 1, 1]),
        ([3.7, 3.7, 3.7], Scale(3.7, 3.7), [1, 1, 1]),
    ],
)
def test_any_scale_is_found_and_laid_on_stars(given, scale, stars, tmp_path):
    found = read(tmp_path, "user,item,rating\n" + "".join(f"{i},{i},{r}\n" for i, r in enumerate(given)))
    assert found.scale == Scale(*np.float32([scale.lowest, scale.highest]).tolist(), scale.step)
    np.testing.assert_allclose(found.matrix().diagonal(), stars, rtol=1e-6)
    np.testing.assert_allclose(found.scale.ratings(found.matrix().diagonal()), given, atol=1e-5)


def test_who_chose_what_needs_no_ratings(tmp_path):
    found = read(tmp_path, "user,song\nann,x\nbob,x\nann,y\n")
    assert found.scale == CHOSEN
    assert rows_of(found) == {("ann", "x", 1), ("bob", "x", 1), ("ann", "y", 1)}
    assert rows_of(read(tmp_path, "ann,x\nbob,x\nann,y\n", header="no")) == rows_of(found)
    assert found.scale.above < 1


def test_what_a_person_says_of_files_is_refused_of_what_is_no_file():
    with pytest.raises(UsageError, match="--columns and --header are for files"):
        movielens.load("sample", movielens.Form(header="no"))


def test_ratings_in_several_files_are_one_table(write):
    rows = drawn()
    whole = movielens.load(str(write(ratings_csv=text(rows, "ratings.csv"), movies_csv=films_text("movies.csv"))))
    half = len(rows) // 2
    parts = {"ratings-0.csv": text(rows[:half], "ratings.csv"), "ratings-1.csv": text(rows[half:], "ratings.csv")}
    folder = write(**parts, movies_csv=films_text("movies.csv"))
    found = movielens.load(f"{folder}/ratings-*.csv")
    for name in ("user_ids", "film_ids", "users", "films", "ratings", "timestamps"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))
    assert found.titles == whole.titles
    assert (found.name, found.source) == ("ratings-*.csv", f"{folder}/ratings-*.csv")

    (folder / "ratings-2.csv").write_text("userId,movieId,rating\n1,2,3\n")
    with pytest.raises(UsageError, match=r"ratings-2.csv lacks times, which .*ratings-0.csv has: give files"):
        movielens.load(f"{folder}/ratings-*.csv")
    (folder / "ratings-2.csv").write_text("userId,movieId,rating,timestamp\n1,2,x,4\n")
    with pytest.raises(UsageError, match=r"ratings-2.csv: line 2"):
        movielens.load(f"{folder}/ratings-*.csv")
    with pytest.raises(UsageError, match="matches no file"):
        movielens.load(f"{folder}/other-*.csv")
