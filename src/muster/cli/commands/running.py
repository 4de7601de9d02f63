"""`muster up`, `muster serve` and `muster worker`: the processes that run for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.demo import load_demo
from muster.cli.options import HomeOption, settings_of
from muster.cli.views.consoles import remarks, results
from muster.runtime import launch

if TYPE_CHECKING:
    from muster.runtime.launch import Running

HostOption = Annotated[str, typer.Option(help="Address to listen at.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes any free one.")]


def up(
    ctx: typer.Context,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Load an engagement with sample files.")] = False,
    port: PortOption = launch.PORT,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Processes that work on imports.")] = 1,
    home: HomeOption = None,
) -> None:
    """Start database, HTTP and worker, and print a sign-in link.

    Everything listens at 127.0.0.1 and runs until Ctrl-C. The link signs one browser in, once, within an hour.
    """
    del home  # read from the context
    settings = settings_of(ctx, log_level="warning")

    async def tell(running: Running) -> None:
        results().print(f"muster runs at {running.address}", soft_wrap=True)
        results().print(f"sign in, once:  {running.sign_in_url}", soft_wrap=True)
        if demo:
            await load_demo(settings, running.address, lambda line: results().print(line, soft_wrap=True))
        remarks().print("Ctrl-C stops it.")

    launch.up(settings, tell, port=port, workers=workers)


def serve(
    ctx: typer.Context, *, host: HostOption = launch.LOCALHOST, port: PortOption = launch.PORT, home: HomeOption = None
) -> None:
    """Serve HTTP only.

    Imports are worked on by `muster worker`, on this machine or others.
    """
    del home  # read from the context
    launch.serve(settings_of(ctx, log_level=None), host=host, port=port)


def worker(
    ctx: typer.Context,
    *,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=64, help="Jobs at a time. [env: MUSTER_WORKER_CONCURRENCY]")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Work on imports only.

    It runs until it is told to stop, and then lets what is under way end.
    """
    del home  # read from the context
    launch.work(settings_of(ctx, log_level=None), concurrency=concurrency)
