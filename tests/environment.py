"""The environment of tests, kernels and the refresh command, without the user's own values.

It imports the standard library only, so the environment is complete before the course loads.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERMETIC = ROOT / "tests" / "hermetic"

# The learner's values: every key of env.example (a test compares the two lists).
SETTINGS = (
    "COURSE_MODE",
    "INSTANCE",
    "TENANT",
    "CLIENT_ID",
    "PUBLIC_CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_CERTIFICATE_PATH",
    "CLIENT_CERTIFICATE_PASSPHRASE",
    "REDIRECT_URI",
    "SCOPE",
    "API_ENDPOINT",
)

# What MSAL and Python's TLS read by themselves: course/surroundings.py has the same list (a test compares the two), which
# can't be imported here.
PLATFORM = (
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
    "SSLKEYLOGFILE",
)

# What else changes how requests travel, where Jupyter looks, and where the learner's browser is thought to be.
SURROUNDINGS = (
    *PLATFORM,
    "AZURE_AUTHORITY_HOST",
    "AZURE_REGIONAL_AUTHORITY_NAME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REDIS_URL",
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_PATH",
    "JUPYTERHUB_SERVICE_PREFIX",
    "CODESPACES",
    "COLAB_RELEASE_TAG",
    "COURSE_BROWSER",
    "NETRC",
)

REMOVED = frozenset(SETTINGS + SURROUNDINGS)


def hermetic(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """A copy of an environment without the user's values, with every state folder below `folder`.

    It only names the folders: each program makes the ones it needs, as on a learner's first day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in environment.items() if name.upper() not in REMOVED}
    python_path = [str(HERMETIC), *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    # A scripted person opens sign-in pages even if a kernel is not headless, and in the cloud. "&" runs it in the
    # background, so the program that opened a page can wait for the answer.
    person = (ROOT / "notebooks" / "course" / "person.py").as_posix()
    return kept | {
        "BROWSER": f'"{Path(sys.executable).as_posix()}" "{person}" %s &',
        "PRACTICE_TENANT_HOME": str(folder / "tenant"),
        "COURSE_HOME": str(folder / "course"),
        "COURSE_ENV_FILE": str(folder / ".env"),
        "COURSE_WORK": str(folder / "work"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter" / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "jupyter" / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "jupyter" / "workspaces"),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(python_path)),
    }


def enter(folder: Path) -> None:
    """Make this process's own environment hermetic."""
    environment = hermetic(folder)
    os.environ.clear()
    os.environ.update(environment)
