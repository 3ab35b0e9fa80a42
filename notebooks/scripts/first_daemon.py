"""A daemon as one writes it first. It works, as long as nothing happens.

    python first_daemon.py SETTINGS FOLDER

SETTINGS is a file like .env. FOLDER is where finished jobs are written down,
in jobs.jsonl, a line each.
"""

import json
import sys
import time
from pathlib import Path

import msal
import requests
from dotenv import dotenv_values

settings = {
    "INSTANCE": "https://login.microsoftonline.com",
    "SCOPE": "https://graph.microsoft.com/.default",
    "API_ENDPOINT": "https://graph.microsoft.com/v1.0/users",
}
given = dotenv_values(sys.argv[1], interpolate=False)
settings |= {name: value for name, value in given.items() if value}
jobs = Path(sys.argv[2]) / "jobs.jsonl"

app = msal.ConfidentialClientApplication(
    settings["CLIENT_ID"],
    authority=settings["INSTANCE"] + "/" + settings["TENANT"],
    client_credential=settings["CLIENT_SECRET"],
    instance_discovery=settings.get("INSTANCE_DISCOVERY") != "no",
)
token = app.acquire_token_for_client([settings["SCOPE"]])["access_token"]
url, headers = settings["API_ENDPOINT"], {"Authorization": "Bearer " + token}

number = 0
while True:
    number += 1
    answer = requests.get(url, headers=headers, timeout=10)
    users = len(answer.json()["value"])
    done = {"job": number, "users": users, "at": time.time()}
    with jobs.open("a", encoding="utf-8") as file:
        file.write(json.dumps(done) + "\n")
    time.sleep(float(settings.get("INTERVAL") or 5))
