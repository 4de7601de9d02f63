"""What data a store holds and how it is guarded; these live in `asset_custom_attributes`, not in `assets`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.model import Field, FieldGroup, FieldType, MergePolicy, Privacy

if TYPE_CHECKING:
    from collections.abc import Mapping

_G = FieldGroup.SENSITIVE

CLASSIFICATIONS: dict[str, tuple[str, ...]] = {
    "public": ("unclassified", "open", "offentlich", "publico", "c0"),
    "internal": ("internal use", "internal only", "private", "intern", "interne", "interno", "c1",
                 "official"),
    "confidential": ("sensitive", "vertraulich", "confidentiel", "confidencial", "c2", "pii", "personal"),
    "restricted": ("strictly confidential", "secret", "highly confidential", "top secret",
                   "streng vertraulich",
                   "tres confidentiel", "restringido", "restrito", "c3", "highly sensitive", "regulated"),
}  # fmt: skip
"""From the mildest to the strictest."""


def _text(  # noqa: PLR0913 - a declaration: each argument is one column of the catalog
    name: str, title: str, description: str, *spellings: str, is_list: bool = False, privacy: Privacy = Privacy.NONE,
    merge: MergePolicy = MergePolicy.RANK, weight: float = 0.7,
) -> Field:  # fmt: skip
    return Field(
        name, title, _G, FieldType.TEXT, description, spellings=spellings, is_list=is_list, privacy=privacy,
        merge=merge, on_asset=False, weight=weight,
    )  # fmt: skip


def _word(name: str, title: str, description: str, words: Mapping[str, tuple[str, ...]], *spellings: str) -> Field:
    return Field(
        name, title, _G, FieldType.WORD, description, vocabulary=words, merge=MergePolicy.MOST_RESTRICTIVE,
        spellings=spellings, on_asset=False, weight=0.8,
    )  # fmt: skip


SENSITIVE: tuple[Field, ...] = (
    _text("data_object", "Data object", "The table, bucket, file or folder that holds the data.",
          "data object", "data store", "data asset", "dataset", "table name", "object name", "bucket",
          "file path",
          "datenobjekt", "datenspeicher", "objet de donnees", "objeto de datos", "objeto de dados",
          weight=0.6),
    _text("data_category", "Kinds of data", "Which kinds of data it holds.", "data category", "data type",
          "data kind",
          "information type", "pii type", "info type", "data subjects", "sensitive data type",
          "datenkategorie",
          "datenart", "categorie de donnees", "categoria de datos", "categoria de dados", is_list=True,
          merge=MergePolicy.UNION),
    _word("data_classification", "Classification", "How the data is classified.", CLASSIFICATIONS,
          "data classification", "information classification", "security classification", "confidentiality",
          "classification level", "data sensitivity",
          "datenklassifizierung", "schutzklasse",
          "classification des donnees", "clasificacion de datos", "classificacao de dados"),
    _text("sensitivity_label", "Label", "The label as the source writes it.", "sensitivity label",
          "sensitivity",
          "purview label", "vertraulichkeitsbezeichnung"),
    _text("compliance_scope", "Regulations", "Which regulations apply.", "compliance scope", "compliance",
          "regulations", "regulation", "regulatory scope", "compliance framework",
          "vorschriften", "conformite",
          "cumplimiento", "conformidade", is_list=True, merge=MergePolicy.UNION),
    Field("record_count", "Records", _G, FieldType.INTEGER, "How many records are concerned.", unit="count",
          minimum=0,
          on_asset=False, weight=0.5, spellings=("record count", "number of records", "row count",
                                                 "data volume",
                                     "anzahl datensatze", "nombre d enregistrements", "numero de registros")),
    _text("encryption_at_rest", "Encrypted at rest", "How the stored data is encrypted.",
          "encryption at rest",
          "encrypted at rest", "encryption", "encrypted", "disk encryption", "verschlusselung", "chiffrement",
          "cifrado", "criptografia"),
    _text("encryption_in_transit", "Encrypted in transit", "How the data is encrypted on its way.",
          "encryption in transit", "encrypted in transit", "transport encryption", "tls", "tls version"),
    _text("access_control", "Access", "Who may reach the data.", "access control", "access", "access level",
          "permissions", "acl", "zugriffskontrolle", "zugriff", "controle d acces", "control de acceso",
          "controle de acesso"),
    Field("access_review_date", "Access reviewed", _G, FieldType.DATE, "When the access was last reviewed.",
          on_asset=False, spellings=("access review date", "last access review", "recertification date")),
    _text("data_owner", "Data owner", "Who answers for the data.", "data owner", "data steward",
          "information owner",
          "dateneigentumer", "proprietaire des donnees", "propietario de los datos", "proprietario dos dados",
          privacy=Privacy.PERSONAL),
    _text("data_residency", "Residency", "Country or region where the data must stay.", "data residency",
          "data location", "residency", "data region", "datenstandort", "residence des donnees",
          "residencia de datos", "residencia de dados"),
    _text("retention_period", "Retention", "How long the data is kept.", "retention period", "retention",
          "data retention", "aufbewahrungsfrist", "duree de conservation", "periodo de retencion",
          "periodo de retencao"),
    _word("likelihood", "Likelihood", "How sure the scanner is.", {
        "very_unlikely": ("very unlikely",), "unlikely": (), "possible": (), "likely": (),
        "very_likely": ("very likely",),
    }, "likelihood", "certainty", "finding likelihood"),
    _word("severity", "Severity", "How bad the finding is.", {
        "low": ("minor", "informational", "risk low"), "medium": ("moderate", "risk moderate"),
        "high": ("major", "risk high"), "critical": (),
    }, "severity", "finding severity", "risk level", "risk severity"),
    Field("last_scanned_at", "Scanned", _G, FieldType.DATETIME, "When the store was last scanned.",
          merge=MergePolicy.LATEST, on_asset=False,
          spellings=("last scanned at", "scan date", "scanned at", "last scanned", "date of scan")),
)  # fmt: skip
