"""JSON as the authority and the API send it."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class JsonAnswer(JSONResponse):
    """A JSON answer that names its charset and forbids guessing at its type, as recorded from Entra."""

    media_type = "application/json; charset=utf-8"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Add the header that every answer has."""
        super().init_headers({"X-Content-Type-Options": "nosniff"} | dict(headers or {}))
