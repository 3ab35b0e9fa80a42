"""The machine that figures belong to, described so that it could be anybody's."""

import os
import platform
import ssl
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil
from cryptography.hazmat.backends.openssl import backend

PACKAGES = ("msal", "cryptography", "starlette", "uvicorn", "ipykernel", "nbval")


def described() -> dict[str, str]:
    """Processor, system, Python and the packages that matter; and how busy the machine was (1-minute load)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    about = {
        "processor": _processor(),
        "cores": str(cores),
        "memory": f"{psutil.virtual_memory().total / 1e9:.1f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "OpenSSL": f"{backend.openssl_version_text()} signs, {ssl.OPENSSL_VERSION} encrypts",
    }
    if hasattr(os, "getloadavg"):
        about["load before"] = f"{os.getloadavg()[0]:.1f}"
    return about


def _processor() -> str:
    """Its model, as the system calls it."""
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        return models[0] if models else platform.machine()
    if sys.platform == "darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return platform.processor()


def as_markdown(about: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())
