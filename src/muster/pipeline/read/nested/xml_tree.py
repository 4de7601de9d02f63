"""Learns which elements of an XML file are its records: those that stand several times under one parent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.pipeline.read.nested.xml_text import XmlText
    from muster.pipeline.upload import Limits

_WRAPPERS = frozenset({"xml", "unload"})
"""Roots under which ServiceNow writes records, each named as its table, even when there is only one."""
_INVENTORY = "REQUEST"
_SECTIONS = frozenset(
    "ANTIVIRUS BATTERIES CARTRIDGES CONTROLLERS CPUS DATABASES_SERVICES DRIVES ENVS FIREWALLS FIRMWARES INPUTS "  # noqa: SIM905 - words are easier to read so
    "LICENSEINFOS LOCAL_GROUPS LOCAL_USERS LOGICAL_VOLUMES MEMORIES MODEMS MONITORS NETWORKS PHYSICAL_VOLUMES "
    "POWERSUPPLIES PRINTERS PROCESSES REMOTE_MGMT SIMCARDS SLOTS SOFTWARES SOUNDS STORAGES USBDEVICES USERS VIDEOS "
    "VIRTUALMACHINES VOLUME_GROUPS".split()
)
"""Elements that GLPI and FusionInventory agents repeat for each thing of a kind (their inventory format)."""

_SUBJECTS = frozenset({"INFO", "HARDWARE"})
"""Elements in which those agents describe the device or machine itself."""


@dataclass(slots=True, eq=False)
class Place:
    """All elements of one name at one path.

    `structured`: one of them has attributes or elements inside. `repeated`: one parent has several of them.
    `is_wrapping`: it stands around everything that has a structure, so that its name says nothing.
    """

    name: str
    path: str = ""
    children: dict[str, Place] = field(default_factory=dict)
    structured: bool = False
    repeated: bool = False
    is_wrapping: bool = False
    opened: int = 0
    """How many of them began so far."""
    seen_in: int = 0
    """The number of the parent that the last one stood in."""

    @property
    def is_record(self) -> bool:
        """Whether each of these elements is a row."""
        return self.repeated and self.structured


class TreeScan:
    """One pass over the elements, which gives the root's place; there may be as many places as columns."""

    def __init__(self, filename: str, limits: Limits) -> None:
        self.root: Place | None = None
        self._filename = filename
        self._most = limits.columns
        self._open: list[Place] = []
        self._places = 0

    def run(self, text: XmlText) -> Place:
        """Scan the whole text. Raises what XmlText.run does, and UnreadableFileError for a text without an element."""
        text.run(self._start, self._end)
        return self.settled()

    def settled(self) -> Place:
        """The root with what was learned until now."""
        if self.root is None:
            raise UnreadableFileError(
                f"{self._filename} holds no XML element: export it again.", filename=self._filename, kind="broken_xml"
            )
        for place in _all_places(self.root):
            _settle_lists(place, inventory=self.root.name == _INVENTORY)
        if self.root.name.lower() in _WRAPPERS:
            for child in self.root.children.values():
                child.repeated = child.repeated or child.structured
        _settle_wrappings(self.root, inventory=self.root.name == _INVENTORY)
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            place = self.root = self.root or Place(name)
        else:
            parent = self._open[-1]
            parent.structured = True
            found = parent.children.get(name)
            if found is None:
                self._count()
                found = parent.children[name] = Place(name)
            place = found
            place.repeated = place.repeated or place.seen_in == parent.opened
            place.seen_in = parent.opened
        place.opened += 1
        place.structured = place.structured or bool(attributes)
        self._open.append(place)

    def _end(self) -> None:
        self._open.pop()

    def _count(self) -> None:
        self._places += 1
        if self._places > self._most:
            raise beyond_limit(
                self._filename,
                f"uses more than {self._most:,} different elements",
                "check whether values stand where names should",
                setting="max_columns",
                limit=self._most,
                kind="too_many_columns",
            )


def _all_places(root: Place) -> Iterator[Place]:
    waiting = [root]
    while waiting:
        place = waiting.pop()
        yield place
        waiting.extend(place.children.values())


def _settle_lists(place: Place, *, inventory: bool) -> None:
    """What is a list by its name is one as well where it holds a single element."""
    only = len(place.children) == 1
    for child in place.children.values():
        if (only and _is_plural(place.name.lower(), child.name.lower())) or (inventory and child.name in _SECTIONS):
            child.repeated = True


def _settle_wrappings(root: Place, *, inventory: bool) -> None:
    """Leave elements that only wrap everything, or what an inventory is about, out of the names of what they hold."""
    place = root
    while True:
        structured = [child for child in place.children.values() if child.structured]
        if len(structured) != 1 or structured[0].repeated:
            break
        place = structured[0]
        place.is_wrapping = True
    for child in place.children.values():
        child.is_wrapping = inventory and child.name in _SUBJECTS and not child.repeated
    _name_paths(root, "")


def _name_paths(place: Place, above: str) -> None:
    for child in place.children.values():
        path = f"{above}.{child.name}" if above else child.name
        child.path = above if child.is_wrapping else path
        _name_paths(child, child.path)


def _is_plural(wrapper: str, name: str) -> bool:
    return wrapper in {f"{name}s", f"{name}es", f"{name}list", f"{name}_list", f"{name[:-1]}ies"}
