"""Whoever types a text into every widget of a kernel that takes any, as the page would send it. It runs in the kernel.

A widget of a kind that nobody has thought of yet is an error: say here what a person can do with it.
"""

import re
from collections.abc import Iterable

import anywidget
import ipywidgets
from ipywidgets.widgets import widget as registry

from course.accessibility import KeyboardGuard
from course.secret_field import SecretField

# The guard's script only says of which field it has taken a secret out.
SHOWN_ONLY = (ipywidgets.HTML, ipywidgets.Box, ipywidgets.Layout, ipywidgets.Style, KeyboardGuard)
PRESSED = ipywidgets.Button
CHOSEN = ipywidgets.Dropdown
TYPED = (ipywidgets.Text, ipywidgets.Password, SecretField)

# What the script of a widget of our own says when it sends to the kernel what a person does.
SENDS = re.compile(r"\.(set|save_changes|send)\(|\binvoke\(")


def type_everywhere(text: str) -> list[str]:
    """Type into every field, with each choice of each list, then press every button; return the fields' labels.

    Raises:
        TypeError: there is a widget that this typist doesn't know how to use.
    """
    widgets = list(registry._instances.values())
    unknown = {type(widget).__name__ for widget in widgets if not _known(widget)}
    if unknown:
        raise TypeError(f"Say in tests/notebooks/typist.py what a person can do with {', '.join(sorted(unknown))}.")
    fields = [widget for widget in widgets if isinstance(widget, TYPED)]
    for listed in (widget for widget in widgets if isinstance(widget, CHOSEN)):
        chosen = listed.value
        for choice in range(len(listed.options)):
            listed.set_state({"index": choice})
            _type(text, fields)
        listed.value = chosen
    _type(text, fields)
    # The last one first: it saves what was typed, before another fills in something else.
    for button in reversed([widget for widget in widgets if isinstance(widget, PRESSED)]):
        button.click()
    return [field.description for field in fields]


def _known(widget: ipywidgets.Widget) -> bool:
    if isinstance(widget, (*SHOWN_ONLY, PRESSED, CHOSEN, *TYPED)):
        return True
    return isinstance(widget, anywidget.AnyWidget) and SENDS.search(str(widget._esm)) is None


def _type(text: str, fields: Iterable[ipywidgets.Widget]) -> None:
    for field in fields:
        if isinstance(field, SecretField):
            field._handle_custom_msg({"secret": text}, [])
        else:
            field.set_state({"value": text})
