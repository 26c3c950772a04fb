"""Real numbers, best with a variance of about 1."""

import keras

from zoo.kinds._kind import Kind


@keras.saving.register_keras_serializable("zoo")
class Real(Kind):
    """Real numbers, with the mean squared error as the loss."""

    FORM = "places"
    DESCRIPTION = "real numbers, in arrays of any shape"
