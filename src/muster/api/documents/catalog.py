"""What muster understands, as `GET /catalog` answers it."""

from muster.api.documents.base import Document


class CategoryDocument(Document):
    """One import category, as its tile shows it. `required`: of each group one field at least."""

    id: str
    title: str
    description: str
    security_level: str
    security_warning: str
    kinds: tuple[str, ...]
    agents: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    enrichment_targets: tuple[str, ...]


class SourceTableDocument(Document):
    """One table of a source; `reason` says why one that is not imported brings nothing."""

    name: str
    grain: str
    imported: bool
    reason: str


class SourceDocument(Document):
    """One source system."""

    id: str
    title: str
    import_category: str
    vendor_page: str
    tables: tuple[SourceTableDocument, ...]


class FieldDocument(Document):
    """One canonical field; `words` is its closed vocabulary, `spellings` are common headers."""

    name: str
    title: str
    group: str
    type: str
    description: str
    unit: str | None
    is_list: bool
    minimum: float | None
    maximum: float | None
    words: tuple[str, ...]
    privacy: str
    merge: str
    hint: str
    spellings: tuple[str, ...]


class ClauseDocument(Document):
    """One finding code of an agent."""

    code: str
    severity: str
    title: str
    text: str
    advice: str


class AgentDocument(Document):
    """One validation agent with all its clauses, and the categories that run it."""

    id: str
    title: str
    description: str
    categories: tuple[str, ...]
    codes: tuple[ClauseDocument, ...]


class CatalogDocument(Document):
    """Categories, sources, fields and agents."""

    categories: tuple[CategoryDocument, ...]
    sources: tuple[SourceDocument, ...]
    fields: tuple[FieldDocument, ...]
    agents: tuple[AgentDocument, ...]
