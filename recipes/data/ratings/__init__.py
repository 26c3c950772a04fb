"""Tables of ratings, and how they are split so that nothing of a held-out rating reaches training."""

from recipes.data.ratings.by_rating import RatingSplits, split_fixed, split_ratings
from recipes.data.ratings.by_user import RankingSplits, split_users
from recipes.data.ratings.newcomers import HeldOut, held_out, without_newcomers
from recipes.data.ratings.tables import About, Columns, Ratings, joined, pairs, shared, table

__all__ = [
    "About",
    "Columns",
    "HeldOut",
    "RankingSplits",
    "RatingSplits",
    "Ratings",
    "held_out",
    "joined",
    "pairs",
    "shared",
    "split_fixed",
    "split_ratings",
    "split_users",
    "table",
    "without_newcomers",
]
