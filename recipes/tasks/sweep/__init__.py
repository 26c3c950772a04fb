"""A search for better options of a recipe, on validation alone."""
