"""A secret that can be handed on but not shown by accident.

A notebook keeps whatever a cell displays. So a client secret or a passphrase travels inside a `Secret`, which shows
itself as `****` everywhere and gives up its text only where somebody writes `.value`.
"""

import hmac
from typing import Any, NoReturn

MASK = "****"


class Secret:
    """A secret string: shown as `****`, compared in constant time, impossible to pickle, false when empty.

    >>> secret = Secret("correct horse")
    >>> secret
    ****
    >>> secret.value
    'correct horse'
    """

    # Not a dataclass: `dataclasses.asdict` of an object that holds a secret would unpack it into plain text.
    # Slots, so that `vars()` and variable inspectors find no dictionary to show.
    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"A secret is a string, not {type(value).__name__}.")
        object.__setattr__(self, "_value", value)

    @property
    def value(self) -> str:
        """The secret itself, as MSAL needs it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._encoded(), other._encoded())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("A secret cannot be changed. Make a new one.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A secret cannot be changed. Make a new one.")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A secret cannot be pickled: the pickle would hold it in plain text.")

    def _encoded(self) -> bytes:
        # An environment variable with undecodable bytes gives surrogates, which plain UTF-8 refuses.
        return self._value.encode("utf-8", "surrogatepass")
