from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muster.api.caller import TENANT_PERMISSIONS

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI


def operations(app: FastAPI) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]


async def test_it_is_served_as_openapi_3_1(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "muster"


def test_every_operation_may_answer_with_a_problem(app: FastAPI) -> None:
    for name, operation in operations(app):
        content = operation["responses"]["default"]["content"]
        assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}, name


def test_every_operation_has_its_own_id_a_tag_and_a_sentence(app: FastAPI) -> None:
    found = operations(app)
    ids = [operation["operationId"] for _, operation in found]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in ids)
    assert all(operation["tags"] and operation["description"] for _, operation in found)


def test_operations_of_an_engagement_name_both_headers_and_a_sign_in(app: FastAPI) -> None:
    for name, operation in operations(app):
        headers = [entry["name"] for entry in operation.get("parameters", []) if entry["in"] == "header"]
        tenanted = operation["x-permission"] in TENANT_PERMISSIONS
        assert ("X-Client-Account-ID" in headers) is tenanted, name
        assert ("X-Engagement-ID" in headers) is tenanted, name
        assert bool(operation["security"]) is (operation["x-permission"] != "public"), name


def test_references_lead_somewhere(app: FastAPI) -> None:
    document = app.openapi()
    used = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))
    assert used <= set(document["components"]["schemas"])


def test_request_bodies_come_with_an_example(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    bodies = {name for name in schemas if name.endswith("Request")} - {"SignInRequest", "MappingChoiceRequest"}
    assert bodies
    assert all(schemas[name].get("examples") for name in bodies)
