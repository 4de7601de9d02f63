"""The routes by subject; each module gives `routes`, without annotations postponed, for FastAPI reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.api.routes import (
    assets,
    catalog,
    exports,
    flows,
    imports,
    mappings,
    pages,
    ranks,
    reviews,
    system,
    templates,
    tenants,
    tokens,
    uploads,
)

if TYPE_CHECKING:
    from muster.api.routing import Routes

ROUTES: tuple[Routes, ...] = (
    uploads.routes,
    imports.routes,
    mappings.routes,
    mappings.custom_fields,
    flows.routes,
    assets.routes,
    reviews.routes,
    reviews.decisions,
    ranks.routes,
    exports.routes,
    catalog.routes,
    templates.routes,
    tenants.routes,
    tokens.routes,
    system.routes,
    system.at_root,
    pages.routes,
)
"""In the order in which addresses are matched."""
