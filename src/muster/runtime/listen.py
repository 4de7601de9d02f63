"""The listening socket, opened before anything else is started, so that a port in use is said at once."""

from __future__ import annotations

import errno
import socket

from muster.domain.errors import MusterError

_BACKLOG = 2048


class PortError(MusterError):
    """The address can not be listened at; the message says why and what to do."""

    code = "port_not_free"
    title = "The address can not be used"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at `host` and `port` (0: any free one). Raises PortError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, OverflowError) as error:
        raise PortError(f"{host} port {port} is no address of this machine.", host=host, port=port) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortError(f"{_reason(error, host, port)} Choose another with --port.", host=host, port=port) from error
    return listener


def reach_of(listener: socket.socket) -> tuple[str, int]:
    """Return a host and port at which this machine reaches `listener`, also when it listens at every address."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104 - recognised, not bound


def address_of(listener: socket.socket) -> str:
    """Return the address for a browser on this machine, such as http://127.0.0.1:8000."""
    host, port = reach_of(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"This user may not open port {port} on {host}."
    return f"Port {port} on {host} can not be opened ({error.strerror or error})."
