"""An export over HTTP, in the form of TensorFlow Serving's requests; `serving/serve.py` puts the parts together."""
