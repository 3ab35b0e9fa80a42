"""What the fields of the registration form hold for a registration, and how a stored notebook shows it.

A text that looks like a secret stands in no field: what is in a field can be saved with the notebook, as widget state.
"""

from . import static_html
from .form_fields import AUDIENCES, CLOUDS, CREDENTIALS, THIS_TENANT
from .problem import looks_like_a_secret
from .registration import Registration
from .secret import MASK


def is_misplaced(name: str, text: str) -> bool:
    """Whether a text is perhaps a secret that was pasted into the field of this name, where it doesn't belong."""
    # A long path has letters of both kinds and digits too; a client secret of Entra has no slash.
    is_path = name == "client_certificate_path" and "/" in text
    return looks_like_a_secret(text) and not is_path


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
    return {name: "" if is_misplaced(name, value) else value for name, value in values.items()}


def stored(registration: Registration) -> dict[str, str]:
    """The values as a stored notebook may show them."""
    shown = contents(registration)
    return {
        "instance": masked(registration.instance),
        "audience": AUDIENCES.get(shown["audience"], THIS_TENANT),
        "tenant": _identifier(registration.tenant),
        "client_id": _identifier(registration.client_id),
        "public_client_id": _identifier(registration.public_client_id),
        "credential": CREDENTIALS[shown["credential"]],
        "client_secret": MASK if registration.client_secret else "(empty)",
        "client_certificate_path": static_html.VARIES if registration.client_certificate_path else "(empty)",
        "redirect_uri": masked(registration.redirect_uri),
        "scope": static_html.mask_guids(masked(registration.scope), "id"),
    }


def masked(text: str) -> str:
    """A text as it is, or `****` if it looks like a secret."""
    return MASK if looks_like_a_secret(text) else text


def _credential(registration: Registration) -> str:
    if registration.client_certificate_path:
        return "certificate"
    return "secret" if registration.client_secret or registration.mode == "practice" else "none"


def _identifier(text: str) -> str:
    if not text:
        return "(empty)"
    return static_html.A_GUID if static_html.is_guid(text) else masked(text)
