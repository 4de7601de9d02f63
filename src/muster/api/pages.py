"""The landing page and the reference of the API as HTML: no script, nothing fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from muster.api.documents.assets import AssetDocument
    from muster.api.documents.imports import ImportSummaryDocument

_CSS = """
:root { color-scheme: light dark; --line: #8883; --quiet: #7a7f87; --accent: #2f6f5e; --card: #8881; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; gap: 1rem; align-items: baseline; padding: 1rem 2rem; border-bottom: 1px solid var(--line); }
header b { font-size: 1.25rem; letter-spacing: .02em; color: var(--accent); }
header form { margin-left: auto; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem 2rem 4rem; }
h1 { font-size: 1.4rem; margin: 1.2rem 0 .4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { max-width: 46rem; } a { color: var(--accent); } .quiet { color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0; }
nav a { padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; }
nav a[aria-current] { background: var(--accent); color: #fff; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .8rem; color: var(--quiet); font-weight: 600; } tr:last-child td { border-bottom: 0; }
td.number { text-align: right; } td.empty { text-align: center; color: var(--quiet); padding: 1.6rem; }
.state { padding: .05rem .5rem; border-radius: .3rem; background: var(--card); }
.completed { color: #1d7a46; } .failed { color: #b3261e; } .paused { color: #8a6100; }
code, .method { font-family: ui-monospace, monospace; font-size: .9em; }
.card { background: var(--card); padding: .8rem 1.2rem; border-radius: .5rem; max-width: 46rem; }
button { font: inherit; padding: .2rem .8rem; border: 1px solid var(--line); border-radius: .4rem; background: none;
  color: inherit; cursor: pointer; }
"""
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One engagement that the visitor may enter."""

    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What the landing page shows to somebody who is signed in; `here` None: there is no engagement yet."""

    name: str
    places: Sequence[Place]
    here: UUID | None = None
    imports: Sequence[ImportSummaryDocument] = ()
    assets: Sequence[AssetDocument] = ()
    more_assets: bool = False


def landing(visit: Visit) -> HTMLResponse:
    """Return the page for a visitor who is signed in: their engagements, its imports and assets."""
    nav = "".join(
        f'<a href="/?engagement={place.engagement_id}"'
        f"{' aria-current=page' if place.engagement_id == visit.here else ''}>{escape(place.title)}</a>"
        for place in visit.places
    )
    parts = [f"<h1>Engagements</h1><nav>{nav}</nav>" if nav else "<p>You are in no engagement yet.</p>"]
    if visit.here is not None:
        parts += [_imports(visit.imports), _assets(visit.assets, more=visit.more_assets)]
    return _page("muster", "".join(parts), signed_in_as=visit.name)


def welcome() -> HTMLResponse:
    """Return the page for a visitor who is not signed in."""
    return _page(
        "muster",
        '<h1>Sign in</h1><div class="card"><p>Open the one-time link that <code>muster up</code> printed when it '
        "started. It works once; start <code>muster up</code> again for another.</p></div>"
        "<p>Programs send a token: <code>Authorization: Bearer …</code>, made by <code>muster token create</code>.</p>",
    )


def refused(sentence: str) -> HTMLResponse:
    """Return the page for a sign-in link that does not work any more."""
    return _page(
        "muster: sign in", f'<h1>This link does not work</h1><p>{escape(sentence)}</p><p><a href="/">Back</a></p>', 403
    )


def reference(document: Mapping[str, Any]) -> HTMLResponse:
    """Return the OpenAPI document as a page: every operation with its permission and its parameters."""
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    heads = ("", "Address", "What it does", "Permission", "Parameters")
    sections = [f"<h2>{escape(tag)}</h2>{_table(heads, rows)}" for tag, rows in by_tag.items()]
    intro = (
        '<h1>HTTP API</h1><p>The full description is <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). '
        "Errors are problem documents (RFC 9457) with a stable <code>code</code>.</p>"
    )
    return _page("muster: HTTP API", intro + "".join(sections))


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    names = [parameter["name"] for parameter in operation.get("parameters", [])]
    return _row(
        f'<span class="method">{escape(method.upper())}</span>',
        f"<code>{escape(path)}</code>",
        escape(operation.get("description", "")),
        escape(str(operation["x-permission"]).replace("_", " ")),
        f'<span class="quiet">{escape(", ".join(names))}</span>',
    )


def _imports(imports: Sequence[ImportSummaryDocument]) -> str:
    rows = [
        _row(
            escape(entry.import_name),
            escape(entry.source_system or ""),
            f'<span class="state {escape(entry.status)}">{escape(entry.status)}</span>',
            f"{entry.processed_records:,} of {entry.total_records:,}",
            escape(f"{entry.created_at:%Y-%m-%d %H:%M} UTC"),
        )
        for entry in imports
    ]
    heads = ("File", "Source", "Status", "Records", "Received")
    empty = "No import yet: <code>muster import FILE</code>, or POST /api/v1/data-import/upload."
    return f"<h2>Imports</h2>{_table(heads, rows, empty)}"


def _assets(assets: Sequence[AssetDocument], *, more: bool) -> str:
    rows = [
        _row(
            *(escape(str((asset.model_extra or {}).get(name, ""))) for name in _ASSET_COLUMNS),
            escape(asset.discovery_source or ""),
        )
        for asset in assets
    ]
    heads = (*(name.replace("_", " ").capitalize() for name in _ASSET_COLUMNS), "Sources")
    note = f'<p class="quiet">The first {len(assets)}; all: GET /api/v1/assets.</p>' if more else ""
    return f"<h2>Assets</h2>{_table(heads, rows, 'No assets yet.')}{note}"


_ASSET_COLUMNS = ("asset_name", "asset_type", "operating_system", "cpu_cores", "memory_gb", "environment")


def _table(heads: Iterable[str], rows: Sequence[str], empty: str = "") -> str:
    names = list(heads)
    body = "".join(rows) or f'<tr><td class="empty" colspan="{len(names)}">{empty}</td></tr>'
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _page(title: str, body: str, status: int = 200, *, signed_in_as: str | None = None) -> HTMLResponse:
    who = (
        f'<form method="post" action="/sign-out"><span class="quiet">Signed in as {escape(signed_in_as)}</span> '
        "<button>Sign out</button></form>"
        if signed_in_as
        else ""
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>"
        f'<header><b>muster</b><a href="/">Inventory</a><a href="/docs">HTTP API</a>{who}</header>'
        f"<main>{body}</main></body></html>",
        status_code=status,
        headers={"Content-Security-Policy": _POLICY},
    )
