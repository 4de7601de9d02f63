"""Which flow types there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.domain.errors import InvalidRequestError
from muster.domain.phases import FlowStatus
from muster.kit.registry import discover
from muster.services.flows import flow_types
from muster.services.flows.types import FlowType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.services.flows.types import Operation, PhaseSpec


class FlowTypeRegistry:
    """Flow types by id."""

    def __init__(self) -> None:
        self._types: dict[str, FlowType] = {}

    def register_flow_type(
        self,
        flow_type: str,
        description: str,
        phases: Sequence[PhaseSpec],
        supported_operations: Iterable[Operation],
        initial_status: FlowStatus = FlowStatus.PENDING,
    ) -> FlowType:
        """Add a flow type, in place of an earlier one of the same name, and return it."""
        entry = FlowType(flow_type, description, tuple(phases), frozenset(supported_operations), initial_status)
        self._types[flow_type] = entry
        return entry

    def get(self, flow_type: str) -> FlowType:
        """The flow type. Raises InvalidRequestError naming those there are."""
        self.load()
        try:
            return self._types[flow_type]
        except KeyError:
            known = ", ".join(sorted(self._types))
            raise InvalidRequestError(
                f"There is no flow type {flow_type!r}; known are: {known}.", flow_type=flow_type
            ) from None

    def names(self) -> list[str]:
        """The registered names, sorted."""
        return sorted(self._types)

    def load(self) -> None:
        """Register the flow types of the folder `flow_types` that are not registered yet.

        Raises muster.kit.registry.RegistryError when a file of it declares none.
        """
        for entry in discover(flow_types, "FLOW_TYPE", FlowType).values():
            if entry.id not in self._types:
                self.register_flow_type(
                    entry.id, entry.description, entry.phases, entry.supported_operations, entry.initial_status
                )


flow_type_registry = FlowTypeRegistry()


@dataclass(frozen=True, slots=True)
class RegisteredFlows:
    """What `initialize_all_flows` found: the names of the flow types, and of each the names of its phases."""

    flow_types: tuple[str, ...]
    phases: Mapping[str, tuple[str, ...]]


def initialize_all_flows() -> RegisteredFlows:
    """Register every flow type and report what is registered now."""
    flow_type_registry.load()
    names = flow_type_registry.names()
    return RegisteredFlows(
        tuple(names),
        {name: tuple(str(spec.name) for spec in flow_type_registry.get(name).phases) for name in names},
    )
