"""Print the first user's name, and how many requests that took."""

import argparse
import pickle
import sys
from pathlib import Path

import msal

sys.path.append(str(Path(__file__).parents[1]))  # where the course is
from course import Registration

parser = argparse.ArgumentParser()
parser.add_argument("--token-cache", type=Path)
parser.add_argument("--http-cache", type=Path)
files = parser.parse_args()

token_cache, http_cache = msal.SerializableTokenCache(), {}
if files.token_cache and files.token_cache.exists():
    token_cache.deserialize(files.token_cache.read_text(encoding="utf-8"))
if files.http_cache and files.http_cache.exists():
    try:
        http_cache = pickle.loads(files.http_cache.read_bytes())
    except Exception:
        http_cache = {}  # damaged: start empty

registration = Registration.load()
app = msal.ConfidentialClientApplication(
    registration.client_id,
    authority=registration.authority,
    client_credential=registration.client_secret.value,
    http_client=registration.http,
    token_cache=token_cache,
    http_cache=http_cache,
)
result = app.acquire_token_for_client(registration.scopes)
if "access_token" not in result:
    sys.exit(result["error_description"])
for_msal = len(registration.http.trace)

headers = {"Authorization": "Bearer " + result["access_token"]}
user = registration.http.get(registration.api_endpoint, headers=headers).json()["value"][0]
print(user["displayName"])
print(f"token from {result['token_source']}, requests by MSAL: {for_msal}")

if files.http_cache:
    files.http_cache.write_bytes(pickle.dumps(http_cache))
