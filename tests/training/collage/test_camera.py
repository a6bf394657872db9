import numpy as np
import pytest

from training.collage.camera import Camera, draw_camera


@pytest.mark.parametrize("seed", range(8))
def test_projected_points_agree_with_the_homography(seed):
    rng = np.random.default_rng(seed)
    camera = draw_camera((640, 480), rng)
    ground = rng.uniform(-250, 250, (50, 2))
    places, scales = camera.project(ground)
    x, y, depth = camera.homography @ np.column_stack([ground, np.ones(50)]).T
    seen = scales > 0
    assert seen.any()
    assert places[seen] == pytest.approx(np.stack([x / depth, y / depth], 1)[seen])
    assert scales[seen] == pytest.approx(1 / depth[seen])


def test_near_things_are_larger_and_what_is_behind_the_camera_has_no_size():
    far, near, behind = Camera((400, 400), 0.8, 500.0).project(np.array([(0, -200), (0, 200), (0, 900)], float))[1]
    assert 0 < far < 1 < near
    assert behind == 0
