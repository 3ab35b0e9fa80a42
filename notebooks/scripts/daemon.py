"""A daemon: it lists a tenant's users, again and again, whatever happens.

    python daemon.py SETTINGS FOLDER

SETTINGS is a file like .env, read again before each job, so that a new secret
counts at once. It needs TENANT, CLIENT_ID and a credential; the environment
wins over it. FOLDER is where the finished jobs (jobs.jsonl) and the token cache
are kept.
"""

import json
import logging
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import msal
import requests
from dotenv import dotenv_values

log = logging.getLogger("daemon")

# What may stand in the environment instead of SETTINGS.
NAMES = (
    "INSTANCE",
    "TENANT",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_CERTIFICATE_PATH",
    "CLIENT_CERTIFICATE_PASSPHRASE",
    "SCOPE",
    "API_ENDPOINT",
)
# A national cloud has a Microsoft Graph of its own.
GRAPHS = {
    "login.microsoftonline.us": "graph.microsoft.us",
    "login.usgovcloudapi.net": "graph.microsoft.us",
    "login.partner.microsoftonline.cn": "microsoftgraph.chinacloudapi.cn",
    "login.chinacloudapi.cn": "microsoftgraph.chinacloudapi.cn",
}


class NotNow(Exception):
    """The job has to be tried again, not before `wait` seconds have passed."""

    def __init__(self, reason, wait=0):
        super().__init__(reason)
        self.wait = wait


class Daemon:
    """One application and one session, as long as the settings are the same."""

    def __init__(self, settings_file, folder):
        self.settings_file, self.folder = Path(settings_file), Path(folder)
        self.jobs = self.folder / "jobs.jsonl"
        self.cache_file = self.folder / "token_cache.json"
        self.cache = read_cache(self.cache_file)
        self.session = requests.Session()
        self.settings = self.app = None

    def run(self):
        """Do one job after the other; what can't be done now is done later."""
        number, failures = last_number(self.jobs) + 1, 0
        while True:
            try:
                self.do_job(number)
                number, failures = number + 1, 0
                wait = self.interval
            except NotNow as later:
                failures += 1
                wait = max(later.wait, back_off(failures, self.interval))
                log.warning("job %d: %s; again in %.1f s", number, later, wait)
            time.sleep(wait)

    def do_job(self, number):
        """Count the users, and write down that it is done."""
        self.read_settings()
        users = self.count_users(self.token())
        with self.jobs.open("a", encoding="utf-8") as file:
            done = {"job": number, "users": users, "at": time.time()}
            file.write(json.dumps(done) + "\n")

    def read_settings(self):
        """Make a new application if the settings changed, and only then."""
        settings = settings_in(self.settings_file)
        if settings == self.settings:
            return
        self.interval = float(settings.get("INTERVAL", 5))
        try:
            self.app = msal.ConfidentialClientApplication(
                settings["CLIENT_ID"],
                authority=f"{settings['INSTANCE']}/{settings['TENANT']}",
                client_credential=credential(
                    settings, self.settings_file.parent
                ),
                token_cache=self.cache,
                instance_discovery=settings.get("INSTANCE_DISCOVERY") != "no",
            )
        except KeyError as error:
            raise NotNow(f"no application: {error} is missing") from error
        # No network, a wrong tenant, a file that isn't there or doesn't open.
        except (OSError, ValueError, TypeError) as error:
            raise NotNow(f"no application: {type(error).__name__}") from error
        self.settings = settings

    def token(self):
        """An access token, from MSAL each time: it knows how long one lasts."""
        try:
            result = self.app.acquire_token_for_client(
                self.settings["SCOPE"].split()
            )
        # No network, a server error, an answer that is no JSON: each may pass.
        except Exception as error:
            raise NotNow(f"no token: {type(error).__name__}") from error
        save_cache(self.cache, self.cache_file)
        if "access_token" not in result:
            names = ("error", "error_codes", "correlation_id")
            told = (str(result.get(name)) for name in names)
            raise NotNow(f"no token: {' '.join(told)}")
        return result["access_token"]

    def count_users(self, token):
        """How many users the tenant has, page by page."""
        url, count = self.settings["API_ENDPOINT"], 0
        while url:
            answer = self.get(url, token)
            count += len(answer["value"])
            url = answer.get("@odata.nextLink")
        return count

    def get(self, url, token):
        """One page; a refusal says how long to wait."""
        try:
            headers = {"Authorization": "Bearer " + token}
            answer = self.session.get(url, headers=headers, timeout=10)
        except requests.RequestException as error:
            raise NotNow(f"no answer: {type(error).__name__}") from error
        if answer.status_code == 401:
            # The API knows better than the clock: don't offer this token again.
            self.app.remove_tokens_for_client()
        if answer.status_code != 200:
            raise NotNow(
                f"the API answered {answer.status_code}",
                int(answer.headers.get("Retry-After", 0)),
            )
        return answer.json()


def settings_in(file):
    """The settings by name, with defaults for what may be left out."""
    given = dotenv_values(file, interpolate=False, encoding="utf-8-sig")
    given |= {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    given = {name: value for name, value in given.items() if value}
    instance = given.get("INSTANCE", "https://login.microsoftonline.com")
    graph = GRAPHS.get(urlsplit(instance).hostname, "graph.microsoft.com")
    defaults = {
        "SCOPE": f"https://{graph}/.default",
        "API_ENDPOINT": f"https://{graph}/v1.0/users",
    }
    return defaults | given | {"INSTANCE": instance.rstrip("/")}


def credential(settings, folder):
    """What proves who the app is: a certificate if it has one, or a secret.

    A relative path starts at *folder*, that of the settings; ~ is your home.
    """
    path = settings.get("CLIENT_CERTIFICATE_PATH")
    if not path:
        return settings["CLIENT_SECRET"]
    path = folder / os.path.expanduser(path)
    passphrase = settings.get("CLIENT_CERTIFICATE_PASSPHRASE")
    content = path.read_bytes()
    if b"-----BEGIN" not in content:
        return {"private_key_pfx_path": str(path), "passphrase": passphrase}
    pem = content.decode(errors="replace")
    return {
        "private_key": pem,
        "public_certificate": pem,
        "passphrase": passphrase if "ENCRYPTED" in pem else None,
    }


def back_off(failures, interval, longest=20):
    """Twice as long after each failure, up to *longest* intervals.

    Never in step with other programs.
    """
    return interval * min(2**failures, longest) * random.uniform(0.8, 1.2)


def read_cache(path):
    """The token cache as it was saved; an empty one instead of half of one."""
    cache = msal.SerializableTokenCache()
    try:
        cache.deserialize(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        cache = msal.SerializableTokenCache()
    return cache


def save_cache(cache, path):
    """Replace the file, all of it or none of it; only its owner may read it."""
    if cache.has_state_changed:
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(cache.serialize())
        os.replace(temporary, path)


def last_number(jobs):
    """The number of the last finished job, 0 before the first."""
    lines = (
        jobs.read_text(encoding="utf-8").splitlines() if jobs.exists() else []
    )
    return json.loads(lines[-1])["job"] if lines else 0


if __name__ == "__main__":
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout
    )
    Daemon(*sys.argv[1:]).run()
