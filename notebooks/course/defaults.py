"""What a registration value is that was not given."""

from collections.abc import Mapping

from .clouds import WORLDWIDE, cloud_of_instance
from .problem import plain
from .secret import Secret

DEFAULTS = {
    "INSTANCE": WORLDWIDE.instance,
    "REDIRECT_URI": "http://localhost",
    "SCOPE": f"{WORLDWIDE.graph}/.default",
    "API_ENDPOINT": f"{WORLDWIDE.graph}/v1.0/users",
}


def defaults_of(given: Mapping[str, str | Secret]) -> dict[str, str]:
    """The defaults beside the values that were given: scope and API are those of the instance's own cloud."""
    cloud = cloud_of_instance(plain(given.get("INSTANCE", ""))) or WORLDWIDE
    return {key: value.replace(WORLDWIDE.graph, cloud.graph) for key, value in DEFAULTS.items()}
