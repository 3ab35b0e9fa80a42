"""Dataclass fields for secrets: code that names the field gets the text; nothing that shows the object has it.

A notebook stores what a cell shows, and `repr`, `vars`, `asdict`, `pprint` and `pickle` show an object whole.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

MASK = "****"
_REQUIRED = object()


# asdict and astuple go into a dataclass, and copy any other text.
@dataclass(init=False, repr=False, eq=False)
class Unshown(str):
    """A text that a cell, a debugger and a dataclass's dictionary show as `****`."""

    shown: str = MASK

    def __repr__(self) -> str:
        return MASK


class _Sealed:
    """The value in the object's dictionary."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return MASK

    def __copy__(self) -> "_Sealed":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Sealed":
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A tenant's secrets cannot be pickled: the pickle would hold them in plain text.")


class Confidential:
    """Makes a dataclass field confidential: a text, a tuple of texts, or None.

    https://docs.python.org/3/library/dataclasses.html#descriptor-typed-fields

    Args:
        default: the field's default; without one, the field is required.
    """

    def __init__(self, default: object = _REQUIRED) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is not None:
            return vars(instance)[self._name].value
        if self._default is _REQUIRED:
            # How a descriptor tells dataclasses that there is no default.
            raise AttributeError(self._name)
        return self._default

    def __set__(self, instance: object, value: object) -> None:
        vars(instance)[self._name] = _Sealed(_unshown(value))


def _unshown(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_unshown, value))
    return Unshown(value) if isinstance(value, str) else value
