"""Releases of Windows for clients, which are told by version, edition and build together.

An edition that is not named leaves all of them open. Long-term editions are always named as such, so a text that names
another edition excludes them. Builds: https://learn.microsoft.com/windows/release-health/release-information
"""

from __future__ import annotations

import re

from muster.catalog.reference.end_of_life import Release, releases

_GENERATION = re.compile(r"\bwin(?:dows)? ?(?:nt )?(xp|vista|7|8\.1|8\.x|8|10|11)\b")
_GENERATIONS = {"xp": ("5",), "vista": ("6",), "8.x": ("8", "8.1")}
_FEATURE = re.compile(r"\b(?:version |v)?(1507|1511|1607|1703|1709|1803|1809|1903|1909|2004|2[0-6]h[12])\b")
_LONG_TERM = re.compile(r"\blts[bc]\b|\blong[ -]term")
_LONG_TERM_YEARS = {"2015": "1507", "2016": "1607", "2019": "1809", "2021": "21h2", "2024": "24h2"}
_PROFESSIONAL = re.compile(r"\b(?:pro|professional|home|core|workstations?)\b")
_ENTERPRISE = re.compile(r"\b(?:enterprise|education|business)\b")
_BUILD = re.compile(r"\b(?:(?:6\.[0-3]|10\.0)\.)?(\d{4,5})(?:\.\d+)*$")
_BUILDS = {
    "7601": "7-sp1", "9200": "8", "9600": "8.1", "10240": "10-1507", "10586": "10-1511", "14393": "10-1607",
    "15063": "10-1703", "16299": "10-1709", "17134": "10-1803", "17763": "10-1809", "18362": "10-1903",
    "18363": "10-1909", "19041": "10-2004", "19042": "10-20h2", "19043": "10-21h1", "19044": "10-21h2",
    "19045": "10-22h2", "22000": "11-21h2", "22621": "11-22h2", "22631": "11-23h2", "26100": "11-24h2",
    "26200": "11-25h2",
}  # fmt: skip


def windows_releases(name: str, version: str) -> tuple[Release, ...] | None:
    """Return the releases that fit the normal texts of name and version; None where no generation is named.

    A build alone decides nothing: servers share most of them.
    """
    generation = _GENERATION.search(name) or _GENERATION.search(version)
    if generation is None:
        return None
    wanted = _GENERATIONS.get(generation[1], (generation[1],))
    text = f"{name} {version}"
    fitting = [item for item in releases()["windows"] if item.release.split("-")[0] in wanted]
    feature = _feature(name.replace(generation[0], " "), version)
    if feature is not None:
        fitting = [item for item in fitting if feature in _ways(item)]
    long_term = _LONG_TERM.search(text) is not None
    if long_term or _PROFESSIONAL.search(text) or _ENTERPRISE.search(text):
        fitting = [item for item in fitting if item.release.endswith("lts") == long_term]
    if not long_term:
        ending = "-e" if _PROFESSIONAL.search(text) else "-w" if _ENTERPRISE.search(text) else None
        fitting = [item for item in fitting if ending is None or not item.release.endswith(ending)]
    if "iot" not in text:
        fitting = [item for item in fitting if "-iot" not in item.release]
    return tuple(fitting)


def _ways(release: Release) -> tuple[str, str]:
    """`10-1809` and `1809`, as which a build and a word name the release."""
    parts = release.release.split("-")
    return "-".join(parts[:2]), parts[1] if len(parts) > 1 else ""


def _feature(name: str, version: str) -> str | None:
    if _LONG_TERM.search(name):
        for year, feature in _LONG_TERM_YEARS.items():
            if re.search(rf"\b{year}\b", name):
                return feature
    for text in (name, version):
        found = _FEATURE.search(text)
        if found is not None:
            return found[1]
    build = _BUILD.search(version)
    return None if build is None else _BUILDS.get(build[1])
