"""Nursery surroundings besides the stock: structure, tools, people, other benches (shapes for stage.py, drawn for
plan.py).

None of it is counted. Other benches hold a closed canopy far away, so that no plant there could be told apart.
"""

import math
from collections.abc import Callable

import numpy as np

from training.nursery import leafy
from training.nursery.scene import Draft, Placement, Prop
from training.nursery.shapes import Floats, LeafForm, Shape, ShapeBuilder, hsv, leaf, rotation_z, tube_faces

Rng = np.random.Generator
Maker = Callable[[ShapeBuilder, Rng], None]


def _tag(builder: ShapeBuilder, rng: Rng) -> None:
    colour = hsv(*((0.15, 0.05, 0.9), (0.0, 0.0, 0.8), (0.15, 0.7, 0.85), (0.55, 0.4, 0.7))[int(rng.integers(4))])
    builder.box((0, 0, 0.03), (0.013, 0.0008, 0.075), colour)
    for height in (0.045, 0.052, 0.059):
        builder.box((0, 0.0006, height), (0.009, 0.0004, 0.0015), hsv(0.6, 0.3, 0.2))


def _hose(builder: ShapeBuilder, rng: Rng) -> None:
    share = np.linspace(0, 1, 70)
    a, b, c = rng.uniform(2, 9, 3)
    path = np.stack([-2 + 5 * share, 0.3 * np.sin(b * share) + 0.15 * np.sin(c * 2 * share), 0.012 + 0 * share], 1)
    path[:, 0] += 0.3 * np.sin(a * share * 2)
    colour = hsv(float(rng.choice([0.35, 0.15, 0.6, 0.02])), float(rng.choice([0.7, 0.1])), rng.uniform(0.15, 0.6))
    builder.tube(path, rng.uniform(0.008, 0.014), colour, sides=7)


def _drip_line(builder: ShapeBuilder, rng: Rng) -> None:
    x = np.linspace(-4, 4, 30)
    builder.tube(np.stack([x, rng.normal(0, 0.006, 30).cumsum(), 0 * x + 0.01], 1), 0.008, hsv(0, 0, 0.08), sides=6)


def _post(builder: ShapeBuilder, rng: Rng) -> None:
    colour = hsv(0.58, 0.04, rng.uniform(0.35, 0.8))
    if rng.random() < 0.5:
        builder.tube([[0, 0, 0], [0, 0, 3.5]], rng.uniform(0.018, 0.045), colour, sides=12)
    else:
        builder.box((0, 0, 1.75), (0.06, 0.06, 3.5), hsv(0.08, 0.4, 0.45))


def _bucket(builder: ShapeBuilder, rng: Rng) -> None:
    radius, angles = rng.uniform(0.1, 0.2), np.arange(18) / 18 * 2 * math.pi
    rings = [
        np.stack([share * radius * np.cos(angles), share * radius * np.sin(angles), 0 * angles + z], 1)
        for share, z in ((0.8, 0), (1, 0.3), (0.95, 0.3), (0.78, 0.03))
    ]
    faces = [*tube_faces(4, 18), tuple(range(54, 72))]
    builder.add(np.concatenate(rings), faces, hsv(rng.random(), rng.uniform(0.1, 0.7), rng.uniform(0.15, 0.5)))


def _carton(builder: ShapeBuilder, rng: Rng) -> None:
    tall = rng.uniform(0.15, 0.35)
    builder.box((0, 0, tall / 2), (0.4, 0.3, tall), hsv(0.08, 0.4, rng.uniform(0.4, 0.6)))
    builder.box((0, 0, tall), (0.4, 0.05, 0.004), hsv(0.1, 0.25, 0.65))


def _sack(builder: ShapeBuilder, rng: Rng) -> None:
    """A lying bag of substrate."""
    colour = hsv(rng.random(), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.8))
    for x, y in ((-0.15, 0.02), (0.0, -0.02), (0.14, 0.01)):
        radii = (rng.uniform(0.14, 0.2), rng.uniform(0.16, 0.2), rng.uniform(0.06, 0.09))
        builder.ball((x, y, 0.06), radii, colour * rng.uniform(0.9, 1.1), rings=8)
    builder.box((0, 0, 0.055), (0.62, 0.28, 0.03), colour)


def _pot_stack(builder: ShapeBuilder, rng: Rng) -> None:
    """Nested pots, put away: seen from the side, not places for plants."""
    colour, radius = hsv(0, 0, rng.uniform(0.06, 0.15)), rng.uniform(0.03, 0.06)
    for index in range(int(rng.integers(5, 14))):
        builder.tube([[index * 0.018, 0, radius], [index * 0.018 + 0.012, 0, radius]], radius, colour, sides=14)


def _leg(builder: ShapeBuilder, rng: Rng, side: float, cloth: Floats) -> None:
    shoe = hsv(rng.random(), rng.uniform(0, 0.4), rng.uniform(0.05, 0.35))
    builder.ball((0.04, side * 0.1, 0.035), (0.135, 0.05, 0.04), shoe, rings=8)
    builder.ball((-0.05, side * 0.1, 0.06), (0.06, 0.045, 0.055), shoe, rings=7)
    builder.box((0.03, side * 0.1, 0.008), (0.27, 0.095, 0.018), hsv(0, 0, rng.choice([0.06, 0.75])))
    builder.tube(
        [[-0.05, side * 0.1, 0.07], [-0.04, side * 0.1, 0.5], [-0.02, side * 0.09, 0.95]], [0.07, 0.075, 0.1], cloth, 12
    )


def _legs(builder: ShapeBuilder, rng: Rng) -> None:
    """A person who stands by, mostly seen from the knees down."""
    cloth = hsv(float(rng.choice([0.6, 0.08, 0.3])), rng.uniform(0.1, 0.5), rng.uniform(0.1, 0.4))
    for side in (-1, 1):
        _leg(builder, rng, side, cloth)
    shirt = hsv(rng.random(), rng.uniform(0.1, 0.6), rng.uniform(0.1, 0.7))
    builder.tube([[0, 0, 0.88], [0, 0, 1.15], [0, 0, 1.42], [0, 0, 1.5]], [0.19, 0.18, 0.2, 0.08], shirt, sides=14)
    builder.ball((0.02, 0, 1.66), (0.1, 0.085, 0.13), hsv(0.06, 0.45, rng.uniform(0.3, 0.8)), rings=8)
    for side in (-1, 1):
        arm = [[0, side * 0.2, 1.42], [0.02, side * 0.27, 1.12], [0.18, side * 0.22, 0.95]]
        builder.tube(arm, [0.06, 0.05, 0.035], shirt, sides=9)


def _hand(builder: ShapeBuilder, rng: Rng) -> None:
    """A hand that reaches in from +x, some 10 cm above its place; sometimes gloved."""
    skin = hsv(0.06, rng.uniform(0.3, 0.55), rng.uniform(0.3, 0.85))
    if rng.random() < 0.3:
        skin = hsv(rng.random(), rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.7))
    builder.ball((0.07, 0, 0.10), (0.055, 0.042, 0.018), skin, rings=9)
    for finger in range(4):
        y = -0.033 + 0.022 * finger
        reach = 0.075 - 0.012 * abs(finger - 1.5)
        curl = rng.uniform(0.01, 0.05)
        path = [[0.04, y, 0.104], [0.015 - reach * 0.4, y * 1.1, 0.108], [-reach * 0.8, y * 1.05, 0.1 - curl]]
        builder.tube(path, [0.0105, 0.0095, 0.007], skin * rng.uniform(0.92, 1.05), sides=9)
        builder.ball(path[-1], (0.008, 0.007, 0.008), skin, rings=6)
    builder.tube([[0.075, 0.03, 0.1], [0.035, 0.062, 0.09], [0.0, 0.058, 0.08]], [0.014, 0.011, 0.008], skin, sides=9)
    builder.tube([[0.10, 0, 0.1], [0.2, 0.0, 0.13], [0.5, 0.02, 0.3]], [0.026, 0.03, 0.05], skin, sides=12)
    builder.tube([[0.24, 0.0, 0.145], [0.7, 0.03, 0.42]], [0.05, 0.07], hsv(rng.random(), 0.4, 0.4), sides=12)


def _weeds(builder: ShapeBuilder, rng: Rng) -> None:
    """Weeds on the floor: green, and not stock."""
    for _ in range(int(rng.integers(2, 7))):
        leafy.seedling(builder, rng, rng.uniform(0.05, 0.15), (rng.normal(0, 0.3), rng.normal(0, 0.2)))


def _litter(builder: ShapeBuilder, rng: Rng) -> None:
    """Fallen leaves and spilt substrate."""
    for _ in range(int(rng.integers(15, 70))):
        length = rng.uniform(0.005, 0.035)
        flat = LeafForm(length, length * rng.uniform(0.1, 0.35), 0.0008, 0.6, 0.5, rng.normal(0, 0.8), rings=5, sides=4)
        points, faces, along = leaf(flat)
        colour = hsv(rng.uniform(0.05, 0.13), rng.uniform(0.3, 0.6), rng.uniform(0.12, 0.5))
        where = [*rng.normal(0, 0.5, 2), 0.002]
        builder.add(points @ rotation_z(rng.random() * 6.28).T + where, faces, colour * (0.7 + 0.5 * along)[:, None])


def _greenhouse(builder: ShapeBuilder, rng: Rng) -> None:
    """Hoops or gables with posts, purlins and pipes, 12 m by 30 m."""
    steel, bay = hsv(0.58, 0.04, rng.uniform(0.45, 0.85)), rng.uniform(2.0, 3.0)
    half, eaves, ridge = rng.uniform(3.2, 5.5), rng.uniform(2.0, 2.8), rng.uniform(3.2, 4.5)
    angle = np.linspace(0, math.pi, 13)
    hoop = rng.random() < 0.5
    for x in np.arange(-15, 15.1, bay):
        if hoop:
            path = np.stack([0 * angle + x, half * np.cos(angle), eaves + (ridge - eaves) * np.sin(angle)], 1)
        else:
            path = np.array([[x, half, eaves], [x, 0, ridge], [x, -half, eaves]])
        builder.tube(path, 0.025, steel, sides=6)
        for side in (-1, 1):
            builder.tube([[x, side * half, 0], [x, side * half, eaves]], 0.03, steel, sides=8)
    for y, z in ((half, eaves), (-half, eaves), (0, ridge), (half * 0.99, 1.0), (-half * 0.99, 1.0)):
        builder.tube([[-15, y, z], [15, y, z]], 0.02, steel, sides=6)


def _film(builder: ShapeBuilder, rng: Rng) -> None:
    """Walls of film or panes, light outside."""
    half, colour = (
        rng.uniform(5.6, 8),
        hsv(rng.choice([0.3, 0.5, 0.12]), rng.uniform(0.02, 0.12), rng.uniform(0.6, 0.95)),
    )
    for side in (-1, 1):
        builder.box((0, side * half, 2), (34, 0.02, 4), colour)
        builder.box((side * 16, 0, 2), (0.02, 2 * half, 4), colour)
        builder.box((0, side * (half - 0.03), 0.3), (34, 0.02, 0.6), hsv(0.1, 0.1, rng.uniform(0.2, 0.6)))


def _hedge(builder: ShapeBuilder, rng: Rng) -> None:
    """Trees, shrubs and shade outside: a ragged wall of leaves all around."""
    columns, rows = 800, 44
    angles, heights = np.arange(columns) / columns * 2 * math.pi, np.linspace(-0.1, 1, rows)
    bushes = np.interp(np.arange(columns), np.linspace(0, columns, 90), rng.uniform(2.0, 3.4, 90))
    away = rng.uniform(8, 11) + rng.normal(0, 0.2, (rows, columns))
    tall = heights[:, None] * (bushes + rng.normal(0, 0.15, columns)) + rng.normal(0, 0.06, (rows, columns))
    points = np.stack([away * np.cos(angles), away * np.sin(angles), tall], -1).reshape(-1, 3)
    tone = rng.gamma(1.1, 0.9, (rows, columns, 1)) * (0.3 + 0.7 * heights[:, None, None] ** 2)
    colour = hsv(rng.uniform(0.2, 0.34), rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.45)) * np.clip(tone, 0.08, 3)
    builder.add(points, tube_faces(rows, columns), np.clip(colour, 0, 0.9).reshape(-1, 3))


def _far_bench(builder: ShapeBuilder, rng: Rng) -> None:
    """A bench under a closed canopy, 5 m long."""
    height, width = rng.uniform(0.5, 0.9), rng.uniform(0.8, 1.4)
    builder.box((0, 0, height), (5, width, 0.06), hsv(0, 0, rng.uniform(0.2, 0.6)))
    for x in (-2.3, 0, 2.3):
        for y in (-width / 2 + 0.05, width / 2 - 0.05):
            builder.box((x, y, height / 2), (0.05, 0.05, height), hsv(0, 0, 0.4))
    along, across = 260, 60
    x, y = np.meshgrid(np.linspace(-2.45, 2.45, along), np.linspace(-width / 2, width / 2, across), indexing="ij")
    shoots = rng.gamma(2.0, 0.5, (along, across))
    shoots[[0, -1]] = shoots[:, [0, -1]] = 0.0
    leaves = np.stack([x + rng.normal(0, 0.01, x.shape), y, height + 0.02 + 0.09 * rng.uniform(0.6, 1.6) * shoots], -1)
    tone = np.clip(0.2 + 0.55 * shoots * rng.gamma(3.0, 0.33, x.shape), 0.05, 2.5)[..., None]
    colour = hsv(rng.uniform(0.2, 0.36), rng.uniform(0.35, 0.7), rng.uniform(0.2, 0.5)) * tone
    cells = np.arange((along - 1) * across).reshape(along - 1, across)[:, :-1].ravel()
    faces = np.stack([cells, cells + across, cells + across + 1, cells + 1], 1)
    builder.add(leaves.reshape(-1, 3), faces.tolist(), np.clip(colour, 0, 0.9).reshape(-1, 3))


MAKERS: dict[str, Maker] = {
    "tag": _tag, "hose": _hose, "drip_line": _drip_line, "post": _post, "bucket": _bucket, "carton": _carton,
    "sack": _sack, "pot_stack": _pot_stack, "legs": _legs, "hand": _hand, "weeds": _weeds, "litter": _litter,
    "greenhouse": _greenhouse, "film": _film, "hedge": _hedge, "far_bench": _far_bench,
}  # fmt: skip
# They lie so flat that they hide nothing.
FLAT = ("litter", "weeds", "drip_line", "hose")
LOOSE = (
    "hose",
    "drip_line",
    "post",
    "bucket",
    "carton",
    "sack",
    "pot_stack",
    "legs",
    "weeds",
    "weeds",
    "litter",
    "litter",
)


def prop_shape(prop: Prop) -> Shape:
    """The prop's shape, at the origin; the same kind and seed give the same shape."""
    builder = ShapeBuilder()
    MAKERS[prop.kind](builder, np.random.default_rng(prop.seed))
    return builder.shape()


def _put(draft: Draft, rng: Rng, kind: str, location: tuple[float, float, float], turn: float | None = None) -> None:
    around = rng.random() * 6.28 if turn is None else turn
    draft.props.append(Prop(kind, Placement(location, around), int(rng.integers(2**31))))


def _in_the_way(
    where: tuple[float, float, float], target: tuple[float, float, float], camera: tuple[float, float, float]
) -> bool:
    """Whether a thing would stand at or before the camera and fill the picture."""
    sight = np.array(target[:2]) - camera[:2]
    reach = float(np.linalg.norm(sight)) + 1e-6
    along = float((np.array(where[:2]) - camera[:2]) @ sight / reach)
    return along < 0.45 * reach + 0.4


def _deck_m(draft: Draft) -> float:
    """Height of what the stock stands on: the bench, or the ground."""
    return max([0.002, *(bench.height_m + 0.001 for bench in draft.benches)])


def draw_surroundings(
    draft: Draft, rng: Rng, target: tuple[float, float, float], half_width_m: float, camera: tuple[float, float, float]
) -> None:
    """Adds structure, other benches, loose things beside the stock, now and then people."""
    turn = float(rng.choice([0, math.pi / 2])) + rng.normal(0, 0.1)
    inside = rng.random() < 0.7
    if inside:
        _put(draft, rng, "greenhouse", (0, 0, 0), turn)
        _put(draft, rng, "film", (0, 0, 0), turn)
    if not inside or rng.random() < 0.5:
        _put(draft, rng, "hedge", (0, 0, 0))
    for side in (-1, 1):
        for row in range(int(rng.integers(0, 3))):
            away = half_width_m + rng.uniform(1.6, 2.2) + 2.0 * row
            where = (rng.uniform(-2, 2), side * away, 0.0) if turn < 0.8 else (side * away, rng.uniform(-2, 2), 0.0)
            _put(draft, rng, "far_bench", where, turn)
    for _ in range(int(rng.integers(0, 10))):
        kind = str(rng.choice(LOOSE))
        where = (rng.uniform(-3, 3), float(rng.choice([-1, 1])) * (half_width_m + rng.uniform(0.15, 1.6)), 0.002)
        if not _in_the_way(where, target, camera):
            _put(draft, rng, kind, where)
    for x in rng.uniform(-1.2, 1.2, int(rng.choice([0, 2, 5]))):  # spilt between the pots
        _put(draft, rng, "litter", (target[0] + x, target[1] + rng.normal(0, 0.2), _deck_m(draft)))
    if rng.random() < 0.07:
        at = (target[0] + rng.normal(0, 0.15), target[1] + rng.normal(0, 0.15), target[2] + rng.uniform(-0.02, 0.06))
        _put(draft, rng, "hand", at)
