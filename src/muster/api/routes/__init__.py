"""The routes by subject; each module gives `routes`, without annotations postponed, for FastAPI reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.api.routes import imports, system, uploads

if TYPE_CHECKING:
    from muster.api.routing import Routes

ROUTES: tuple[Routes, ...] = (
    uploads.routes,
    imports.routes,
    system.routes,
    system.at_root,
)
"""In the order in which addresses are matched."""
