"""What ipywidgets leave open for people who use a keyboard or a screen reader in JupyterLab.

`StatusLine` announces messages (WAI-ARIA 1.2, role `status`; WCAG 2.2, 4.1.3). `KeyboardGuard` keeps JupyterLab from
taking single keys, such as `b` or an arrow, from a focused control, and ties each control to its help and its messages.
"""

from pathlib import Path
from typing import Literal

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"

Kind = Literal["plain", "good", "caution"]


class StatusLine(anywidget.AnyWidget):
    """A place for messages, each of which a screen reader announces when it appears."""

    _esm = _STATIC / "status_line.js"
    _css = _STATIC / "status_line.css"

    messages = traitlets.List().tag(sync=True)

    def say(self, *messages: tuple[Kind, str]) -> None:
        """Show these messages in place of the former ones; without any, show nothing."""
        self.messages = [{"kind": kind, "text": text} for kind, text in messages]


class KeyboardGuard(anywidget.AnyWidget):
    """An invisible widget: as a child of a box, it looks after every control in that box.

    What looks like a secret is taken out of a text field before it is in the browser's model of the field; then the
    message `{"taken_out": label}` comes.

    A control inside a box of class `course-field` is described by the elements of class `course-help` and by the
    status lines in the same box, and is marked invalid while one of those lines cautions.
    """

    _esm = _STATIC / "keyboard_guard.js"
