"""The classes behind the models, and what several of them share."""
