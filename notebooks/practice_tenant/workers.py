"""Several processes that answer on the same ports, for a tenant that many people share: ``serve --workers n``.

They share the state file, the certificates and the tokens of the run. Each has sockets of its own, among which Linux
spreads the connections; a shared one would go to whoever is quickest, with all that wait on it. The process that
started them answers nothing: it waits, and ends when one of them does.
"""

import asyncio
import os
import select
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace

from .directory.store import Directory
from .failures import sentence
from .listeners.sockets import bind_again
from .server import Listeners, serve
from .state import DATABASE

MOST = 64


def refusal(count: int) -> str | None:
    """Why this computer can't have so many; None if it can."""
    if count > 1 and sys.platform != "linux":
        return (
            f"--workers {count}: several processes share a port on Linux only. Leave it out; one process answers then."
        )
    return None


def serve_with_workers(listeners: Listeners, count: int, ready: Callable[[], None]) -> bool:
    """Answer from several processes until Ctrl-C or SIGTERM; calls *ready* once all of them answer.

    Args:
        listeners: of a tenant whose state is in a folder; its directory can't be used in this process afterwards.

    Returns:
        Whether they ended because they were told to.
    """
    sets = [(listeners.https, listeners.http)]
    sets += [(bind_again(listeners.https), bind_again(listeners.http)) for _ in range(count - 1)]
    # SQLite's connections can't be taken along into another process (sqlite.org/howtocorrupt.html, section 2.6).
    listeners.state.directory.close()
    # That nobody holds "told" any more tells the workers to stop, also if this process was killed.
    asked, told = os.pipe()
    stops: list[int] = []

    def stop(number: int, _: object) -> None:
        if not stops:
            os.close(told)
        stops.append(number)

    workers = [_start(listeners, sets, index, asked, told) for index in range(count)]
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    said = [said for _, said in workers]
    if all(os.read(worker, 1) for worker in said):
        ready()
        # They say nothing more: an end of file is the end of one of them.
        select.select(said, [], [])
    by_itself = not stops
    if by_itself:
        os.close(told)
    failed = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process, _ in workers]
    return not by_itself and not any(failed)


def _start(listeners: Listeners, sets: list, index: int, asked: int, told: int) -> tuple[int, int]:
    """Start one worker; its process ID, and what says with a byte that it answers."""
    said, saying = os.pipe()
    process = os.fork()
    if process:
        os.close(saying)
        return process, said
    status = 1
    try:
        os.close(told)
        _work(listeners, sets, index, asked, saying)
        status = 0
    except sqlite3.OperationalError as error:
        # It could be used when all of it started.
        print(sentence(error), file=sys.stderr)
    except BaseException:  # noqa: BLE001 - whatever it is, this process has nobody to raise it to
        traceback.print_exc()
    finally:
        # Nothing that the process it was made from wanted to do at its end is done here.
        sys.stderr.flush()
        os._exit(status)


def _work(listeners: Listeners, sets: list, index: int, asked: int, saying: int) -> None:
    # A socket that is open here but not listened to would keep its share of the connections waiting.
    for other in (*sets[:index], *sets[index + 1 :]):
        for bound in (*other[0], *other[1]):
            bound.close()
    directory = Directory(listeners.state.folder / DATABASE)
    https, http = sets[index]
    own = replace(
        listeners,
        app=listeners.new_app(directory),
        state=replace(listeners.state, directory=directory),
        https=https,
        http=http,
    )

    def ready() -> None:
        asyncio.get_running_loop().add_reader(asked, os.kill, os.getpid(), signal.SIGTERM)
        os.write(saying, b".")

    serve(own, ready)
