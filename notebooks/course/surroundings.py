"""The variables of a platform that MSAL and Python's TLS read by themselves, besides the learner's own values.

On App Service, Azure ML, a cluster or a machine of a company they are set, and cells then show other things than the
text says. In practice they are set aside, for this kernel and the programs that it starts; live they are left alone.
"""

import os
import sys

# MSAL 1.39: application.py, region.py, managed_identity.py, cloudshell.py. A test compares the list with its source.
READ_BY_MSAL = (
    "AZUREPS_HOST_ENVIRONMENT",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSAL_FORCE_REGION",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "REGION_NAME",
)
# Where Python notes the keys of its TLS connections. Without the right to write there, it can't make any.
READ_BY_TLS = ("SSLKEYLOGFILE",)
VARIABLES = (*READ_BY_MSAL, *READ_BY_TLS)

# Where MSAL looks for the agent of Azure Arc. That is no variable, so nothing can be set aside.
_ARC_AGENTS = {
    "linux": "/opt/azcmagent/bin/himds",
    "win32": r"${ProgramFiles}\AzureConnectedMachineAgent\himds.exe",
}

_aside: dict[str, str] = {}


def set_aside() -> None:
    """Take the variables out of this process's environment. Idempotent; an empty one counts, as it does for MSAL."""
    _aside.update({name: os.environ.pop(name) for name in VARIABLES if name in os.environ})


def put_back() -> None:
    """Undo ``set_aside``, for a kernel that goes live."""
    os.environ.update(_aside)
    _aside.clear()


def notices(mode: str) -> tuple[str, ...]:
    """What the learner should know of the surroundings: names, never values, because some are secrets."""
    names = ", ".join(name for name in VARIABLES if name in _aside or name in os.environ)
    if mode == "live":
        return (f"Your environment has {names}. They can change what the cells show.",) if names else ()
    said = [f"For practice, this kernel sets aside what your environment has in {names}."] if names else []
    if _has_arc_agent():
        said.append(
            "This computer has the agent of Azure Arc. MSAL asks that agent for a managed identity's tokens, and not the "
            "practice tenant: the cells of notebook 03 about a managed identity show an error."
        )
    return tuple(said)


def _has_arc_agent() -> bool:
    return os.path.exists(os.path.expandvars(_ARC_AGENTS.get(sys.platform, "")))
