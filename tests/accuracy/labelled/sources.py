"""What seven tools and people write down about the estate: each knows other things, in its own spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelled.machines import DIGITS, HEX, SWAP_DAY, Kind, Machine, estate
from labelled.spellings import SPELLINGS, mangled, mistyped, other_order
from labelled.telling import ROUTERS, only_tellable
from labelled.words import Export, Record, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labelled.machines import Estate

CLASSES = {
    Kind.VIRTUAL: "server",
    Kind.PHYSICAL: "server",
    Kind.CLOUD: "server",
    Kind.DESKTOP: "desktop",
    Kind.NETWORK: "network_device",
    Kind.BALANCER: "load_balancer",
}
NO_SERIAL = ("None", "0", "N/A", "Not Specified", "unknown", "To be filled by O.E.M.")
CHANGES_HANDS = {Trouble.DHCP, Trouble.OVERLAP, Trouble.STALE}
"""Machines whose address tells nothing about who has it."""
NO_UUID = ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")


class Writer:
    """Makes the exports; whatever a source adds of its own is kept from one snapshot to the next."""

    def __init__(self, made: Estate) -> None:
        self._dice = made.dice
        self._machines = made.machines
        self._services = made.services
        self._written: dict[tuple[str, str], str] = {}
        self._twice = {machine.truth for machine in self._dice.some(self._plain(), 8)}
        self._known = {
            feed: {machine.truth for machine in self._machines if self._dice.chance(share)}
            for feed, share in (("cmdb", 0.92), ("scanner", 0.9), ("owners", 0.6), ("monitoring", 0.75))
        }

    def exports(self) -> list[Export]:
        """All files of the month."""
        return only_tellable(
            *(Export("cmdb", "servicenow", day, "sys_id", list(self._cmdb(day))) for day in (5, 20)),
            *(Export("vcenter", "rvtools", day, "vm_id", list(self._vcenter(day))) for day in (6, 21)),
            *(Export("scanner", "generic", day, None, list(self._scanner(day))) for day in (7, 22)),
            Export("cloud", "generic", 8, "source_id", list(self._cloud())),
            Export("owners", "generic", 10, None, list(self._owners(10))),
            Export("applications", "generic", 16, None, list(self._applications(16))),
            Export("monitoring", "generic", 24, "source_id", list(self._monitoring(24))),
        )

    def _plain(self) -> list[Machine]:
        return [machine for machine in self._machines if not machine.troubles and machine.kind is not Kind.DESKTOP]

    def _once(self, source: str, truth: str, text: str) -> str:
        """`text`, or what this source already wrote there in an earlier snapshot."""
        return self._written.setdefault((source, truth), text)

    def _id(self, source: str, truth: str, alphabet: str, length: int) -> str:
        return self._once(f"{source} id", truth, self._dice.digits(alphabet, length))

    def _habit(self, source: str, truth: str, probability: float) -> bool:
        """Whether this source does so with this machine, in every snapshot alike."""
        return bool(self._once(source, truth, "yes" if self._dice.chance(probability) else ""))

    def _cmdb(self, day: int) -> Iterable[Record]:
        """Half discovered, half typed; entries of machines that are gone stay for years."""
        for machine in self._machines:
            if machine.truth not in self._known["cmdb"] or machine.born > day:
                continue
            if machine.retired <= day and self._habit("cmdb deletes", machine.truth, 0.3):
                continue
            yield self._ci(machine, day, "cmdb")
            if machine.truth in self._twice:
                yield self._ci(machine, day, "cmdb again", Trouble.TWICE)

    def _ci(self, machine: Machine, day: int, entry: str, *extra: Trouble) -> Record:
        dice, truth, troubles = self._dice, machine.truth, set(extra)
        seen = day if self._habit(f"{entry} follows", truth, 0.5) else 0
        name = machine.name_on(seen)
        cells = {
            "sys_id": self._id(entry, truth, HEX, 32),
            "asset_name": name.upper() if self._habit(f"{entry} upper", truth, 0.3) else name,
            "asset_type": CLASSES[machine.kind],
        }
        if self._habit(f"{entry} fqdn", truth, 0.45):
            cells["fqdn"] = machine.full_name_on(seen)
        else:
            troubles.add(Trouble.SHORT)
        if self._habit(f"{entry} ip", truth, 0.8):
            cells["ip_address"] = machine.addresses_on(seen)[0]
            if self._habit(f"{entry} loopback", truth, 0.02):
                cells["ip_address"] = "127.0.0.1"
                troubles.add(Trouble.JUNK)
        cells |= self._serial(machine, entry, troubles)
        if self._habit(f"{entry} typo", truth, 0.008):
            cells["asset_name"] = self._once(f"{entry} mistyped", truth, mistyped(dice, cells["asset_name"]))
            cells.pop("fqdn", None)
            troubles.add(Trouble.TYPO)
        return self._record(machine, cells, troubles)

    def _serial(self, machine: Machine, entry: str, troubles: set[Trouble]) -> dict[str, str]:
        """Serial and maker as the CMDB has them: missing, junk, typed or right."""
        truth, dice = machine.truth, self._dice
        if not self._habit(f"{entry} serial", truth, 0.75) or machine.kind is Kind.CLOUD:
            troubles.add(Trouble.MISSING)
            return {}
        serial = machine.serial
        if self._habit(f"{entry} junk serial", truth, 0.06):
            serial = self._once(f"{entry} junk", truth, dice.pick(NO_SERIAL))
            troubles.add(Trouble.JUNK)
        elif machine.kind is Kind.VIRTUAL:
            troubles.add(Trouble.SERIAL_IS_UUID)
        elif self._habit(f"{entry} mangled", truth, 0.06):
            serial = self._once(f"{entry} spoiled", truth, mangled(dice, serial))
            troubles.add(Trouble.MANGLED)
        elif dice.chance(0.1):
            serial = f" {serial.lower()}"
        cells = {"serial_number": serial}
        if self._habit(f"{entry} maker", truth, 0.85):
            spelling = self._once(f"{entry} spelling", truth, dice.pick(SPELLINGS[machine.maker]))
            cells["manufacturer"] = spelling
            if spelling != SPELLINGS[machine.maker][0]:
                troubles.add(Trouble.MAKER)
        return cells

    def _vcenter(self, day: int) -> Iterable[Record]:
        """Virtual machines only; the guest's tools tell name and addresses while it runs."""
        dice = self._dice
        for machine in self._machines:
            if machine.kind is not Kind.VIRTUAL or not machine.alive_on(day):
                continue
            truth, troubles = machine.truth, set[Trouble]()
            label = machine.name_on(day) if self._habit("vcenter renames", truth, 0.6) else machine.name
            shape = self._once(
                "label", truth, dice.weighted({"name": 0.8, "full": 0.09, "suffix": 0.07, "words": 0.04})
            )
            if shape == "full":
                label = f"{label}.{machine.domain}"
            elif shape == "suffix":
                label += self._once(
                    "suffix", truth, dice.pick(("_old", " - migrated 2023", "_clone", " (do not touch)"))
                )
                troubles.add(Trouble.NOISE)
            elif shape == "words":
                label = self._once("words", truth, f"{dice.pick(('Shop', 'Payroll', 'Reporting', 'Test'))} {truth[1:]}")
                troubles.add(Trouble.DESCRIPTION)
            cells = {
                "vm_id": f"vm-{1000 + int(truth[1:])}",
                "asset_name": label,
                "asset_type": "virtual_machine",
                "instance_uuid": machine.uuid,
                "mac_address": ", ".join(machine.macs),
            }
            if self._habit(f"vcenter off {day}", truth, 0.08):
                troubles.add(Trouble.SWITCHED_OFF)
            else:
                cells["ip_address"] = ", ".join([*machine.addresses_on(day), *machine.shared])
                short = not self._habit("vcenter full dns", truth, 0.75)
                cells["fqdn"] = machine.name_on(day) if short else machine.full_name_on(day)
            yield self._record(machine, cells, troubles)

    def _scanner(self, day: int) -> Iterable[Record]:
        """A sweep over the networks: what answers, with a password or from outside."""
        dice = self._dice
        for machine in self._machines:
            if machine.truth not in self._known["scanner"] or not machine.alive_on(day) or dice.chance(0.04):
                continue
            off = self._written.get((f"vcenter off {21 if day > SWAP_DAY else 6}", machine.truth))
            if off:
                continue
            if self._habit("scanner login", machine.truth, 0.78) and dice.chance(0.97):
                yield self._from_inside(machine, day)
            else:
                yield from self._from_outside(machine, day)
        for name, address, members in self._services:
            cells = {"fqdn": name, "ip_address": address, "mac_address": members[0].macs[0].upper()}
            yield Record(cells, f"service {name}", frozenset({Trouble.SERVICE}))
        for machine in self._machines:
            if machine.kind is Kind.PHYSICAL and machine.alive_on(day) and self._habit("board", machine.truth, 0.15):
                last = self._once("board", f"{machine.truth} mac", f"94:57:a5:{machine.macs[0][9:]}")
                host = machine.addresses[0].split(".")
                cells = {"hostname": f"{machine.name}-ilo", "ip_address": f"10.{host[1]}.240.{host[3]}"}
                troubles = frozenset({Trouble.BOARD, *machine.troubles})
                yield Record({**cells, "mac_address": last}, f"board {machine.truth}", troubles)

    def _from_inside(self, machine: Machine, day: int) -> Record:
        dice, truth, troubles = self._dice, machine.truth, set[Trouble]()
        cells = {
            "hostname": machine.name_on(day).upper() if machine.windows else machine.name_on(day),
            "ip_address": ";".join([*machine.addresses_on(day), *machine.shared, *(["127.0.0.1"] * dice.chance(0.1))]),
            "mac_address": ";".join(mac.upper().replace(":", "-") for mac in machine.macs),
            "manufacturer": SPELLINGS[machine.maker][0],
        }
        if machine.kind in {Kind.NETWORK, Kind.BALANCER}:
            troubles.add(Trouble.MISSING)  # such boxes are asked over SNMP, which knows no UUID
        elif self._habit("scanner no uuid", truth, 0.02):
            cells["instance_uuid"] = self._once("scanner junk uuid", truth, dice.pick(NO_UUID))
            troubles.add(Trouble.JUNK)
        elif self._habit("scanner swaps", truth, 0.6):
            cells["instance_uuid"] = other_order(machine.uuid).upper()
            troubles.add(Trouble.BYTE_ORDER)
        else:
            cells["instance_uuid"] = machine.uuid.upper()
        if self._habit("scanner dns", truth, 0.7):
            cells["fqdn"] = machine.full_name_on(day)
        if self._habit("scanner serial", truth, 0.8):
            cells["serial_number"] = machine.serial
            if machine.kind is Kind.VIRTUAL:
                troubles.add(Trouble.SERIAL_IS_UUID)
        return self._record(machine, cells, troubles)

    def _from_outside(self, machine: Machine, day: int) -> Iterable[Record]:
        """One row for each address that answers; names come from the DNS, hardware addresses from the own network."""
        truth, troubles = machine.truth, set[Trouble]()
        cells = {"ip_address": machine.addresses_on(day)[0]}
        if self._habit("scanner reverse", truth, 0.8):
            cells["fqdn"] = machine.full_name_on(day)
        elif machine.windows:
            cells["hostname"] = machine.name_on(day).upper()
        else:
            troubles.add(Trouble.ADDRESS_ONLY)
        if machine.site in {"waw", "nyc"}:
            lan = int(machine.addresses[0].split(".")[2])
            cells["mac_address"] = f"{ROUTERS}{'01' if machine.site == 'waw' else '02'}:{lan:02X}"
            troubles.add(Trouble.ROUTER)
        elif self._habit("scanner mac", truth, 0.7):
            cells["mac_address"] = machine.macs[0].upper()
        yield self._record(machine, cells, troubles)
        if len(machine.addresses) > 1 and self._habit("scanner second", truth, 0.5):
            extra = {"ip_address": machine.addresses[1], "mac_address": machine.macs[1].upper()}
            named = self._habit("scanner second name", truth, 0.5)
            if named:
                extra["fqdn"] = f"{machine.name_on(day)}-bk.{machine.domain}"
            yield self._record(machine, extra, {Trouble.SECOND_NAME})

    def _cloud(self) -> Iterable[Record]:
        """What the cloud's own list says: instance id, name tag, inner names."""
        for machine in self._machines:
            if machine.kind is Kind.CLOUD:
                address = machine.addresses[0]
                cells = {
                    "source_id": machine.instance,
                    "asset_name": machine.name if self._dice.chance(0.85) else f"{machine.name} (asg)",
                    "asset_type": "virtual_machine",
                    "fqdn": f"ip-{address.replace('.', '-')}.eu-central-1.compute.internal",
                    "ip_address": address,
                    "mac_address": machine.macs[0],
                }
                yield self._record(machine, cells, {Trouble.SHORT})

    def _owners(self, day: int) -> Iterable[Record]:
        """A sheet kept by hand: a name in whatever form, and people."""
        dice = self._dice
        for machine in dice.mixed(self._machines):
            inventoried = machine.kind not in {Kind.NETWORK, Kind.BALANCER}
            if machine.truth not in self._known["owners"] or not machine.alive_on(day) or not inventoried:
                continue
            troubles = set[Trouble]()
            twin = Trouble.TWIN in machine.troubles
            full = dice.chance(0.6 if twin else 0.2)
            ambiguous = twin and not full
            name = machine.full_name_on(day) if full else machine.name_on(day)
            name = dice.pick((name, name.upper(), name.capitalize()))
            if not full:
                troubles.add(Trouble.SHORT)
            if dice.chance(0.02):
                name = mistyped(dice, name)
                troubles.add(Trouble.TYPO)
            elif dice.chance(0.12):
                name = f"  {name} "
                troubles.add(Trouble.NOISE)
            truth = f"one of the {machine.name_on(day)}" if ambiguous else machine.truth
            yield Record({"asset_name": name}, truth, frozenset(troubles | machine.troubles))
        for number in range(25):
            gone = f"{dice.pick(('old', 'alt', 'legacy'))}{dice.digits(DIGITS, 2)}{number:02}"
            yield Record({"asset_name": gone}, f"gone {number}", frozenset())

    def _applications(self, day: int) -> Iterable[Record]:
        """Applications and databases, each with the server it runs on; several share one."""
        dice = self._dice
        servers = [machine for machine in self._machines if machine.kind in {Kind.VIRTUAL, Kind.PHYSICAL}]
        hosts = [machine for machine in dice.some(servers, 110) if machine.alive_on(day)]
        for number in range(170):
            machine = dice.pick(hosts)
            cells = {
                "asset_name": f"{dice.pick(('Billing', 'CRM', 'Data Hub', 'HR Portal', 'Stock'))} {number}",
                "asset_type": "database" if dice.chance(0.25) else "application",
                "hostname": machine.full_name_on(day) if dice.chance(0.3) else machine.name_on(day),
            }
            if dice.chance(0.7):
                cells["ip_address"] = machine.addresses_on(day)[0]
            yield Record(cells, f"application {number}", frozenset({Trouble.APPLICATION}))

    def _monitoring(self, day: int) -> Iterable[Record]:
        """One entry per watched machine; nobody corrects those that were moved or renamed."""
        dice = self._dice
        for number, machine in enumerate(dice.mixed(self._machines)):
            if machine.truth not in self._known["monitoring"] or not machine.alive_on(day):
                continue
            if machine.kind is Kind.DESKTOP:
                continue
            troubles = set[Trouble]()
            cells = {"ip_address": machine.addresses_on(0 if dice.chance(0.25) else day)[0]}
            form = dice.weighted({"short": 0.6, "full": 0.37, "address": 0.03})
            if form == "address":
                troubles.add(Trouble.ADDRESS_ONLY)
            else:
                cells["hostname"] = machine.full_name_on(day) if form == "full" else machine.name_on(day)
                if dice.chance(0.15):
                    cells["hostname"] = cells["hostname"].upper()
            by_instance = bool(machine.instance) and dice.chance(0.5)
            cells["source_id"] = machine.instance if by_instance else str(10_000 + number)
            yield self._record(machine, cells, troubles)

    @staticmethod
    def _record(machine: Machine, cells: dict[str, str], troubles: set[Trouble]) -> Record:
        """A row of this machine, or of nobody in particular when no human could tell which machine it means."""
        truth, every = machine.truth, frozenset(troubles | machine.troubles)
        told = cells.keys() - {"sys_id", "source_id", "vm_id", "asset_type", "manufacturer"}
        if Trouble.ROUTER in troubles:
            told -= {"mac_address"}
        if not machine.instance and told == {"ip_address"} and every & CHANGES_HANDS:
            truth = f"whoever has {cells['ip_address']}"
        return Record(cells, truth, every)


def labelled_exports(seed: int) -> list[Export]:
    """The whole set for a seed."""
    return Writer(estate(seed)).exports()
