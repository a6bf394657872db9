"""The plain data of a planned scene: written by plan.py, read by stage.py (Blender) and truth.py."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from training.nursery.forms import Form
from training.nursery.lights import Light
from training.nursery.pots import PotModel, TrayModel
from training.nursery.shapes import Floats, rotation_x, rotation_y, rotation_z
from training.nursery.substrate import Recipe
from training.nursery.view import View

Kind = Literal["bed", "crate", "plug"]
Label = Literal["plant", "empty", "dead"]
ContainerClass = Literal["segment", "box", "plug"]
Point = tuple[float, float, float]
Colour = tuple[float, float, float]

# Object indices of the render. 0 is everything that hides nothing: ground, benches, walls.
OCCLUDER = 1
FIRST_ITEM = 2


@dataclass(frozen=True)
class Placement:
    """Where a shape stands: scaled, then tilted about x and y, turned about z, moved (radians, metres)."""

    location: Point
    turn: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    scale: Point = (1.0, 1.0, 1.0)

    def matrix(self) -> Floats:
        """World matrix (4, 4)."""
        result = np.eye(4)
        turned = rotation_z(self.turn) @ rotation_y(self.tilt[1]) @ rotation_x(self.tilt[0])
        result[:3, :3] = turned @ np.diag(self.scale)
        result[:3, 3] = self.location
        return result

    def apply(self, points: Floats) -> Floats:
        """World points (n, 3) of local ones."""
        matrix = self.matrix()
        return points @ matrix[:3, :3].T + matrix[:3, 3]


@dataclass(frozen=True)
class Item:
    """One place for a plant: a pot (`pot` numbers Draft.pots) or a cell (`soil` numbers Draft.soil_seeds, or None)."""

    id: int
    label: Label
    container: int
    opening: Floats
    place: Placement
    pot: int | None = None
    soil: int | None = None
    form: int | None = None
    plant: Placement | None = None

    @property
    def holder_index(self) -> int:
        """Object index of the pot or of the cell's soil."""
        return FIRST_ITEM + 2 * self.id

    @property
    def plant_index(self) -> int:
        """Object index of the plant."""
        return FIRST_ITEM + 2 * self.id + 1


@dataclass(frozen=True)
class CrateModel:
    """An open crate, in metres."""

    length_m: float
    width_m: float
    height_m: float
    seed: int


@dataclass(frozen=True)
class Container:
    """A bed, crate or tray; `outline` (n, 3) is its edge: on the ground for a bed, at the rim otherwise."""

    id: int
    cls: ContainerClass
    capacity: int
    outline: Floats
    pot_cm: float
    cells: tuple[int, int] | None = None
    body: CrateModel | TrayModel | None = None
    place: Placement | None = None
    colour: int = 0


@dataclass(frozen=True)
class Bench:
    """A table or a kerb: x0, x1, y0, y1 and the height of its deck, in metres."""

    rectangle: tuple[float, float, float, float]
    height_m: float
    deck: str
    colour: Colour
    rim_m: float
    seed: int


@dataclass(frozen=True)
class Prop:
    """A thing that is not stock; `kind` names its maker in surroundings.py."""

    kind: str
    place: Placement
    seed: int


@dataclass
class Draft:
    """What a layout collects while it is drawn."""

    forms: list[Form] = field(default_factory=list)
    pots: list[PotModel] = field(default_factory=list)
    soil_seeds: list[int] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    benches: list[Bench] = field(default_factory=list)
    props: list[Prop] = field(default_factory=list)


@dataclass(frozen=True)
class ScenePlan:
    """Everything of a scene; the same seed, kind, size and shift give the same plan."""

    seed: int
    kind: Kind
    shift: str
    view: View
    light: Light
    floor: str
    dust: float
    draft: Draft

    def body_index(self, container: Container) -> int:
        """Object index of the container's own body."""
        return FIRST_ITEM + 2 * len(self.draft.items) + container.id
