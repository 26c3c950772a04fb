"""What uses an export with TensorFlow alone: neither Keras nor this project's other folders are imported."""
