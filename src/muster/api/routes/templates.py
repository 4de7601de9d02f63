"""Blank workbooks to send out; the same for every tenant."""

from fastapi import Response

from muster.api.download import attachment, file_response
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.make_template import MEDIA_TYPE, make_template

routes = Routes(f"{API}/templates", "templates")


@routes.get("/{category}", Permission.SIGNED_IN, responses=file_response(MEDIA_TYPE), response_class=Response)
def get_template(category: str) -> Response:
    """A blank workbook of a category to send out, with hints; what is filled in is understood for certain."""
    template = make_template(category)
    return Response(template.content, media_type=MEDIA_TYPE, headers=attachment(template.filename))
