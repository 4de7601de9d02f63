"""Words that fill a cell without saying anything, and values that look like identifiers but belong to no machine.

Sources: SMBIOS strings that vendors leave at their factory text (dmidecode's and Linux's quirk lists name them), the
null UUIDs of RFC 9562 sections 5.9 and 5.10, and the cell texts of real inventory files in several languages.
"""

from __future__ import annotations

PLACEHOLDERS = frozenset(
    {
        "-", "--", "---", "?", "??", "???", ".", "..", "...", "/", "_", "*",
        "n/a", "n.a.", "n.a", "na", "#n/a", "#na", "#ref!", "#value!", "#name?", "#div/0!", "#null!",
        "tbd", "tba", "tbc", "t.b.d.", "todo", "to do", "to be determined", "to be defined", "to be confirmed",
        "null", "(null)", "<null>", "nil", "none", "<none>", "(none)", "nan", "undefined", "<undefined>", "empty",
        "(empty)", "<empty>", "blank", "(blank)", "unknown", "<unknown>", "(unknown)", "not available",
        "not applicable", "not specified", "not set", "not known", "not provided", "no data", "missing", "x", "xx",
        "xxx", "xxxx", "dummy", "placeholder", "changeme", "change me", "asdf", "default string", "lorem ipsum",
        "unbekannt", "k.a.", "k. a.", "keine angabe", "nicht verfügbar", "nicht bekannt", "entfällt",
        "inconnu", "non renseigné", "non disponible", "à définir", "sans objet", "desconocido", "no disponible",
        "sin datos", "por definir", "desconhecido", "não disponível", "a definir", "sconosciuto", "non disponibile",
    }
)  # fmt: skip
"""Compared with the whole cell in lower case."""

NUMERIC_PLACEHOLDERS = frozenset({"-1", "-1.0", "-99", "-999", "-9999", "9999999999", "2147483647", "-2147483648"})
"""Numbers that programs write for "no value"; a placeholder only in a column of numbers."""

JUNK_IDENTIFIERS = PLACEHOLDERS | frozenset(
    {
        "0", "00", "000", "0000", "00000000", "000000000", "1234567890", "123456789", "0123456789", "12345678",
        "to be filled by o.e.m.", "to be filled by o.e.m", "tobefilledbyo.e.m.", "system serial number",
        "chassis serial number", "base board serial number", "serial number", "system manufacturer", "oem",
        "no asset tag", "no asset information", "asset tag", "asset-1234567890", "oem_serial", "ssn12345678901234567",
        "invalid", "vmware", "virtual machine", "not available.", "not specified.", "no enclosure",
        "11111111-1111-1111-1111-111111111111", "12345678-1234-5678-90ab-cddeefaabbcc",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
        "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00", "44:45:53:54:42:00", "0a:00:27:00:00:00",
        "localhost", "localhost.localdomain", "localhost.local", "localhost4.localdomain4", "localhost6.localdomain6",
        "template", "test", "server", "new virtual machine",
    }
)  # fmt: skip
"""Identifiers that many machines carry: equal ones prove nothing. Compared in lower case."""
