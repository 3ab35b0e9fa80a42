"""The names of the tenant's endpoints, for faults and counters."""

GRAPH = "graph"

# The prefix of the control API's paths.
CONTROL_PATH = "/control/"

# By the end of the path; a tenant, a run's key, or both come before it.
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

# Endpoints whose requests name an app.
WITH_APP = ("token", "devicecode", "authorize", GRAPH)


def endpoint_of(path: str) -> str | None:
    """The name of the authority's endpoint at a path; None for other paths, such as a page of the sign-in."""
    path = path.lower()
    return next((name for end, name in _ENDS if path.endswith(end)), None)
