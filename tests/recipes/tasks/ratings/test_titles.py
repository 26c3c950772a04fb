"""Titles as people write them."""

import contextlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.tasks.ratings.titles import CANDIDATES, find, short
from zoo import UsageError

TITLES = (
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Matrix, The (1999)",
    "Matrix Reloaded, The (2003)",
    "Batman (1989)",
    "Batman (1966)",
    "Batman Returns (1992)",
    "Seven (a.k.a. Se7en) (1995)",
    "Postman, The (Postino, Il) (1994)",
    "Postman, The (1997)",
    "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
    "Star Wars: Episode V - The Empire Strikes Back (1980)",
    "Star Wars: Episode VI - Return of the Jedi (1983)",
    "Death Race 2000 (1975)",
    "Thelma & Louise (1991)",
    "L.A. Confidential (1997)",
    "Shanghai Triad (Yao a yao yao dao waipo qiao) (1995)",
    "Hamlet (2000)",
    "Hamlet (2000)",
    "Avventura, L' (Adventure, The) (1960)",
    "film 17",
)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("Toy Story", "Toy Story (1995)"),  # equal, though it begins another
        ("  toy STORY ", "Toy Story (1995)"),
        ("Toy Story 2", "Toy Story 2 (1999)"),
        ("The Matrix", "Matrix, The (1999)"),
        ("matrix, the", "Matrix, The (1999)"),
        ("matrix", "Matrix, The (1999)"),
        ("The Matrix (1999)", "Matrix, The (1999)"),
        ("Batman (1966)", "Batman (1966)"),
        ("batman 1989", "Batman (1989)"),
        ("Se7en", "Seven (a.k.a. Se7en) (1995)"),
        ("The Postman (1997)", "Postman, The (1997)"),
        ("Il Postino", "Postman, The (Postino, Il) (1994)"),
        ("Amelie", "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("le fabuleux destin d\u2019amelie poulain", "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("L'avventura", "Avventura, L' (Adventure, The) (1960)"),
        ("Death Race 2000", "Death Race 2000 (1975)"),
        ("Thelma and Louise", "Thelma & Louise (1991)"),
        ("LA Confidential", "L.A. Confidential (1997)"),
        ("Shang", "Shanghai Triad (Yao a yao yao dao waipo qiao) (1995)"),  # begins one title only
        ("empire strikes", "Star Wars: Episode V - The Empire Strikes Back (1980)"),  # words of one title only
        ("jedi", "Star Wars: Episode VI - Return of the Jedi (1983)"),
        ("Toy Stroy", "Toy Story (1995)"),  # misspelt
        ("Thelma und Louise", "Thelma & Louise (1991)"),
        ("film 17", "film 17"),
    ],
)
def test_the_title_that_is_meant(query, title):
    assert TITLES[find(query, TITLES)] == title


def test_of_films_with_the_same_title_and_year_the_first_is_taken():
    assert find("Hamlet", TITLES) == TITLES.index("Hamlet (2000)")


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("Batman", "Batman (1989); Batman (1966)"),
        ("the postman", "Postman, The (1997); Postman, The (Postino, Il) (1994)"),
        (
            "Star Wars",
            "Star Wars: Episode VI - Return of the Jedi (1983); Star Wars: Episode V - The Empire Strikes Back (1980)",
        ),
        ("toy", "Toy Story (1995); Toy Story 2 (1999)"),
    ],
)
def test_where_several_fit_they_are_listed(query, listed):
    with pytest.raises(UsageError) as raised:
        find(query, TITLES)
    assert str(raised.value) == f'Which "{query}"? {listed}: write the whole title with its year.'


def test_of_very_many_some_are_listed():
    titles = [f"Alien {i} (1990)" for i in range(30)]
    with pytest.raises(UsageError) as raised:
        find("alien", titles)
    assert str(raised.value).count("(1990)") == CANDIDATES
    assert "Alien 9 (1990) and 20 more: write" in str(raised.value)


@pytest.mark.parametrize(
    ("query", "nearest"),
    [
        ("Toy Story 9", "Toy Story 2 (1999)"),  # a misspelling, but of which number
        ("Batman (1990)", "Batman (1989)"),
        ("Hamlot Prince", "Hamlet (2000)"),
    ],
)
def test_where_none_fits_the_nearest_are_named(query, nearest):
    with pytest.raises(UsageError) as raised:
        find(query, TITLES)
    assert str(raised.value).startswith(f'No film is called "{query}": did you mean ')
    assert f'"{nearest}"' in str(raised.value)


def test_where_none_is_near_it_is_said_how_titles_are_written():
    with pytest.raises(UsageError, match=r'No film is called "zzz": write it as MovieLens does, such as "Matrix, The'):
        find("zzz", TITLES)


@pytest.mark.parametrize("query", ["", "  ", "?!"])
def test_what_has_no_words_is_no_title(query):
    with pytest.raises(UsageError, match="is no title: write one, such as"):
        find(query, TITLES)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TITLES), st.booleans(), st.text(" .:-", max_size=3))
def test_every_title_finds_itself_whatever_its_case_and_punctuation(title, upper, around):
    query = around + (title.upper() if upper else title) + around
    assert TITLES[find(query, TITLES)] == title


@settings(max_examples=60, deadline=None)
@given(st.text(string.printable, max_size=12))
def test_any_text_finds_a_title_or_says_why_not(query):
    with contextlib.suppress(UsageError):
        assert 0 <= find(query, TITLES) < len(TITLES)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Toy Story (1995)", "Toy Story"),
        ("Matrix, The (1999)", "The Matrix"),
        ("Postman, The (Postino, Il) (1994)", "The Postman"),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura"),
        ("Bug's Life, A (1998)", "A Bug's Life"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly"),
        ("Me, Myself & Irene (2000)", "Me, Myself & Irene"),
        ("Seven (a.k.a. Se7en) (1995)", "Seven"),
        ("film 17", "film 17"),
    ],
)
def test_a_title_as_people_say_it(title, said):
    assert short(title) == said
