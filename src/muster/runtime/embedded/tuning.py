"""postgresql.conf and pg_hba.conf: made for bulk loads with durability on, sized by the machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]  # its stubs are a package of their own

from muster.runtime.embedded.places import PORT

if TYPE_CHECKING:
    from muster.runtime.embedded.places import Places

SUPERVISOR_ROLE = "muster_supervisor"
OWNER_ROLE = "muster_owner"
APPLICATION_ROLE = "muster_app"

_MB = 1 << 20
_GB = 1 << 30
_CONTROL_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),  # version 2
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),  # version 1
)
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at for its size only
_LEAST_SHARED_MEMORY = 512 * _MB  # Docker's default is 64 MB, less than one parallel hash join


def hba() -> str:
    """Return who may connect: our three roles, by password, over the socket."""
    return (
        f"local all {OWNER_ROLE},{APPLICATION_ROLE} scram-sha-256\n"
        f"local all {SUPERVISOR_ROLE} scram-sha-256\n"
    )  # fmt: skip


def configuration(places: Places) -> str:
    """Return the text of postgresql.conf for this machine. Raises OSError when the disk can not be looked at."""
    settings = {**_access(places), **_memory(), **_writing(places), **_planning(), **_logging(places)}
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "\n".join(["# Written by muster at each start; changes made here are lost.", *lines, ""])


def machine_memory() -> int:
    """Return the bytes this process may use: the machine's, or the limit of its container when that is less."""
    limits = [int(psutil.virtual_memory().total)]
    for path in _CONTROL_GROUP_LIMITS:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    return min(limits)


def _access(places: Places) -> dict[str, str]:
    settings = {
        "listen_addresses": "",  # no TCP at all
        "port": str(PORT),
        "unix_socket_directories": str(places.socket_folder),
        "unix_socket_permissions": "0700",
        "hba_file": str(places.hba),
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "max_locks_per_transaction": "256",
        "allow_alter_system": "off",  # this file is the only place
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
    }
    if sys.platform == "linux":
        # The statement of a killed worker ends, and lets go of its locks, soon after the worker did.
        settings["client_connection_check_interval"] = "2s"
    return settings


def _memory() -> dict[str, str]:
    memory = machine_memory()
    shared = min(memory // 4, _GB)
    return {
        "shared_buffers": _megabytes(shared),
        "effective_cache_size": _megabytes(max(memory // 2, shared)),
        "work_mem": _megabytes(min(memory // 128, 64 * _MB)),
        "maintenance_work_mem": _megabytes(min(memory // 16, 512 * _MB)),
        "temp_buffers": _megabytes(min(memory // 128, 64 * _MB)),
        "dynamic_shared_memory_type": "posix" if _has_shared_memory() else "mmap",
    }


def _writing(places: Places) -> dict[str, str]:
    """Durability on; few and even checkpoints; WAL bounded by an eighth of the free disk."""
    room = min(max(shutil.disk_usage(places.base).free // 8, 512 * _MB), 4 * _GB)
    return {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "minimal",  # no replica reads it; dumps make the backups
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "wal_compression": "off",  # pglz, all this build has, makes an update after a checkpoint half as slow again
        "wal_buffers": "32MB",
        "max_wal_size": _megabytes(room),
        "min_wal_size": _megabytes(room // 4),
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "autovacuum": "on",
    }


def _planning() -> dict[str, str]:
    return {
        "random_page_cost": "1.1",  # solid state
        "jit": "off",  # costs more than it gives in statements of a few seconds
    }


def _logging(places: Places) -> dict[str, str]:
    """Warnings and worse, one file a weekday, never a statement, parameter or row: they hold cell values."""
    return {
        "logging_collector": "on",
        "log_directory": str(places.log_folder),
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_file_mode": "0600",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_checkpoints": "off",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }


def _has_shared_memory() -> bool:
    try:
        found = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return False
    return found.f_frsize * found.f_blocks >= _LEAST_SHARED_MEMORY


def _megabytes(size: int) -> str:
    return f"{max(size // _MB, 1)}MB"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{escaped}'"
