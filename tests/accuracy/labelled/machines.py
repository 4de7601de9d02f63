"""The estate itself: 600 machines as they really are, and what happens to some of them during the month."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from labelled.words import Dice, Trouble

DOMAINS = ("corp.example.com", "dmz.example.com", "emea.example.net", "lab.example.org")
SITES = ("fra", "lon", "par", "mad", "waw", "nyc")
ROLES = ("web", "app", "sql", "ora", "dc", "file", "mail", "etl", "bld", "mon", "sap", "ctx", "prn", "log", "gis")
MAKERS = {"hp": 0.38, "dell": 0.34, "lenovo": 0.12, "fujitsu": 0.08, "supermicro": 0.08}
HARDWARE_PREFIX = {
    "hp": "3c:d9:2b",
    "dell": "b8:ca:3a",
    "lenovo": "98:be:94",
    "fujitsu": "90:1b:0e",
    "supermicro": "0c:c4:7a",
    "cisco": "00:1b:54",
    "f5": "00:01:d7",
}
HEX = "0123456789abcdef"
LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
DIGITS = "0123456789"
SWAP_DAY = 14
"""On this day names, addresses and boxes change; exports before it show the old state."""


class Kind(StrEnum):
    """What sort of machine it is."""

    VIRTUAL = "virtual"
    PHYSICAL = "physical"
    CLOUD = "cloud"
    DESKTOP = "desktop"
    NETWORK = "network"
    BALANCER = "balancer"


COUNTS = {
    Kind.VIRTUAL: 360,
    Kind.PHYSICAL: 110,
    Kind.CLOUD: 50,
    Kind.DESKTOP: 50,
    Kind.NETWORK: 20,
    Kind.BALANCER: 10,
}


@dataclass(slots=True)
class Machine:
    """One real machine. Addresses and names are those before the swap day; `later` ones hold from then on."""

    truth: str
    kind: Kind
    site: str
    name: str
    domain: str
    maker: str
    serial: str
    uuid: str  # as the firmware writes it, 36 characters
    addresses: list[str]
    macs: list[str]  # one for each address, in the same order
    later_name: str
    later_address: str
    shared: list[str] = field(default_factory=list)  # addresses that others carry too
    troubles: set[Trouble] = field(default_factory=set)
    windows: bool = False
    born: int = 0
    retired: int = 99
    instance: str = ""
    """Id of a cloud instance."""

    def name_on(self, day: int) -> str:
        """The short name it has on that day."""
        return self.name if day < SWAP_DAY else self.later_name

    def full_name_on(self, day: int) -> str:
        """The full name it has on that day."""
        return f"{self.name_on(day)}.{self.domain}"

    def addresses_on(self, day: int) -> list[str]:
        """Its own addresses on that day, the main one first."""
        return [self.addresses[0] if day < SWAP_DAY else self.later_address, *self.addresses[1:]]

    def alive_on(self, day: int) -> bool:
        """Whether it is in service that day."""
        return self.born <= day < self.retired


@dataclass(slots=True)
class Estate:
    """All machines, the groups behind one address, and the clusters."""

    machines: list[Machine]
    services: list[tuple[str, str, list[Machine]]]  # name, address, members
    dice: Dice


class Builder:
    """Makes machines whose addresses, numbers and names are their own unless trouble is wanted."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._names: set[str] = set()
        self._hosts: dict[str, int] = {}

    def machine(self, number: int, kind: Kind) -> Machine:
        """One more machine."""
        dice = self._dice
        site = dice.pick(SITES)
        name = self._name(kind, site)
        maker = self._maker(kind)
        uuid = self._uuid(kind)
        cards = 1 if kind in {Kind.DESKTOP, Kind.CLOUD} else dice.weighted({1: 0.8, 2: 0.15, 3: 0.05})
        if kind in {Kind.NETWORK, Kind.BALANCER}:
            cards = dice.number(2, 5)
        addresses = [self.address(kind, site, card) for card in range(cards)]
        machine = Machine(
            truth=f"m{number:03}",
            kind=kind,
            site=site,
            name=name,
            domain=dice.weighted(dict(zip(DOMAINS, (0.66, 0.14, 0.14, 0.06), strict=True))),
            maker=maker,
            serial=self._serial(maker, uuid),
            uuid=uuid,
            addresses=addresses,
            macs=[self.mac(kind, maker) for _ in addresses],
            later_name=name,
            later_address=addresses[0],
            windows=kind is Kind.DESKTOP or dice.chance(0.55),
            instance=f"i-0{dice.digits(HEX, 16)}" if kind is Kind.CLOUD else "",
        )
        if cards > 1:
            machine.troubles.add(Trouble.MULTI_HOMED)
        return machine

    def address(self, kind: Kind, site: str, card: int = 0) -> str:
        """A free address in the network that such machines stand in."""
        place = SITES.index(site) + 1
        lan = {Kind.VIRTUAL: 10, Kind.PHYSICAL: 20, Kind.CLOUD: 30, Kind.DESKTOP: 200, Kind.NETWORK: 250}.get(kind, 60)
        network = f"10.{place}.{lan + card}"
        self._hosts[network] = self._hosts.get(network, 9) + self._dice.number(1, 2)
        return f"{network}.{self._hosts[network]}"

    def mac(self, kind: Kind, maker: str) -> str:
        """A hardware address."""
        prefix = {Kind.VIRTUAL: "00:50:56", Kind.CLOUD: "06:4e:8a"}.get(kind) or HARDWARE_PREFIX[maker]
        return f"{prefix}:" + ":".join(self._dice.digits(HEX, 2) for _ in range(3))

    def new_box(self, machine: Machine) -> None:
        """Another box: number, UUID and hardware addresses are new."""
        machine.uuid = self._uuid(machine.kind)
        machine.serial = self._serial(machine.maker, machine.uuid)
        machine.macs = [self.mac(machine.kind, machine.maker) for _ in machine.macs]

    def _maker(self, kind: Kind) -> str:
        fixed = {Kind.VIRTUAL: "vmware", Kind.CLOUD: "amazon", Kind.NETWORK: "cisco", Kind.BALANCER: "f5"}
        return fixed.get(kind) or self._dice.weighted(MAKERS)

    def _name(self, kind: Kind, site: str) -> str:
        """Three departments, three ways to name; numbers are close to each other, as they are in life."""
        dice = self._dice
        while True:
            role = dice.pick(ROLES)
            match kind:
                case Kind.DESKTOP:
                    name = f"{dice.pick(('pc', 'nb'))}-{dice.digits(DIGITS, 5)}"
                case Kind.NETWORK:
                    name = f"{site}-sw{dice.number(1, 40):02}"
                case Kind.BALANCER:
                    name = f"{site}-lb{dice.number(1, 9)}"
                case _:
                    name = dice.pick(
                        (
                            f"{site}{role}{dice.number(1, 40):02}",
                            f"srv-{role}-{dice.number(1, 150):03}",
                            f"{site}{dice.pick('lw')}{dice.pick('ptd')}{role}{dice.number(1, 60):03}",
                            f"{role}{dice.number(1, 120):03}",
                        )
                    )
            if name not in self._names:
                self._names.add(name)
                return name

    def _uuid(self, kind: Kind) -> str:
        start = {Kind.VIRTUAL: "42" + self._dice.digits(HEX, 6), Kind.CLOUD: "ec2" + self._dice.digits(HEX, 5)}
        head = start.get(kind) or self._dice.digits(HEX, 8)
        return "-".join((head, *(self._dice.digits(HEX, length) for length in (4, 4, 4, 12))))

    def _serial(self, maker: str, uuid: str) -> str:
        digits = self._dice.digits
        match maker:
            case "vmware":
                pairs = [uuid.replace("-", "")[at : at + 2] for at in range(0, 32, 2)]
                serial = f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"
            case "amazon":
                serial = uuid
            case "hp":
                serial = f"CZ{digits(DIGITS, 4)}{digits(LETTERS + DIGITS, 4)}"
            case "dell":
                serial = digits(DIGITS + LETTERS, 7)
            case "lenovo":
                serial = f"J{digits(LETTERS + DIGITS, 7)}"
            case "supermicro":
                serial = f"0{digits(DIGITS, 9)}"
            case _:
                serial = f"Y{digits(LETTERS, 3)}{digits(DIGITS, 6)}"
        return serial


def estate(seed: int) -> Estate:
    """The machines of the month, with all that goes wrong in the estate itself."""
    dice = Dice(seed)
    builder = Builder(dice)
    machines: list[Machine] = []
    for kind, count in COUNTS.items():
        machines += [builder.machine(len(machines) + place, kind) for place in range(count)]
    of = {kind: [machine for machine in machines if machine.kind is kind] for kind in Kind}
    _same_short_names(dice, of[Kind.VIRTUAL] + of[Kind.PHYSICAL])
    _shared_numbers(dice, of)
    _shared_addresses(dice, of)
    services = _services(dice, builder, of[Kind.VIRTUAL])
    _moves(dice, builder, of)
    machines += _replacements(dice, builder, of, len(machines))
    return Estate(machines, services, dice)


def _same_short_names(dice: Dice, servers: list[Machine]) -> None:
    """14 names are taken in two domains."""
    chosen = dice.some(servers, 28)
    for first, second in zip(chosen[:14], chosen[14:], strict=True):
        second.name = second.later_name = first.name
        second.domain = dice.pick([domain for domain in DOMAINS if domain != first.domain])
        first.troubles.add(Trouble.TWIN)
        second.troubles.add(Trouble.TWIN)


def _shared_numbers(dice: Dice, of: dict[Kind, list[Machine]]) -> None:
    """Copied virtual machines keep their UUID (and the serial that spells it); blades show their chassis' serial."""
    pool = [machine for machine in of[Kind.VIRTUAL] if not machine.troubles]
    copies = dice.some(pool, 26)
    while copies:
        group, copies = copies[: dice.number(2, 4)], copies[4:]
        for machine in group:
            machine.uuid, machine.serial = group[0].uuid, group[0].serial
            machine.troubles.add(Trouble.CLONE)
    blades = [machine for machine in of[Kind.PHYSICAL] if machine.maker == "hp" and not machine.troubles]
    for start in (0, 4):
        for machine in blades[start : start + 4]:
            machine.serial = blades[start].serial
            machine.troubles.add(Trouble.CHASSIS)
    for machine in of[Kind.PHYSICAL]:
        if machine.maker == "supermicro" and dice.chance(0.7):
            machine.serial = dice.pick(
                ("To be filled by O.E.M.", "Default string", "0123456789", "System Serial Number")
            )
            machine.uuid = dice.pick((machine.uuid, "03000200-0400-0500-0006-000700080009"))
            machine.troubles.add(Trouble.JUNK)


def _shared_addresses(dice: Dice, of: dict[Kind, list[Machine]]) -> None:
    """Heartbeats of clusters, bridges of container hosts, and lab networks that were built twice."""
    servers = of[Kind.VIRTUAL] + of[Kind.PHYSICAL]
    for first, second in zip(*[iter(dice.some(servers, 24))] * 2, strict=True):
        first.shared.append("192.168.100.1")
        second.shared.append("192.168.100.2")
        first.troubles.add(Trouble.COMMON_ADDRESS)
        second.troubles.add(Trouble.COMMON_ADDRESS)
    for machine in dice.some(servers, 40):
        machine.shared.append("172.17.0.1")
        machine.troubles.add(Trouble.COMMON_ADDRESS)
    lab = dice.some([machine for machine in of[Kind.VIRTUAL] if not machine.troubles], 16)
    for place, (first, second) in enumerate(zip(lab[:8], lab[8:], strict=True)):
        for machine in (first, second):
            machine.addresses[0] = machine.later_address = f"192.168.1.{20 + place}"
            machine.troubles.add(Trouble.OVERLAP)


def _services(dice: Dice, builder: Builder, servers: list[Machine]) -> list[tuple[str, str, list[Machine]]]:
    """Twelve groups of two to five members behind one address."""
    groups = []
    for name in ("shop", "portal", "intranet", "api", "mailgw", "wiki", "git", "proxy", "sso", "crm", "files", "print"):
        members = dice.some(servers, dice.number(2, 5))
        address = builder.address(Kind.BALANCER, members[0].site)
        for machine in members:
            machine.shared.append(address)
            machine.troubles.add(Trouble.VIRTUAL_ADDRESS)
        groups.append((f"{name}.corp.example.com", address, members))
    return groups


def _moves(dice: Dice, builder: Builder, of: dict[Kind, list[Machine]]) -> None:
    """Desktops swap their leases; a few servers get another name or another address, which somebody else takes over."""
    desktops = of[Kind.DESKTOP]
    leases = dice.mixed([machine.addresses[0] for machine in desktops])
    for machine, lease in zip(desktops, leases, strict=True):
        machine.later_address = lease
        machine.troubles.add(Trouble.DHCP)
    still = [machine for machine in of[Kind.VIRTUAL] + of[Kind.PHYSICAL] if not machine.troubles]
    for machine in dice.some(still, 15):
        machine.later_name = builder.machine(0, machine.kind).name
        machine.troubles.add(Trouble.RENAMED)
    still = [machine for machine in still if not machine.troubles]
    movers = dice.some(still, 16)
    for leaver, taker in zip(movers[:8], movers[8:], strict=True):
        taker.later_address = leaver.addresses[0]
        leaver.later_address = builder.address(leaver.kind, leaver.site)
        leaver.troubles.add(Trouble.STALE)
        taker.troubles.add(Trouble.STALE)


def _replacements(dice: Dice, builder: Builder, of: dict[Kind, list[Machine]], number: int) -> list[Machine]:
    """Five boxes and three virtual machines are replaced: a new machine takes over name and address."""
    fresh: list[Machine] = []
    for kind, count in ((Kind.PHYSICAL, 5), (Kind.VIRTUAL, 3)):
        plain = [machine for machine in of[kind] if not machine.troubles - {Trouble.MULTI_HOMED}]
        for old in dice.some(plain, count):
            new = builder.machine(number + len(fresh), kind)
            new.site, new.maker, new.domain, new.windows = old.site, old.maker, old.domain, old.windows
            new.name, new.later_name = old.later_name, old.later_name
            new.addresses, new.later_address = list(old.addresses), old.later_address
            new.macs = list(old.macs)
            builder.new_box(new)
            new.born = old.retired = SWAP_DAY
            new.troubles.add(Trouble.REPLACED)
            old.troubles.add(Trouble.REPLACED)
            fresh.append(new)
    return fresh
