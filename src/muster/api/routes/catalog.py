"""What muster understands; the same for every tenant."""

from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from muster.api.documents.catalog import CatalogDocument
from muster.api.etag import tagged
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.describe_catalog import describe_catalog

routes = Routes(API, "catalog")

_CATALOG = TypeAdapter(CatalogDocument)


@routes.get("/catalog", Permission.SIGNED_IN, responses={200: {"model": CatalogDocument}}, response_class=Response)
async def get_catalog(request: Request) -> Response:
    """Categories, source systems, canonical fields, and the agents with every clause they check."""
    return tagged(request, CatalogDocument.of(describe_catalog()), _CATALOG)
