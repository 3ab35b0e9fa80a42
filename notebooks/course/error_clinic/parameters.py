"""What the parameters of the cases' programs are, as the box of a case tells it."""

from __future__ import annotations

from collections.abc import Mapping

# A case that gives one of these names to something else says so in its `given`.
_USUAL = {
    "practice": "`practice`, the registration's values",
    "make_app": "`make_app(...)`, which makes a confidential client with whatever else MSAL takes",
    "app": "`app`, a confidential client",
    "administrator": "`administrator`, who changes the registration with `add_secret()`, `grant(permission)` or "
    "`allow_public_client_flows()`",
    "browser": "`browser(url)`, which opens a page, lets a person sign in there, and returns what comes back",
    "person": "`person(flow)`, who enters the code of a device code flow and signs in",
    "network": "`network`, the way to the tenant: its address is `network.authority`, and `network.ca_file` and "
    "`network.public_ca_file` name files with certificate authorities",
    "wait": "`wait(seconds)`",
}


def explained(names: tuple[str, ...], own: Mapping[str, str]) -> str:
    """One line about the parameters *names*; *own* is what the case says about its own. Raises KeyError for an unknown one."""
    return "; ".join((_USUAL | own)[name] for name in names)
