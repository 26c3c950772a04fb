"""How raw values become samples, and the model of samples one that takes raw values: one kind of unit a file."""

from recipes.data.units.framed import Framed
from recipes.data.units.pixels import Pixels
from recipes.data.units.scalings import SCALINGS
from recipes.data.units.standardized import Seen, Standardized
from recipes.data.units.units import Units

__all__ = ["SCALINGS", "Framed", "Pixels", "Seen", "Standardized", "Units"]
