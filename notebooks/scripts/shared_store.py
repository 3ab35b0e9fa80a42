"""One place for token caches that servers share: Redis, or else a folder.

`open_store` takes the server that REDIS_URL names. Without one it starts
Debian's `redis-server` for this notebook alone, on a socket that only you can
open. Where there is neither, a folder does the same for one computer.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path

REDIS = "Redis"
FOLDER = "a folder of files"


class FolderStore:
    """As much of redis.Redis as a token cache needs, in files.

    There is one for each key, good until its time is up.
    """

    kind = FOLDER

    def __init__(self, folder: Path):
        self._folder = folder

    def set(self, key: str, value: str, ex: int) -> None:
        """Keep the value for `ex` seconds."""
        path = self._path(key)
        path.write_text(value, encoding="utf-8")
        os.utime(path, (time.time(), time.time() + ex))

    def get(self, key: str) -> str | None:
        """The value; None if there is none, or if its time is up."""
        if self.ttl(key) <= 0:
            return None
        return self._path(key).read_text(encoding="utf-8")

    def ttl(self, key: str) -> int:
        """The seconds that a key is kept for; -2 as in Redis: there is none."""
        try:
            left = self._path(key).stat().st_mtime - time.time()
        except FileNotFoundError:
            return -2
        return max(round(left), 0) or -2

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, key: str) -> Path:
        return self._folder / sha256(key.encode()).hexdigest()


def open_store():
    """A store with `set(key, value, ex=seconds)`, `get`, `ttl` and `delete`.

    `close` ends it; its `kind` says which it is.

    Raises redis.ConnectionError if the server of REDIS_URL does not answer.
    """
    if url := os.environ.get("REDIS_URL"):
        return _connected(url)
    folder = Path(tempfile.mkdtemp(prefix="shared-store-"))
    server = _start_server(folder)
    if not server:
        return FolderStore(folder)
    return _connected(f"unix://{folder / 'redis.sock'}", server, folder)


def _connected(
    url: str, server: subprocess.Popen | None = None, folder: Path | None = None
):
    import redis

    class Store(redis.Redis):
        kind = REDIS

        def close(self) -> None:
            super().close()
            if server:
                server.terminate()
                server.wait()
                shutil.rmtree(folder, ignore_errors=True)

    store = Store.from_url(url, decode_responses=True)
    if server:
        atexit.register(store.close)
    store.ping()
    return store


def _start_server(folder: Path) -> subprocess.Popen | None:
    """redis-server on a socket in the folder, without a port or a file.

    None where it can't be started.
    """
    program = shutil.which("redis-server")
    try:
        import redis  # noqa: F401
    except ImportError:
        return None
    if program is None:
        return None
    socket = folder / "redis.sock"
    options = [
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--unixsocketperm",
        "600",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    server = subprocess.Popen(
        [program, *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        if socket.exists():
            return server
        if server.poll() is not None:
            return None
        time.sleep(0.05)
    server.terminate()
    return None
