"""Git takes no file that holds a person's values, secrets, keys or tokens, whatever name they, an editor or a system gave it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environment import ROOT

SECRET = [
    *(".env", ".env.local", ".env.bak", ".env.live", ".env~", ".env.save", ".env.1a2b3c4d.tmp", ".env.swp", ".env.old"),
    *(".env-live", ".env_old", ".env copy", ".env (1)", ".env.txt", ".envrc", ".ENV", ".Env.Local", ".env2"),
    *("live.env", "live.env.bak", "live.env~", "my tenant.env", "LIVE.ENV", "prod.env.local", "Copy of .env", "env"),
    *(
        "env.local",
        "env.live",
        "env.txt",
        "env~",
        "env.bak",
        "Env.Live",
        "env-live",
        "#.env#",
        ".#.env",
        "env.example.bak",
    ),
    *("app.pem", "app.pem.bak", "app.PEM", "app.pem~", "app.pfx", "app.PFX", "app.Pfx.old", "app.p12", "app.P12"),
    *("app.p12.bak", "app.key", "app.KEY", "app.key.bak", "app.p8", "app.ppk", "app.jks", "id_rsa", "id_ed25519.bak"),
    *(
        "client_secret.json",
        "client_secret.txt",
        "secrets.json",
        "secrets.toml",
        "my-Secret.yaml",
        ".secrets",
        "secrets.yml",
    ),
    *("seeded-secrets.json", "tenant.sqlite3", "tenant.sqlite3-wal", "serve-8443.json", "serve-8443.pem"),
    *(
        "token_cache.bin",
        "cache.bin",
        "msal_cache.json",
        "token_cache.bin.bak",
        "cache.json",
        "my_token_cache.bin.lock",
    ),
    "local.settings.json",
]
KINDS = ("py", "ipynb", "md", "svg", "j2", "js", "css", "html", "toml", "txt", "yml", "mjs", "example")
OURS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (".github", ".binder", "images", "notebooks", "tests")
    for kind in KINDS
    for path in (ROOT / folder).rglob(f"*.{kind}")
    if not {"node_modules", ".venv", ".ipynb_checkpoints"} & set(path.parts)
)


@pytest.fixture(scope="module")
def ignored(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Those of all names that Git ignores, at the root and beside the notebooks."""
    if shutil.which("git") is None:
        pytest.skip("Git is not here.")
    folder = tmp_path_factory.mktemp("clone")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    shutil.copy(ROOT / ".gitignore", folder)
    names = [*SECRET, *(f"notebooks/{name}" for name in SECRET), *OURS, "env.example", "README.md", "requirements.txt"]
    # No excludes of the person's own.
    command = ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"]
    told = subprocess.run(
        command, cwd=folder, input="\0".join(names), check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return {name for name in told.stdout.split("\0") if name}


@pytest.mark.parametrize("name", SECRET)
def test_git_ignores(ignored: set[str], name: str):
    assert {name, f"notebooks/{name}"} <= ignored


def test_git_takes_the_repositorys_own_files(ignored: set[str]):
    assert len(OURS) > 300 and Path(ROOT, "env.example").is_file()
    assert ignored & {*OURS, "env.example", "README.md", "requirements.txt"} == set()
