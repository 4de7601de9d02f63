"""Loads the sample engagement through the public upload route, as any other program would."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from muster.domain.errors import MusterError
from muster.domain.phases import ENDED
from muster.runtime.wiring import open_services
from muster.services.demo import CLIENT, ENGAGEMENT, DemoDoor, SampleFile, open_demo, sample_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.runtime.settings import Settings

_API = "/api/v1/data-import"
_LOOK_AGAIN_SECONDS = 0.3
_ANSWER_SECONDS = 60.0
_WITHOUT_EFFECT = frozenset({"failed", "cancelled"})


class DemoError(MusterError):
    """The sample engagement could not be loaded; the message is what HTTP answered."""

    code = "demo_failed"
    title = "The demo could not be loaded"


async def load_demo(settings: Settings, address: str, tell: Callable[[str], None]) -> None:
    """Upload the sample files that are not there yet, and wait until they are in the inventory.

    `tell` is given lines for the user. Raises DemoError.
    """
    async with open_services(settings, pool_size=2) as services, open_demo(services) as door:
        http = _Http(address, door)
        tell(f"sample engagement: client {CLIENT}, engagement {ENGAGEMENT}")
        for sample in sample_files():
            tell(f"  {sample.filename}: {await asyncio.to_thread(http.state_of, sample.filename) or 'uploading'}")
            await _load(http, sample, tell)


async def _load(http: _Http, sample: SampleFile, tell: Callable[[str], None]) -> None:
    if await asyncio.to_thread(http.state_of, sample.filename):
        return
    flow = await asyncio.to_thread(http.upload, sample)
    while flow["status"] not in ENDED:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        flow = await asyncio.to_thread(http.status, flow["master_flow_id"])
    if flow["status"] != "completed":
        raise DemoError(f"{sample.filename}: {flow['error'] or flow['status']}")
    done = flow["enrichment_summary"]
    tell(
        f"    {flow['total_records']} rows, {flow['failed_records']} held back; "
        f"assets: {done['assets_created']} created, {done['assets_updated']} updated"
    )


@dataclass(frozen=True, slots=True)
class _Http:
    """The few calls that loading needs. Blocking: called from threads. Each raises DemoError."""

    address: str
    door: DemoDoor

    def state_of(self, filename: str) -> str | None:
        """The state of the newest import of this name that had an effect, whatever a user did to it since."""
        found = self._call(f"{_API}?{urlencode({'filename': filename})}")["items"]
        return next((item["status"] for item in found if item["status"] not in _WITHOUT_EFFECT), None)

    def upload(self, sample: SampleFile) -> dict[str, Any]:
        """Send a file; returns its flow document."""
        boundary = uuid4().hex
        config = json.dumps({"review": "never", "observed_at": sample.observed_at})
        form = b"".join(
            [
                *(_part(boundary, name, text.encode()) for name, text in (("processing_config", config),)),
                _part(boundary, "file", sample.content, sample.filename),
                f"--{boundary}--\r\n".encode(),
            ]
        )
        return self._call(f"{_API}/upload", form, f"multipart/form-data; boundary={boundary}")

    def status(self, flow_id: str) -> dict[str, Any]:
        """The flow document of an upload."""
        return self._call(f"{_API}/status/{flow_id}")

    def _call(self, path: str, body: bytes | None = None, content_type: str | None = None) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self.door.token}",
            "X-Client-Account-ID": str(self.door.tenant.client_account_id),
            "X-Engagement-ID": str(self.door.tenant.engagement_id),
            **({"Content-Type": content_type} if content_type else {}),
        }
        request = urllib.request.Request(self.address + path, body, headers)  # noqa: S310 - our own server's address
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
        try:
            with direct.open(request, timeout=_ANSWER_SECONDS) as answer:
                document: dict[str, Any] = json.load(answer)
                return document
        except urllib.error.HTTPError as error:
            problem = json.loads(error.read() or b"{}")
            raise DemoError(f"{path}: {problem.get('detail') or error.reason}") from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise DemoError(f"{self.address} does not answer: {getattr(error, 'reason', error)}") from None


def _part(boundary: str, name: str, content: bytes, filename: str | None = None) -> bytes:
    as_file = f'; filename="{filename}"\r\nContent-Type: text/csv' if filename else ""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{as_file}\r\n\r\n'
    return head.encode() + content + b"\r\n"
