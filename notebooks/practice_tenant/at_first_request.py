"""A part of the tenant that is made when it is first asked, so that nobody waits at the start for what nobody asks."""

import threading
from collections.abc import Callable


class AtFirstRequest:
    """An ASGI application that another one stands in for, until the first request.

    Args:
        make: makes the application; it is called once, also where several threads ask at the same time. What only
            this part needs is imported there.
    """

    def __init__(self, make: Callable[[], Callable]):
        self._make = make
        self._making = threading.Lock()
        self._app: Callable | None = None

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        app = self._app or self._made()
        await app(scope, receive, send)

    def _made(self) -> Callable:
        with self._making:
            if self._app is None:
                self._app = self._make()
            return self._app
