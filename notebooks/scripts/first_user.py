"""Print the first user's name, and what MSAL needed for that.

That is how many requests, and how many milliseconds.
"""

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path

import http_cache_file
import msal
import requests

# MSAL looks for it when it makes its first app; that is not to be counted here.
with suppress(ImportError):
    import msal_extensions  # noqa: F401

sys.path.append(str(Path(__file__).parents[1]))  # where the course is
from course import Registration, trace

parser = argparse.ArgumentParser()
parser.add_argument("--token-cache", type=Path)
parser.add_argument("--http-cache", type=Path)
files = parser.parse_args()

token_cache = msal.SerializableTokenCache()
if files.token_cache:
    # No file yet, or a damaged one: start empty.
    with suppress(FileNotFoundError, ValueError):
        token_cache.deserialize(files.token_cache.read_text(encoding="utf-8"))
http_cache = http_cache_file.load(files.http_cache) if files.http_cache else {}

registration = Registration.load()
started = time.perf_counter()
app = msal.ConfidentialClientApplication(
    registration.client_id,
    authority=registration.authority,
    client_credential=registration.client_credential,
    token_cache=token_cache,
    http_cache=http_cache,
)
result = app.acquire_token_for_client(registration.scopes)
milliseconds = (time.perf_counter() - started) * 1000
if "access_token" not in result:
    sys.exit(result["error_description"])
sent = len(trace)

headers = {"Authorization": "Bearer " + result["access_token"]}
answer = requests.get(registration.api_endpoint, headers=headers)
print(answer.json()["value"][0]["displayName"])
print(
    f"token from {result['token_source']}, "
    f"requests by MSAL: {sent}, ≈ {milliseconds:.1f} ms"
)

if files.http_cache:
    http_cache_file.save(http_cache, files.http_cache)
