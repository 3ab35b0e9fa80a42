"""The machine that figures belong to, described so that it could be anybody's."""

import os
import platform
from importlib.metadata import version

PACKAGES = ("msal", "cryptography", "starlette", "uvicorn", "ipykernel", "nbval")


def described() -> dict[str, str]:
    """Cores, system, Python and the packages that matter; and how busy the machine was (1-minute load)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    about = {
        "cores": str(cores),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }
    if hasattr(os, "getloadavg"):
        about["load before"] = f"{os.getloadavg()[0]:.1f}"
    return about


def as_markdown(about: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())
