"""Encoders and decoders that know a sample's label."""

import keras

from zoo.layers.label_planes import LabelPlanes


def labelled(body: keras.Model, shape: tuple[int, ...], classes: int) -> keras.Model:
    """Makes a body of samples, or of codes, and of their labels.

    Args:
        body: A chain of layers whose input, a vector or a map, has `classes` channels more than a sample or a code.
        shape: The shape of one sample, or of one code.
        classes: How many labels there are.

    Returns:
        A model of `[x, label]`, shapes `(batch, *shape)` and `(batch,)`.
    """
    *size, channels = body.input_shape[1:]
    x = keras.Input(shape, name=body.inputs[0].name)
    label = keras.Input((), dtype="int32", name="label")
    z = LabelPlanes(classes, name="with_label")([keras.layers.Reshape((*size, channels - classes))(x), label])
    for layer in body.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            z = type(layer).from_config(layer.get_config())(z)  # a layer applied twice would have two inputs
    return keras.Model([x, label], z, name=body.name)
