"""Blender materials: plants, plastics, painted substrate and floors (used by stage.py)."""

from typing import Any

import bpy
import numpy as np

from training.nursery.scene import Colour
from training.nursery.substrate import FLOOR_SIDE_M, SIDE_PX, SOIL_SIDE_M, Picture

Material = Any  # bpy's types are made at run time
Socket = Any


class Graph:
    """A material's node tree with one Principled shader, and short ways to add nodes."""

    def __init__(self, name: str, *, roughness: float, specular: float) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]
        self.shader.inputs["Roughness"].default_value = roughness
        self.shader.inputs["Specular IOR Level"].default_value = specular

    def node(self, kind: str, inputs: dict[str | int, Any] | None = None, **settings: Any) -> Any:
        """A new node; input values that are sockets are linked."""
        made = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(made, name, value)
        for key, value in (inputs or {}).items():
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, made.inputs[key])
            else:
                made.inputs[key].default_value = value
        return made

    def span(self, value: Socket, low: tuple[float, float], high: tuple[float, float]) -> Socket:
        """`value` mapped from the range `low` to `high`, cut at its ends."""
        keys: dict[str | int, Any] = {0: value, 1: low[0], 2: low[1], 3: high[0], 4: high[1]}
        return self.node("ShaderNodeMapRange", keys).outputs[0]

    def multiply(self, one: Socket, other: Socket) -> Socket:
        """The product of two colours or a colour and a value."""
        made = self.node("ShaderNodeMix", {0: 1.0, 6: one, 7: other}, data_type="RGBA", blend_type="MULTIPLY")
        return made.outputs[2]

    def mix(self, share: Socket, one: Socket, other: Any) -> Socket:
        """From colour `one` to `other` by a share."""
        return self.node("ShaderNodeMix", {0: share, 6: one, 7: other}, data_type="RGBA").outputs[2]

    def noise(self, scale: float, detail: float = 2.0) -> Socket:
        """Noise 0..1 in object coordinates (metres)."""
        place = self.node("ShaderNodeTexCoord").outputs["Object"]
        return self.node("ShaderNodeTexNoise", {"Vector": place, "Scale": scale, "Detail": detail}).outputs[0]

    def finish(self, colour: Socket) -> Material:
        """The material with this colour."""
        self.tree.links.new(colour, self.shader.inputs["Base Color"])
        return self.material


def plant(name: str, *, roughness: float, dust: float) -> Material:
    """Vertex colours, varied per plant, mottled, with `dust` (0..1) on what faces up."""
    graph = Graph(name, roughness=roughness, specular=0.3)
    chance = graph.node("ShaderNodeObjectInfo").outputs["Random"]
    colour = graph.node(
        "ShaderNodeHueSaturation",
        {
            "Hue": graph.span(chance, (0, 1), (0.475, 0.525)),
            "Saturation": graph.span(chance, (0, 1), (1.2, 0.75)),
            "Value": graph.span(chance, (0, 1), (0.72, 1.28)),
            "Color": graph.node("ShaderNodeAttribute", attribute_name="Col").outputs["Color"],
        },
    ).outputs[0]
    colour = graph.multiply(colour, graph.span(graph.noise(180.0), (0.3, 0.7), (0.7, 1.2)))
    if dust:
        up = graph.node("ShaderNodeSeparateXYZ", {0: graph.node("ShaderNodeNewGeometry").outputs["Normal"]}).outputs[2]
        patch = graph.span(graph.noise(60.0, 4.0), (0.35, 0.65), (0.0, dust))
        lying = graph.node(
            "ShaderNodeMath", {0: graph.span(up, (0.2, 0.9), (0.0, 1.0)), 1: patch}, operation="MULTIPLY"
        )
        colour = graph.mix(lying.outputs[0], colour, (0.36, 0.29, 0.2, 1.0))
    return graph.finish(colour)


def painted(name: str, *, roughness: float = 0.75, specular: float = 0.25, mottle: float = 0.25) -> Material:
    """Vertex colours with dirt: props and loose grains."""
    graph = Graph(name, roughness=roughness, specular=specular)
    colour = graph.node("ShaderNodeAttribute", attribute_name="Col").outputs["Color"]
    return graph.finish(graph.multiply(colour, graph.span(graph.noise(14.0, 5.0), (0.3, 0.7), (1 - mottle, 1.1))))


def plastic(name: str, colour: Colour, *, roughness: float, dirt: float) -> Material:
    """Pots, crates and trays: one colour, varied per object, with dry splashes of soil and lime."""
    graph = Graph(name, roughness=roughness, specular=0.35)
    chance = graph.node("ShaderNodeObjectInfo").outputs["Random"]
    tone = graph.node(
        "ShaderNodeHueSaturation", {"Value": graph.span(chance, (0, 1), (0.8, 1.2)), "Color": (*colour, 1.0)}
    ).outputs[0]
    splash = graph.span(graph.noise(45.0, 6.0), (0.5, 0.75), (0.0, dirt))
    return graph.finish(graph.mix(splash, tone, (0.2, 0.15, 0.1, 1.0)))


def _image(name: str, colour: Picture, height: Picture) -> Any:
    """Colour with the height in the alpha channel."""
    image = bpy.data.images.new(name, SIDE_PX, SIDE_PX, alpha=True, float_buffer=True, is_data=True)
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels.foreach_set(np.dstack([colour, height]).astype(np.float32).ravel())
    image.pack()
    return image


def _texture(graph: Graph, image: Any, side_m: float, wander: bool) -> tuple[Socket, Socket]:
    """Colour and height of a painted surface that lies in the xy plane; `wander` shifts it from object to object."""
    place = graph.node("ShaderNodeTexCoord").outputs["Object"]
    if wander:
        away = graph.node("ShaderNodeObjectInfo").outputs["Location"]
        moved = graph.node("ShaderNodeVectorMath", {0: away, "Scale": 7.31}, operation="SCALE").outputs[0]
        place = graph.node("ShaderNodeVectorMath", {0: place, 1: moved}, operation="ADD").outputs[0]
    scaled = graph.node("ShaderNodeVectorMath", {0: place, "Scale": 1 / side_m}, operation="SCALE").outputs[0]
    node = graph.node("ShaderNodeTexImage", {"Vector": scaled}, image=image, extension="MIRROR")
    return node.outputs["Color"], node.outputs["Alpha"]


def soil(name: str, painting: tuple[Picture, Picture], *, wet: float) -> Material:
    """Potting substrate; wet soil shines a little."""
    graph = Graph(name, roughness=0.95 - 0.45 * wet, specular=0.1 + 0.35 * wet)
    colour, height = _texture(graph, _image(name, *painting), SOIL_SIDE_M, True)
    chance = graph.node("ShaderNodeObjectInfo").outputs["Random"]
    colour = graph.multiply(colour, graph.span(chance, (0, 1), (0.7, 1.25)))
    bump = graph.node("ShaderNodeBump", {"Strength": 0.9, "Distance": 0.004, "Height": height})
    graph.tree.links.new(bump.outputs[0], graph.shader.inputs["Normal"])
    return graph.finish(colour)


def floor(name: str, painting: tuple[Picture, Picture], *, kind: str, fade_m: float) -> Material:
    """A floor or bench deck. Its grain fades into its mean colour beyond `fade_m`, where it would only alias."""
    graph = Graph(name, roughness=0.85, specular=0.2)
    colour, height = _texture(graph, _image(name, *painting), FLOOR_SIDE_M, False)
    mean = painting[0].mean(axis=(0, 1))
    distance = graph.node("ShaderNodeCameraData").outputs["View Distance"]
    far = graph.span(distance, (fade_m, 3 * fade_m), (0.0, 0.8))
    broad = graph.span(graph.noise(1.3, 5.0), (0.3, 0.7), (0.7, 1.15))
    colour = graph.multiply(graph.mix(far, colour, (*(float(value) for value in mean), 1.0)), broad)
    if kind in ("gravel", "soil"):
        strength = graph.span(distance, (fade_m, 3 * fade_m), (0.8, 0.0))
        bump = graph.node("ShaderNodeBump", {"Strength": strength, "Distance": 0.012, "Height": height})
        graph.tree.links.new(bump.outputs[0], graph.shader.inputs["Normal"])
    return graph.finish(colour)
