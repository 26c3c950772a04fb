"""Whatever people keep numbers in, in one form: arrays, tensors, DataFrames, lists, sparse matrices.

Numbers keep their type, so that bytes stay bytes until a batch of them is needed; nothing is looked at but the type.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from scipy import sparse

from zoo.checks import UsageError, said

Numbers = Any  # an array, a tensor or a sparse matrix's compressed rows, as `numbers` returns them
PLAIN = "biuf"  # NumPy's words for booleans, integers and fractions


def holds_batches(values: Any) -> bool:
    """Says whether values come in batches, as those of a `tf.data.Dataset` do, and are not there all at once."""
    whole = (np.ndarray, tf.Tensor, tf.Variable, tf.SparseTensor, tf.RaggedTensor, list, tuple, dict, str, type(None))
    known = isinstance(values, whole) or np.isscalar(values) or sparse.issparse(values)
    return not known and not hasattr(values, "__array__") and not hasattr(values, "to_numpy")


def numbers(name: str, values: Any) -> Numbers:
    """Returns numbers as an array, a tensor where they are in one, or, of a sparse matrix, its compressed rows.

    Sparse rows come without stored zeros, sorted, each entry once. What a masked array or a DataFrame marks as missing
    is NaN.

    Args:
        name: What they are called in an error.
        values: A NumPy array, a tensor, a DataFrame or a Series, a list, a SciPy matrix, what makes an array of itself.

    Raises:
        UsageError: If they are no numbers.
    """
    if isinstance(values, tf.RaggedTensor):
        raise UsageError(
            f"{name} must be of one shape. Received: a RaggedTensor. Write {name.split()[-1]}.to_tensor()."
        )
    if isinstance(values, tf.SparseTensor) or sparse.issparse(values):
        return _compressed(name, values)
    if (
        isinstance(values, tf.Tensor)
        and hasattr(values, "numpy")
        and np.dtype(values.dtype.as_numpy_dtype).kind in PLAIN
    ):
        return values
    return _array(name, values)


def dense(values: Numbers) -> np.ndarray:
    """Returns numbers as an array, whole."""
    return values.toarray() if sparse.issparse(values) else np.asarray(values)


def seen(values: Numbers) -> np.ndarray:
    """Returns an array of all values that are there; of sparse rows those that are stored."""
    return values.data if sparse.issparse(values) else np.asarray(values)


def stored(values: sparse.csr_array, kept: np.ndarray) -> sparse.csr_array:
    """Returns sparse rows with those of their stored values alone that are kept, booleans of shape `(stored,)`."""
    if kept.all():
        return values
    found = values.copy()
    found.data[~kept] = 0
    found.eliminate_zeros()
    return found


def _compressed(name: str, values: Any) -> sparse.csr_array:
    if isinstance(values, tf.SparseTensor):
        if values.shape.rank != 2:
            short = name.split()[-1]
            raise UsageError(f"{name} must be dense where samples are no rows. Write tf.sparse.to_dense({short}).")
        rows, columns = np.asarray(values.indices).T
        values = sparse.coo_array((np.asarray(values.values), (rows, columns)), shape=tuple(values.shape))
    if values.dtype.kind not in PLAIN:
        raise UsageError(f"{name} must hold numbers. Received: a sparse matrix of {values.dtype}.")
    found = sparse.csr_array(values)
    if not found.has_canonical_format:
        found = found.copy()
        found.sum_duplicates()
    return stored(found, found.data != 0)


def _array(name: str, values: Any) -> np.ndarray:
    try:
        found = _taken_out(values)
        if found.dtype.kind in "OV":  # objects that may be numbers, or fractions that NumPy has no word for
            found = found.astype("float64" if found.dtype.kind == "O" else "float32")
    except Exception as error:  # containers of others raise anything
        raise UsageError(f"{name} must hold numbers. Received: {_words(values)} ({said(error):.300}).") from None
    if found.dtype.kind not in PLAIN or values is None:
        raise UsageError(f"{name} must hold numbers. Received: {_words(values)}.")
    return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))


def _taken_out(values: Any) -> np.ndarray:
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype("float64"), np.nan)
    if type(values).__module__.partition(".")[0] == "pandas":
        found = values.to_numpy()
        found = values.to_numpy("float64", na_value=np.nan) if found.dtype.kind == "O" else found
        return found[:, None] if found.ndim == 1 else found  # a Series is a column, as Keras has it
    return np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)


def _words(values: Any) -> str:
    """Says what was received."""
    types: Any = getattr(values, "dtypes", None)
    if hasattr(types, "items"):
        strange = [f"{column!r} of {dtype}" for column, dtype in types.items() if dtype.kind not in PLAIN]
        return f"a {type(values).__name__} with {', '.join(strange[:3]) or 'no numbers'}"
    dtype = getattr(values, "dtype", None)
    return type(values).__name__ if dtype is None else f"{type(values).__name__} of {getattr(dtype, 'name', dtype)}"
