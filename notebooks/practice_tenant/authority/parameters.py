"""Parameters that would change the meaning of a token, and that the practice tenant doesn't serve.

To ignore one would give another token than the client asked for. Other unknown parameters are ignored (RFC 6749
section 3.2).
"""

from collections.abc import Mapping

from .errors import AuthorityError

# https://learn.microsoft.com/entra/msal/dotnet/advanced/proof-of-possession-tokens,
# https://learn.microsoft.com/microsoftteams/platform/concepts/authentication/nested-authentication; MSAL's own sources
# name the other two.
_UNSERVED: Mapping[str, str] = {
    "req_cnf": "proof-of-possession tokens",
    "fmi_path": "federated managed identities",
    "brk_client_id": "nested app authentication",
    "return_spa_code": "second code for a page of a web app",
}


def require_served_parameters(form: Mapping[str, str]) -> None:
    """Refuse a request for another kind of token than the practice tenant has.

    Raises:
        AuthorityError: 901002 for ``resource``, the parameter of v1.0 endpoints; 90100 for the others.
    """
    if "resource" in form:
        raise AuthorityError(901002)
    kind = form.get("token_type", "Bearer")
    if kind.lower() != "bearer":
        raise AuthorityError(90100, name="token_type", what=f"tokens of type {kind}")
    for name, what in _UNSERVED.items():
        if name in form:
            raise AuthorityError(90100, name=name, what=what)
