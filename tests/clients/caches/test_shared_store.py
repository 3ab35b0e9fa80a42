"""The store that servers share: the same with a real Redis and with a folder of files."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import msal
import pytest
import redis

from scripts import shared_store
from scripts.token_writer import an_answer
from tests.clients.caches.conftest import need_redis


def test_what_was_set_is_there_for_its_time_and_no_longer(store):
    store.set("tokens:ada", "é", ex=1)
    assert store.get("tokens:ada") == "é"
    assert store.ttl("tokens:ada") == 1
    deadline = time.monotonic() + 5
    while store.get("tokens:ada") is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert store.get("tokens:ada") is None
    assert store.ttl("tokens:ada") == -2


def test_keys_are_kept_apart_and_deleted_alone(store):
    store.set("tokens:ada", "1", ex=60)
    store.set("tokens:../ada", "2", ex=60)
    store.set("tokens:ada", "3", ex=90)
    store.delete("tokens:../ada")
    assert (store.get("tokens:ada"), store.get("tokens:../ada"), store.ttl("tokens:ada")) == ("3", None, 90)


def test_a_token_cache_comes_back_whole(store):
    cache = msal.SerializableTokenCache()
    cache.add(an_answer("app", 1))
    store.set("tokens:ada", cache.serialize(), ex=60)
    back = msal.SerializableTokenCache()
    back.deserialize(store.get("tokens:ada"))
    (token,) = back.search("AccessToken", target=["scope-1"])
    assert token["client_id"] == "app"


def test_the_courses_own_redis_listens_on_a_private_socket_and_ends_when_it_is_closed():
    need_redis()
    store = shared_store.open_store()
    assert store.config_get("port") == {"port": "0"}
    socket = Path(store.config_get("unixsocket")["unixsocket"])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    store.close()
    assert not socket.parent.exists()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(unix_socket_path=str(socket)).ping()


def test_a_redis_of_ones_own_is_taken_by_its_url_and_left_running(monkeypatch, tmp_path):
    program = need_redis()
    socket = tmp_path / "mine.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", ""]
    server = subprocess.Popen([program, *options], cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        mine = redis.Redis(unix_socket_path=str(socket), decode_responses=True)
        deadline = time.monotonic() + 10
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        monkeypatch.setenv("REDIS_URL", f"unix://{socket}")
        store = shared_store.open_store()
        store.set("tokens:ada", "here", ex=60)
        store.close()
        assert mine.get("tokens:ada") == "here"
        mine.close()
    finally:
        server.terminate()
        server.wait()


def test_a_url_that_nobody_answers_is_an_error_and_no_silent_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path / 'nobody.sock'}")
    with pytest.raises(redis.ConnectionError):
        shared_store.open_store()


def test_without_the_redis_package_there_is_the_folder():
    code = "import sys; sys.modules['redis'] = None; from scripts import shared_store; print(shared_store.open_store().kind)"
    folder = Path(shared_store.__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.stdout == f"{shared_store.FOLDER}\n", ran.stderr
