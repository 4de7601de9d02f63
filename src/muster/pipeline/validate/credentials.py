"""How secrets look in a cell: private keys, tokens of known makers, passwords after a label, addresses with a login.

Sources: RFC 7468 (PEM), RFC 7519 (JWT), RFC 3986 section 3.2.1 (user information in an address), crypt(5), and the
makers' own statements of their prefixes (AWS IAM unique identifiers, GitHub token formats, Slack token types, GitLab
token overview, Google API keys, Stripe keys, Azure Storage and Service Bus connection strings).
"""

from __future__ import annotations

import polars as pl

HINTS = (
    "passw", "pwd", "passwort", "kennwort", "contrase", "senha", "mot de passe", "pass=", "pass:", "pass =", "pass :",
    "secret", "token", "api_key", "apikey", "api-key", "api key", "access_key", "accesskey", "access-key", "access key",
    "accountkey", "private key", "putty-user-key", "bearer ", "://",
)  # fmt: skip
"""A cell without any of these (in any case) or of CASED_HINTS holds no secret that is known here."""

CASED_HINTS = (
    "AKIA", "ASIA", "AROA", "AIDA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xoxa-", "xoxb-", "xoxp-",
    "xoxr-", "xoxs-", "AIza", "glpat-", "sk_live_", "rk_live_", "eyJ",
    "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$",
)  # fmt: skip

PRIVATE_KEY = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d"

ACCESS_KEY = (
    r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{22,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[0-9A-Za-z_-]{35}"
    r"|\bglpat-[0-9A-Za-z_-]{20,}"
    r"|\b[sr]k_live_[0-9A-Za-z]{16,}"
    r"|(?i:\b(?:account|sharedaccess)key=[a-z0-9+/]{32,})"
    r"|(?i:\bbearer\s+[a-z0-9._~+/-]{20,})"
)

JWT = r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"

CONNECTION_STRING = r"(?i)\b[a-z][a-z0-9+.-]*://[^\s:/@?#]+:([^\s/@]+)@"

_LABEL = (
    r"(?:^|[^a-z])(?:pass|passw|passwor[dt]|passwd|passphrase|pwd|kennwort|contrase(?:ñ|n)a|senha|mot de passe|secret|"
    r"(?:api|access|secret|private|client|account)[ _-]?(?:access[ _-]?)?(?:key|secret)|"
    r"(?:auth|access|api|refresh)?[ _-]?token)"
)
PASSWORD = "(?i)" + _LABEL + r"""["']?\s*(?:[:=]|:=|=>)\s*["']?([^\s"',;|]{4,})"""
SPOKEN_PASSWORD = "(?i)" + _LABEL + r"""\s+(?:is|ist|est|es)\s+["']?([^\s"',;|]*\d[^\s"',;|]*)"""
PASSWORD_HASH = r"\$(?:1|2[aby]|5|6|y)\$[./A-Za-z0-9=,$]{20,}"  # noqa: S105 - a pattern, no password

HARMLESS = (
    r"(?i)^(?:[*x•.#_-]+|<.*|\$\{.*|\{\{.*|%.*%|\[.*\]|n/?a|none|null|tbd|yes|no|true|false|see|siehe|voir|ver|stored|vault.*|keepass.*|"
    r"cyberark.*|lastpass.*|1password.*|hashicorp.*|secretsmanager.*|kms.*|ldap|kerberos|sso|never|expire[sd]?|required|"
    r"unknown|unchanged|default|changed?|reset|rotat.*|policy|managed|enabled|disabled|redacted|hidden|masked|removed|"
    r"protected|encrypted|empty|blank|same|not|ask|contact|request|from|with|auth.*|based|https?|arn:.*)[.)]?$"
)
"""Words after a label that say where a password is, or that there is none."""

_HEADER_WORDS = (
    r"password|passwort|passwd|pwd|kennwort|contraseña|senha|passphrase|secret|(?:api|private|secret)[ _-]?key|"
    r"(?:access|auth)[ _-]?token"
)
SECRET_HEADER = rf"(?i)^(?:.*[ _.-])?(?:{_HEADER_WORDS})$"
"""Headers of columns whose every value is a secret."""


def hinted(cell: pl.Expr) -> pl.Expr:
    """Whether a cell deserves a closer look: two searches for fixed words, a tenth of the cost of the patterns."""
    return cell.str.contains_any(list(HINTS), ascii_case_insensitive=True) | cell.str.contains_any(list(CASED_HINTS))


def kind_of_secret(cell: pl.Expr) -> pl.Expr:
    """Return the code of the secret in a cell, null when there is none; the most telling kind wins."""
    return (
        pl.when(cell.str.contains(PRIVATE_KEY))
        .then(pl.lit("private_key"))
        .when(cell.str.contains(ACCESS_KEY))
        .then(pl.lit("access_key"))
        .when(cell.str.contains(JWT))
        .then(pl.lit("web_token"))
        .when(_captures(cell, CONNECTION_STRING))
        .then(pl.lit("connection_string"))
        .when(_captures(cell, PASSWORD) | _captures(cell, SPOKEN_PASSWORD) | cell.str.contains(PASSWORD_HASH))
        .then(pl.lit("password"))
    )


def is_secret_value(cell: pl.Expr) -> pl.Expr:
    """Whether a cell of a column of secrets holds one."""
    return (cell.str.len_chars() >= _SHORTEST) & ~cell.str.contains(HARMLESS)


_SHORTEST = 4


def _captures(cell: pl.Expr, pattern: str) -> pl.Expr:
    """Whether any match of `pattern` captures something that is no harmless word."""
    captured = pl.element().str.extract(pattern)
    return cell.str.extract_all(pattern).list.eval(~captured.str.contains(HARMLESS)).list.any()
