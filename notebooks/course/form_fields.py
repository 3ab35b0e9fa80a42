"""The fields of the registration form: label, help and content of each, live and stored.

A text that looks like a secret stands in no field: a field's content can be saved with the notebook, as widget state.
The secret's own field has its text in the kernel only, see `course.secret_field`.

https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets

from . import clouds, static_html
from .accessibility import Kind, StatusLine
from .problem import Problem
from .redaction import MASK, Redaction
from .registration import Registration
from .secret_field import SecretField

CLOUDS = {cloud.name: cloud.instance for cloud in clouds.CLOUDS}
AUDIENCES = {
    "organizations": "Any organisation (organizations)",
    "common": "Any organisation, and personal Microsoft accounts (common)",
    "consumers": "Personal Microsoft accounts only (consumers)",
}
THIS_TENANT = "This tenant only"
CREDENTIALS = {
    "secret": "Client secret",
    "certificate": "Certificate",
    "none": "None (public client)",
}
# A person who types a secret goes on after it was taken out, and looks up once it is finished.
_PAUSE_SECONDS = 3
_TYPED_AT_ONCE = 3
WIDE = widgets.Layout(width="auto", max_width="480px")


@dataclass(frozen=True, kw_only=True)
class FieldText:
    """A field's label, its help, and the key in `.env` whose problems it shows."""

    label: str
    help: str
    key: str


TEXTS = {
    "instance": FieldText(
        label="Instance",
        key="INSTANCE",
        help="The URL of the identity provider: which of Microsoft's clouds signs you in.",
    ),
    "other_instance": FieldText(
        label="Instance URL",
        key="INSTANCE",
        help="The host of another identity provider, starting with https and without a path.",
    ),
    "audience": FieldText(
        label="Sign-in audience",
        key="TENANT",
        help="Whose accounts may sign in. The client credentials flow works with one tenant only.",
    ),
    "tenant": FieldText(
        label="Tenant",
        key="TENANT",
        help="The directory, by its ID (a GUID) or one of its domains. Admin center: Overview, Directory (tenant) ID.",
    ),
    "client_id": FieldText(
        label="Client ID",
        key="CLIENT_ID",
        help="The app's own GUID, given at registration. Admin center: Overview, Application (client) ID.",
    ),
    "public_client_id": FieldText(
        label="Public client ID",
        key="PUBLIC_CLIENT_ID",
        help="The client ID of the app that runs on people's own devices and holds no secret.",
    ),
    "credential": FieldText(
        label="Credential",
        key="",
        help="What a confidential client proves its identity with. A public client has none.",
    ),
    "client_secret": FieldText(
        label="Client secret",
        key="CLIENT_SECRET",
        help="The secret's value, not its ID. Admin center: Certificates & secrets. The field empties when it has been "
        "read.",
    ),
    "client_certificate_path": FieldText(
        label="Certificate path",
        key="CLIENT_CERTIFICATE_PATH",
        help="A .pfx or .pem file with the private key. Its passphrase goes into .env: CLIENT_CERTIFICATE_PASSPHRASE.",
    ),
    "redirect_uri": FieldText(
        label="Redirect URI",
        key="REDIRECT_URI",
        help="Where Entra sends the user back to. A desktop app registers http://localhost.",
    ),
    "scope": FieldText(
        label="Scope",
        key="SCOPE",
        help="What is asked for. For the client credentials flow: the API's identifier, followed by /.default.",
    ),
    "name": FieldText(
        label="Name of the new app",
        key="",
        help="What the app is called in the admin center and on consent pages.",
    ),
}


class Field(widgets.VBox):
    """A control under its label, with visible help and a status line for its value's problems."""

    def __init__(self, control: widgets.Widget, text: FieldText):
        self.control = control
        self.text = text
        self._status = StatusLine()
        self._before = ""
        self._typing_until = 0.0
        control.description = text.label
        control.layout = WIDE
        super().__init__([control, help_text(text.help), self._status])
        self.add_class("course-field")

    def show(self, problems: Iterable[Problem], note: str = "") -> None:
        """Show the problems of this field's key, after `note` if there is one."""
        notes: list[tuple[Kind, str]] = [("plain", note)] if note else []
        cautions: list[tuple[Kind, str]] = [("caution", p.message) for p in problems if p.key == self.text.key]
        self._status.say(*notes, *cautions)

    def takes_out(self, redaction: Redaction) -> bool:
        """Empty the field if a secret was put into it, or is still being typed; whether it was."""
        text, now = self.control.value, time.monotonic()
        typed = len(text) <= len(self._before) + _TYPED_AT_ONCE
        goes_on = typed and now < self._typing_until
        if not text or not (goes_on or redaction.setting(text) != text):
            self._before = text
            return False
        self._typing_until = now + _PAUSE_SECONDS if typed else 0.0
        self.control.value = self._before = ""
        return True

    @property
    def visible(self) -> bool:
        """Whether the field is on the page; a hidden one is also hidden from screen readers."""
        return self.layout.display != "none"

    @visible.setter
    def visible(self, visible: bool) -> None:
        self.layout.display = None if visible else "none"


def help_text(text: str) -> widgets.HTML:
    """A line of visible help below a control."""
    return widgets.HTML(f'<div class="course-help">{escape(text)}</div>')


def controls() -> dict[str, widgets.Widget]:
    """The fields' controls, in the order of the form. An empty value of a list means: see the field after it."""
    return {
        "instance": widgets.Dropdown(options=[*CLOUDS.items(), ("Another identity provider", "")]),
        "other_instance": widgets.Text(),
        "audience": widgets.Dropdown(options=[(THIS_TENANT, ""), *_labelled(AUDIENCES)]),
        "tenant": widgets.Text(),
        "client_id": widgets.Text(),
        "public_client_id": widgets.Text(),
        "credential": widgets.Dropdown(options=_labelled(CREDENTIALS)),
        "client_secret": SecretField(),
        "client_certificate_path": widgets.Text(),
        "redirect_uri": widgets.Text(),
        "scope": widgets.Text(),
    }


def _labelled(choices: dict[str, str]) -> list[tuple[str, str]]:
    return [(label, value) for value, label in choices.items()]


def contents(registration: Registration) -> dict[str, str]:
    """The fields' values by their names; empty where a secret stands in the wrong place."""
    known = registration.instance in CLOUDS.values()
    audience = registration.tenant if registration.tenant in AUDIENCES else ""
    values = {
        "instance": registration.instance if known else "",
        "other_instance": "" if known else registration.instance,
        "audience": audience,
        "tenant": "" if audience else registration.tenant,
        "client_id": registration.client_id,
        "public_client_id": registration.public_client_id,
        "credential": _credential(registration),
        "client_certificate_path": registration.client_certificate_path or "",
        "redirect_uri": registration.redirect_uri,
        "scope": registration.scope,
    }
    return {name: "" if MASK in value else value for name, value in values.items()}


def stored(registration: Registration) -> dict[str, str]:
    """The values as a stored notebook may show them."""
    shown = contents(registration)
    return {
        "instance": registration.instance,
        "audience": AUDIENCES.get(shown["audience"], THIS_TENANT),
        "tenant": _identifier(registration.tenant),
        "client_id": _identifier(registration.client_id),
        "public_client_id": _identifier(registration.public_client_id),
        "credential": CREDENTIALS[shown["credential"]],
        "client_secret": MASK if registration.client_secret else "(empty)",
        "client_certificate_path": _path(registration.client_certificate_path),
        "redirect_uri": registration.redirect_uri,
        "scope": static_html.mask_guids(registration.scope, "id"),
    }


def _credential(registration: Registration) -> str:
    if registration.client_certificate_path:
        return "certificate"
    return "secret" if registration.client_secret or registration.mode == "practice" else "none"


def _identifier(text: str) -> str:
    if not text:
        return "(empty)"
    return static_html.A_GUID if static_html.is_guid(text) else text


def _path(path: str | None) -> str:
    return path if path == MASK else static_html.VARIES if path else "(empty)"
