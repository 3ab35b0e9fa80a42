"""Cells that hunt for a secret: what a learner, a debugger or a variable inspector may make of each object of the course.

A cell is an expression. `shown` returns all that a notebook would store of it, also with variables in its traceback.
"""

import contextlib
import copy
import dataclasses
import inspect
import io
import json
import pickle
import pprint
import re
import sys
from collections.abc import Iterator

import ipywidgets
from IPython.core.formatters import DisplayFormatter
from IPython.core.ultratb import VerboseTB
from IPython.lib.pretty import pretty

_DISPLAY = DisplayFormatter()
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def print_each(value: object) -> None:
    """Print what an object holds, name by name."""
    for name, part in vars(value).items():
        print(name, part, repr(part))


def fail_with(value: object) -> None:
    """Fail while variables hold an object."""
    held = {"value": value}
    raise ValueError(f"{value} {value!r} {held}")


def state(value: ipywidgets.Widget) -> str:
    """What JupyterLab saves of a widget and of all that it shows."""
    parts = [*getattr(value, "children", ()), *filter(None, [getattr(value, "control", None)])]
    return json.dumps(value.get_state(), default=repr) + "".join(map(state, parts))


TOOLS = {
    tool.__name__: tool
    for tool in (copy, dataclasses, inspect, json, pickle, pprint, pretty, print_each, fail_with, state)
}

# What a cell makes of the object X: of any, of one with a dictionary, of a dataclass, of a widget.
OF_ANY = (
    *("X", "repr(X)", "str(X)", "print(X)", "pretty(X)", "f'{X} {X!r} {X!s:>9}'", "'%s %r' % (X, X)", "[X, {'x': X}]"),
    *("fail_with(X)", "inspect.getmembers(X)", "pprint.pformat([X], width=20)"),
)
OF_A_DICTIONARY = ("vars(X)", "pprint.pformat(vars(X), width=20)", "vars(copy.copy(X))")
OF_PARTS = ("print_each(X)", "json.dumps(vars(X), default=str)", "pickle.dumps(X)", "print(*vars(X).values())")
OF_A_DATACLASS = (
    *("dataclasses.asdict(X)", "dataclasses.astuple(X)", "print(*dataclasses.astuple(X))", "dataclasses.replace(X)"),
    *("json.dumps(dataclasses.asdict(X), default=str)", "pprint.pformat(dataclasses.asdict(X), width=20)"),
)


def cells(subjects: dict[str, object], plain: dict[str, object]) -> Iterator[str]:
    """Every expression to hunt with.

    Args:
        subjects: objects of the course, by the expressions that name them.
        plain: objects of MSAL's, which hold a secret as the text that it asked for. It shows as `****`; printed by its
            name, or written by json or pickle, it is the text.
    """
    for subject, value in {**subjects, **plain}.items():
        has_dictionary = hasattr(value, "__dict__")
        for views, apply in (
            (OF_ANY, True),
            (OF_A_DICTIONARY, has_dictionary),
            (OF_PARTS, has_dictionary and subject in subjects),
            (OF_A_DATACLASS, dataclasses.is_dataclass(value)),
            (("state(X)",), isinstance(value, ipywidgets.Widget)),
        ):
            yield from (re.sub(r"\bX\b", lambda _, subject=subject: subject, view) for view in views if apply)
        yield from (f"{subject}.{name}" for name in dir(value) if not _is_method(value, name))


def _is_method(value: object, name: str) -> bool:
    return name.startswith("_") or callable(inspect.getattr_static(value, name, None))


def shown(cell: str, namespace: dict[str, object]) -> str:
    """What a notebook would show and store of a cell."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            print(*_DISPLAY.format(eval(cell, TOOLS | namespace)))
        except Exception:  # noqa: BLE001 - what a cell raises is shown too
            print(*VerboseTB().structured_traceback(*sys.exc_info()), sep="\n")
    return _COLOUR.sub("", printed.getvalue())
