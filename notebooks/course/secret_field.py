"""A field for a secret, whose text never enters the model that the browser keeps of a widget.

JupyterLab can save that model with the notebook at any time, also while the kernel is busy and can't empty a field.
So the field's own JavaScript sends the text to the kernel as a message, and empties the field itself.
https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
"""

from pathlib import Path

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"


class SecretField(anywidget.AnyWidget):
    """A password field: `value` is what was last typed, for observers in the kernel, which empty it again."""

    _esm = _STATIC / "secret_field.js"

    description = traitlets.Unicode().tag(sync=True)
    # Tells the browser that the kernel has read what it sent.
    read = traitlets.Int().tag(sync=True)
    # Without sync=True: only the kernel has it.
    value = traitlets.Unicode()

    def __init__(self, **options: object):
        super().__init__(**options)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict, buffers: list) -> None:
        secret = content.get("secret")
        if isinstance(secret, str):
            self.value = secret
            self.read += 1
