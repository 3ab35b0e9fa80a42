"""The tenant's endpoints by name: what a fault is for, and what requests are counted under."""

GRAPH = "graph"

# Before every path of the control API.
CONTROL_PATH = "/control/"

# By the end of the path: before it stand a tenant, a run's key, or both.
_ENDS = (
    ("/oauth2/v2.0/token", "token"),
    ("/.well-known/openid-configuration", "discovery"),
    ("/discovery/v2.0/keys", "keys"),
    ("/discovery/keys", "keys"),
    ("/discovery/instance", "instance"),
    ("/oauth2/v2.0/devicecode", "devicecode"),
    ("/oauth2/v2.0/authorize", "authorize"),
)

ENDPOINTS = (*dict.fromkeys(name for _, name in _ENDS), GRAPH)

# Those whose requests say which app asks: in a form, in the query, or in an access token.
WITH_FORM = ("token", "devicecode", "authorize")
WITH_APP = (*WITH_FORM, GRAPH)


def endpoint_of(path: str) -> str | None:
    """The name of the authority's endpoint at a path; None for one that has none, such as a page of the sign-in."""
    return next((name for end, name in _ENDS if path.endswith(end)), None)
