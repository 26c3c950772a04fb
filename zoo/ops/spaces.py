"""Words between white space, in Python as TensorFlow's graphs find them: a no-break space is part of a word."""


def words(text: str) -> list[str]:
    """Returns what stands between white space of ASCII, in order, as `tf.strings.split` does."""
    return [word.decode() for word in text.encode().split()]  # of bytes, Python knows no other white space either
