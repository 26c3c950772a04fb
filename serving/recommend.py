"""Recommends films to somebody who rated a few, from an export of recipes.movielens, with TensorFlow alone.

    python serving/recommend.py exported/movielens-autorec 1=5 32=3.5 260=4

Each film is a MovieLens id with its stars behind it.
"""

import sys

import tensorflow as tf

folder, *rated = sys.argv[1:]
ids, stars = zip(*(pair.split("=") for pair in rated), strict=True)
recommend = tf.saved_model.load(f"{folder}/saved_model").signatures["recommend"]
found = recommend(
    film_ids=tf.constant([int(film) for film in ids], tf.int64),
    ratings=tf.constant([float(star) for star in stars], tf.float32),
    row_splits=tf.constant([0, len(ids)], tf.int64),  # one person; for two: [0, ratings of the first, of both]
    k=tf.constant(10),
)
for title, prediction in zip(found["titles"][0].numpy(), found["prediction"][0].numpy(), strict=True):
    print(f"{prediction:5.2f}  {title.decode()}")
print(f"{int(found['ignored'][0])} of {len(ids)} ratings could not be used.")
