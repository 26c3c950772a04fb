"""Sub-PCA against its formula, and that it finds a window unlike the others."""

import numpy as np

from recipes.baselines.sub_pca import sub_pca


def test_a_score_is_the_sum_of_weighed_distances_from_unit_vectors():
    # Standardized, the two columns are equal: one component (1, 1) / root 2 with all of the variance, and one without.
    x = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    root = np.sqrt(0.5)
    one, another = np.array([root, root]), np.array([root, -root])
    along, across = np.linalg.norm(z - one, axis=1), np.linalg.norm(z - another, axis=1)
    other = np.linalg.norm(z + one, axis=1)  # the sign of a component is free
    found = sub_pca(x)
    fits = [np.allclose(found, one + across / 1e-12, rtol=1e-6) for one in (along, other)]
    assert any(fits)


def test_a_window_unlike_the_others_scores_highest():
    x = np.sin(np.arange(200)[:, None] / 5 + np.arange(16) / 5)
    x[120] *= 3
    assert np.argmax(sub_pca(x)) == 120
    assert sub_pca(np.ones((5, 4))).tolist() == [0] * 5
