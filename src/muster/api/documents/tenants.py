"""Who is signed in, which clients and engagements they may enter, and their tokens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from muster.api.documents.base import Document, Request
from muster.domain.tenant import Role

Name = Annotated[str, Field(min_length=1, max_length=200)]


class MeDocument(Document):
    """Who is signed in."""

    user_id: UUID
    email: str
    display_name: str
    is_platform_admin: bool


class TenantDocument(Document):
    """One engagement that the caller may enter, with the roles held there."""

    client_account_id: UUID
    client_name: str
    engagement_id: UUID
    engagement_name: str
    archived_at: datetime | None
    roles: tuple[Role, ...]


class TenantsDocument(Document):
    """The engagements that the caller may enter."""

    items: tuple[TenantDocument, ...]


class ClientDocument(Document):
    """One client; `roles` are those held for the whole client."""

    client_account_id: UUID
    client_name: str
    roles: tuple[Role, ...]


class ClientsDocument(Document):
    """The clients that the caller has to do with."""

    items: tuple[ClientDocument, ...]


class NewClientRequest(Request):
    """A client to make."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Contoso"}]})

    name: Name


class NewEngagementRequest(Request):
    """An engagement to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"client_account_id": "0192f0c1-0000-7000-8000-00000000000c", "name": "Datacenter exit"}]
        }
    )

    client_account_id: UUID
    name: Name


class NewClientDocument(Document):
    """The client of the name that was asked for, new or not; `id` is its `client_account_id`."""

    id: UUID
    client_account_id: UUID
    name: str


class NewEngagementDocument(Document):
    """The engagement of the name that was asked for, new or not; `id` is its `engagement_id`."""

    id: UUID
    client_account_id: UUID
    engagement_id: UUID
    name: str


class TokenDocument(Document):
    """A token or browser session of the caller's, without its secret."""

    token_id: UUID
    name: str
    kind: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokensDocument(Document):
    """The caller's tokens and browser sessions, newest first."""

    items: tuple[TokenDocument, ...]


class NewTokenRequest(Request):
    """A token to make. `expires_at` null: never."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "nightly export"}]})

    name: Name
    expires_at: AwareDatetime | None = None


class NewTokenDocument(Document):
    """A new token; `token` is shown this once."""

    token_id: UUID
    name: str
    expires_at: datetime | None
    token: str


class SignInRequest(Request):
    """The secret of a one-time link."""

    link: Annotated[str, Field(min_length=1, max_length=500)]
