"""Writes docs/reference/agents.md: every validation agent with all that it can find.

`python -m tests.support.agents_page` brings the page up to date; a test fails when it is not.
"""

from __future__ import annotations

from pathlib import Path

from muster.services.describe_catalog import AgentEntry, describe_catalog

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "agents.md"
_HEAD = """# What is checked

Each row of a file is looked at by the agents of its category. An **error** holds the row back, or the whole table
where it names none; a **warning** or an **info** lets it pass. An agent without its columns is skipped and says so; one
that fails is one finding, and the others go on. Findings are counted in full and shown up to 1,000 places per table and
code; they hold no cell in clear. `muster catalog agents --json` prints the same.

This page is made by `python -m tests.support.agents_page`.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    catalog = describe_catalog()
    lines = [_HEAD, "| category | agents |", "|---|---|"]
    lines += [f"| {category.title} | {', '.join(map(_link, category.agents))} |" for category in catalog.categories]
    for agent in catalog.agents:
        lines += ["", *_section(agent)]
    return "\n".join(lines) + "\n"


def _link(agent_id: str) -> str:
    return f"[{agent_id}](#{agent_id})"


def _section(agent: AgentEntry) -> list[str]:
    return [
        f"## {agent.id}",
        "",
        agent.description,
        "",
        "| code | level | found | what to do |",
        "|---|---|---|---|",
        *(
            f"| `{clause.code}` | {clause.severity} | **{_cell(clause.title)}**: {_cell(clause.text)} "
            f"| {_cell(clause.advice)} |"
            for clause in agent.codes
        ),
    ]


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")


if __name__ == "__main__":
    main()
