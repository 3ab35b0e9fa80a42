"""The registration form: every value of an app registration, checked while it is typed.

A secret is read once, as a message (`course.secret_field`), and what remains is a `Secret` that shows as `****`.
Text that looks like a secret is removed from every other field: in the browser, which is first, and here, where the
registration's own secrets are known.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import ipywidgets as widgets

from . import static_html
from .accessibility import KeyboardGuard, Kind, StatusLine
from .form_fields import TEXTS, WIDE, Field, contents, controls, help_text, stored
from .problem import redaction_of_settings
from .redaction import MASK, Redaction, Secret
from .registration import Registration, RegistrationError
from .signature import DiscoveryError, tenant_metadata

MODES = {
    "practice": "Practice: these values go to the practice tenant. An empty field stands for its own value.",
    "live": "Live: these values go to your own tenant.",
}
MISPLACED = "That looks like a secret, so it was taken out. A secret belongs in the field Client secret."
REGISTER_HELP = {
    "practice": "Registers a confidential client in the practice tenant, makes a secret and fills the form.",
    "live": "Only the practice tenant registers an app from here. In your own tenant, use the Microsoft Entra admin "
    "center.",
}


class _FormGuard(KeyboardGuard):
    _css = Path(__file__).parent / "static" / "form.css"


class RegistrationForm(widgets.VBox):
    """A form for the values of an app registration; `registration` is what they make together, at any time.

    Nothing raises: what goes wrong in a callback is a sentence in the form's status line.
    """

    def __init__(self, registration: Registration):
        self._registration = registration
        self._filling = False
        self._taken_out: set[str] = set()
        self._secret = Secret("")
        self._fields = {name: Field(control, TEXTS[name]) for name, control in controls().items()}
        self._authority = widgets.HTML()
        # Sent on blur: a click soon after fast typing would find only the first letter.
        self._name = Field(widgets.Text("My practice app", continuous_update=False), TEXTS["name"])
        self._status = StatusLine()
        self._fill(registration)
        for name, field in self._fields.items():
            read = self._read_secret if name == "client_secret" else partial(self._read_field, name)
            field.control.observe(self._safely(read), names="value")
        self._name.control.observe(self._safely(self._read_name), names="value")
        guard = _FormGuard()
        guard.on_msg(self._note_taken_out)
        super().__init__([*self._sections(), self._status, guard])
        self.add_class("course-form")

    @property
    def registration(self) -> Registration:
        """The registration with the values that the form holds now."""
        return self._registration

    def _sections(self) -> list[widgets.Widget]:
        mode = self._registration.mode
        register = self._button("Register a practice app", self._register)
        register.disabled = self._name.control.disabled = mode == "live"
        return [
            help_text(MODES[mode]),
            *self._fields.values(),
            self._authority,
            self._name,
            register,
            help_text(REGISTER_HELP[mode]),
            self._button("Test connection", self._test),
            help_text("Asks the authority for this tenant's metadata. No credential is sent."),
            self._button("Save to .env", self._save),
            help_text("Keeps the values, the secret too, in the file .env for every notebook of the course."),
        ]

    def _button(self, description: str, action: Callable[[], None]) -> widgets.Button:
        button = widgets.Button(description=description, layout=WIDE)
        button.on_click(self._safely(action))
        return button

    def _safely(self, action: Callable[[], None]) -> Callable[[object], None]:
        """Make a callback of `action` whose exceptions become a sentence."""

        def callback(_: object) -> None:
            if self._filling:
                return
            try:
                action()
            except Exception as error:  # noqa: BLE001 - a callback's traceback only reaches a hidden log
                explained = isinstance(error, RegistrationError | DiscoveryError | RuntimeError)
                self._say(str(error) if explained else f"{type(error).__name__}: {error}", "caution")

        return callback

    def _say(self, sentence: str, kind: Kind = "plain") -> None:
        self._status.say((kind, Redaction(secrets=self._secrets).text(sentence)))

    @property
    def _secrets(self) -> tuple[Secret, ...]:
        registration = self._registration
        return self._secret, registration.client_secret, registration.client_certificate_passphrase

    def _fill(self, registration: Registration) -> None:
        """Show the values of a registration made elsewhere."""
        self._registration = registration
        self._secret = registration.client_secret
        self._filling = True
        for name, value in contents(registration).items():
            self._fields[name].control.value = value
        self._filling = False
        self._values = self._read_values()
        self._refresh()

    def _read_field(self, name: str) -> None:
        self._take_out(name, self._fields[name])
        self._read()

    def _read_name(self) -> None:
        self._take_out("name", self._name)
        self._show_name()

    def _show_name(self) -> None:
        self._name.show((), MISPLACED if "name" in self._taken_out else "")

    def _take_out(self, name: str, field: Field) -> None:
        """Empty a text field that a secret was put into."""
        self._filling = True
        taken_out = isinstance(field.control, widgets.Text) and field.takes_out(redaction_of_settings(self._secrets))
        self._filling = False
        if taken_out:
            self._taken_out.add(name)
        elif field.control.value:
            self._taken_out.discard(name)

    def _note_taken_out(self, _: object, content: dict, buffers: list) -> None:
        """Say what the browser did."""
        for name, field in {**self._fields, "name": self._name}.items():
            if field.text.label == content.get("taken_out"):
                self._taken_out.add(name)
        self._show_name()
        self._refresh()

    def _read(self) -> None:
        values = self._read_values()
        changes = {name: value for name, value in values.items() if value != self._values[name]}
        self._values = values
        self._registration = self._registration.with_values(**changes)
        self._refresh()

    def _read_secret(self) -> None:
        field = self._fields["client_secret"].control
        if field.value:
            self._secret = Secret(field.value)
            field.value = ""
            self._read()

    def _read_values(self) -> dict[str, str | Secret | None]:
        """What the fields say, by the names of `Registration`; a hidden field says nothing."""
        value = {name: field.control.value for name, field in self._fields.items()}
        credential = value["credential"]
        return {
            "instance": value["instance"] or value["other_instance"],
            "tenant": value["audience"] or value["tenant"],
            "client_id": value["client_id"],
            "public_client_id": value["public_client_id"],
            "client_secret": self._secret if credential == "secret" else None,
            "client_certificate_path": value["client_certificate_path"] if credential == "certificate" else None,
            "redirect_uri": value["redirect_uri"],
            "scope": value["scope"],
        }

    def _refresh(self) -> None:
        value = {name: field.control.value for name, field in self._fields.items()}
        self._fields["other_instance"].visible = not value["instance"]
        self._fields["tenant"].visible = not value["audience"]
        self._fields["client_secret"].visible = value["credential"] == "secret"
        self._fields["client_certificate_path"].visible = value["credential"] == "certificate"
        registration = self._registration
        for name, field in self._fields.items():
            note = (
                _secret_note(self._secret) if name == "client_secret" else MISPLACED if name in self._taken_out else ""
            )
            # Problems of TENANT stand at the field that holds it: one of these two.
            elsewhere = name == "audience" and self._fields["tenant"].visible
            field.show(() if elsewhere else registration.problems, note)
        instance, tenant = map(escape, (registration.instance, registration.tenant))
        self._authority.value = (
            f'<div class="course-help">Instance <code>{instance}</code> and tenant <code>{tenant}</code> together are '
            f"the authority: <code>{instance}/{tenant}</code></div>"
        )
        shown = {field.text.key for field in self._fields.values() if field.visible}
        self._status.say(*(("caution", p.message) for p in registration.problems if p.key not in shown))

    def _register(self) -> None:
        from .administrator import Administrator

        name = self._name.control.value.strip()
        if not name:
            self._say("Give the new app a name first.", "caution")
            return
        self._fill(Administrator(registration=self._registration).register_app(name))
        self._say(f"Registered: {name}. Its client ID and a new secret are in the form.", "good")

    def _test(self) -> None:
        host, tenant = urlsplit(self._registration.instance).hostname, self._registration.tenant
        self._say(f"Asking {host} …")
        issuer = tenant_metadata(self._registration, tenant).get("issuer")
        if "{tenantid}" in str(issuer):
            answer = f"answers for {tenant}. It names no single tenant, so the issuer has a placeholder: {issuer}"
        else:
            answer = f"knows this tenant. The issuer of its tokens is {issuer}"
        self._say(f"{host} {answer}", "good")

    def _save(self) -> None:
        self._registration.save()
        self._say("Saved to .env. Notebooks started from now on read these values.", "good")

    def _repr_mimebundle_(self, **kwargs):
        rows = [(TEXTS[name].label, value, TEXTS[name].help) for name, value in stored(self._registration).items()]
        caption = f"Registration form ({self._registration.mode})"
        return static_html.with_fallback(
            super()._repr_mimebundle_(**kwargs),
            html=f"<div>{static_html.html_table(caption, ('field', 'value', 'what it is'), rows)}</div>",
            text=static_html.text_table(caption, rows),
        )


def _secret_note(secret: Secret) -> str:
    return f"A secret is set ({MASK})." if secret else "No secret is set."
