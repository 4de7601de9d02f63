"""The same name, number or maker as others write it, rightly and wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelled.words import Dice

SPELLINGS = {
    "hp": ("HP", "HPE", "Hewlett-Packard", "Hewlett Packard Enterprise", "hp"),
    "dell": ("Dell Inc.", "Dell", "DELL", "Dell EMC"),
    "lenovo": ("Lenovo", "LENOVO", "IBM"),
    "fujitsu": ("FUJITSU", "Fujitsu Siemens", "FTS"),
    "supermicro": ("Supermicro", "Super Micro Computer, Inc."),
    "vmware": ("VMware, Inc.", "VMware"),
    "amazon": ("Amazon EC2",),
    "cisco": ("Cisco Systems", "Cisco"),
    "f5": ("F5 Networks",),
}
"""The first is what the firmware writes."""


def other_order(uuid: str) -> str:
    """The same sixteen bytes with the first three groups read from the other end, as half of all tools do."""
    first, second, third, *rest = uuid.split("-")
    turned = (
        "".join(reversed([group[at : at + 2] for at in range(0, len(group), 2)])) for group in (first, second, third)
    )
    return "-".join((*turned, *rest))


def mistyped(dice: Dice, name: str) -> str:
    """The name with two neighbours swapped, one sign lost, or another digit at its end."""
    at = dice.number(1, max(len(name.split(".", maxsplit=1)[0]) - 2, 1))
    match dice.number(0, 2):
        case 0:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case 1:
            return name[:at] + name[at + 1 :]
        case _:
            return name[:at] + dice.pick("0123456789abcdefghilmnoprst") + name[at + 1 :]


def mangled(dice: Dice, serial: str) -> str:
    """What spreadsheets and hands make of a serial: no leading zero, O for 0, a sign lost."""
    if serial.startswith("0"):
        return serial.lstrip("0")
    if "0" in serial and dice.chance(0.5):
        return serial.replace("0", "O")
    at = dice.number(1, len(serial) - 2)
    return serial[:at] + serial[at + 1 :]
