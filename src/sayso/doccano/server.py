"""A doccano server on this machine alone: own environment, own secrets, no worker, loopback only.

It lives in the user's cache folder: `SAYSO_DOCCANO_HOME`, or `sayso/doccano` below the platform's cache folder.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.errors import DoccanoError
from sayso.storage import exclusive, remove_folder

__all__ = ["ADMIN", "PASSWORD", "Server", "down", "home", "password", "status", "up"]

ADMIN = "admin"
PASSWORD = "SAYSO_DOCCANO_PASSWORD"  # noqa: S105 - the name of a variable
PORT = 8899
START_SECONDS = 120

# Tasks run inside the web request, and their results are stored, so that the pages that ask for them go on working.
_SETTINGS = """
from config.settings.production import *
from config.settings.production import DATABASES
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_STORE_EAGER_RESULT = True
CELERY_TASK_EAGER_PROPAGATES = True
DATABASES["default"].setdefault("OPTIONS", {})["timeout"] = 120
"""
# Each upload is one transaction: stored whole or not at all, also if the server is killed. It writes first, so that it
# holds SQLite's lock from the start. A download does not ask the database twice for each relation, for ids that the
# relation has.
_WSGI = """
from config.wsgi import application
from data_export.models import ExportedRelation
from data_import.celery_tasks import import_dataset
from data_import.views import DatasetImportAPI
from django.db import transaction
from django.utils import timezone
from projects.models import Project
import_dataset.max_retries = 0
_post = DatasetImportAPI.post
def post(self, request, *args, **kwargs):
    with transaction.atomic():
        Project.objects.filter(pk=kwargs["project_id"]).update(updated_at=timezone.now())
        return _post(self, request, *args, **kwargs)
DatasetImportAPI.post = post
def to_dict(self):
    return {"id": self.id, "from_id": self.from_id_id, "to_id": self.to_id_id, "type": self.type.text}
ExportedRelation.to_dict = to_dict
"""
# The password comes by standard input: never on a command line.
_PREPARE = """
import os, sys
sys.path.insert(0, os.getcwd())
import django
django.setup()
from django.core import management
management.call_command("migrate", verbosity=0)
management.call_command("create_roles")
from django.contrib.auth.models import User
user, _ = User.objects.get_or_create(
    username="admin", defaults={"is_superuser": True, "is_staff": True, "email": "admin@localhost"})
user.set_password(sys.stdin.read())
user.save()
"""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        pid: of its process, the leader of its group.
        started: whether this call started it.
        new_password: the password, if this call made it up: it is shown once.
    """

    url: str
    pid: int
    started: bool = False
    new_password: str | None = None


def home() -> Path:
    """The folder of the server's environment, database and secrets."""
    given = os.environ.get("SAYSO_DOCCANO_HOME")
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sayso" / "doccano"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sayso" / "doccano"


def _secrets(folder: Path) -> tuple[dict[str, str], bool]:
    """The admin's password and the server's key, and whether the password was made up now."""
    path = folder / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    given = os.environ.get(PASSWORD)
    made_up = not given and "password" not in known
    wanted = {
        "password": given or known.get("password") or secrets.token_urlsafe(15),
        "key": known.get("key") or secrets.token_urlsafe(48),
    }
    if wanted != known:
        temporary = path.with_suffix(".tmp")
        temporary.unlink(missing_ok=True)
        # Nobody else may read it, from its first byte on.
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(wanted, file)
        temporary.replace(path)
    return wanted, made_up


def password() -> str | None:
    """The admin's password: of the environment, or that of the local server."""
    given = os.environ.get(PASSWORD)
    path = home() / "secrets.json"
    if given or not path.exists():
        return given
    return str(json.loads(path.read_text())["password"])


def status() -> Server | None:
    """The running local server, if there is one."""
    try:
        state: dict[str, Any] = json.loads((home() / "server.json").read_text())
        os.kill(state["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return Server(state["url"], state["pid"]) if _answers(state["url"]) else None


def _answers(url: str) -> bool:
    """Whether a doccano answers there: it lets nobody in without a token."""
    try:
        with urllib.request.urlopen(f"{url}/v1/me", timeout=5):  # noqa: S310 - loopback
            return False
    except urllib.error.HTTPError as error:
        return error.code in (401, 403)
    except OSError:
        return False


def up(progress: Progress) -> Server:
    """Start the server, installing it first if need be; a server that runs is found.

    Raises:
        DoccanoError: it could not be installed or does not start; the log's place is named.
        StorageError: another `up` is at work.
    """
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with exclusive(folder):
        running = status()
        if running:
            return running
        if not (folder / "venv" / ".complete").exists():
            _install(folder, progress)
        known, made_up = _secrets(folder)
        conf = folder / "conf"
        conf.mkdir(exist_ok=True)
        (conf / "sayso_settings.py").write_text(_SETTINGS)
        (conf / "sayso_wsgi.py").write_text(_WSGI)
        python = folder / "venv" / "bin" / "python"
        environment = {name: value for name, value in os.environ.items() if name != PASSWORD}
        environment |= {
            "DOCCANO_HOME": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": known["key"],
            "DEBUG": "False",
            "STANDALONE": "True",
            "PYTHONPATH": str(conf),
            "DJANGO_SETTINGS_MODULE": "sayso_settings",
        }
        backend = subprocess.run(  # noqa: S603 - our own environment
            [python, "-c", "import importlib.util as u; print(u.find_spec('backend').submodule_search_locations[0])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        log = folder / "doccano.log"
        progress("preparing the database")
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603
                [python, "-c", _PREPARE],
                input=known["password"].encode(),
                cwd=backend,
                env=environment,
                stdout=output,
                stderr=output,
                check=False,
            )
            if done.returncode:
                raise DoccanoError(f"the database could not be prepared: see {log}")
            with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
                database.execute("pragma journal_mode=wal")
            port = _free_port()
            progress("starting")
            url, pid_file = f"http://127.0.0.1:{port}", folder / "server.pid"
            pid_file.unlink(missing_ok=True)
            command: list[str | Path] = [
                *(python, "-m", "gunicorn", "--chdir", backend, "--bind", f"127.0.0.1:{port}", "--workers", "1"),
                *("--threads", "4", "--timeout", "3600", "--daemon", "--pid", pid_file, "--log-level", "warning"),
                *("--error-logfile", log, "--capture-output", "sayso_wsgi"),
            ]
            done = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)  # noqa: S603
        limit = time.monotonic() + START_SECONDS
        while done.returncode or not _answers(url):
            if done.returncode or time.monotonic() > limit:
                if pid_file.exists():
                    _stop(Server(url, int(pid_file.read_text())))
                raise DoccanoError(f"the server does not start: see {log}")
            time.sleep(0.2)
        pid = int(pid_file.read_text())
        (folder / "server.json").write_text(json.dumps({"url": url, "pid": pid}))
        return Server(url, pid, started=True, new_password=known["password"] if made_up else None)


def _free_port() -> int:
    """The usual port, or any that is free."""
    for port in (PORT, 0):
        with closing(socket.socket()) as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(listener.getsockname()[1])
    raise DoccanoError("no port of 127.0.0.1 is free")  # pragma: no cover


def _install(folder: Path, progress: Progress) -> None:
    """Make the server's environment from the pinned versions; a broken one is made anew."""
    # doccano's pins for 3.11 have no wheels for the later Pythons, which share theirs.
    lock = Path(__file__).parent / ("lock-py3.11.txt" if sys.version_info < (3, 12) else "lock-py3.12.txt")
    venv = folder / "venv"
    remove_folder(venv)
    progress("making an environment for doccano")
    log = folder / "install.log"
    total = len(lock.read_text().splitlines())
    with log.open("wb") as output:
        steps = (
            [sys.executable, "-m", "venv", str(venv)],
            # doccano's own limits on pandas and gunicorn are older than these Pythons, so the list is taken as it is.
            [str(venv / "bin" / "python"), "-m", "pip", "install", "--no-deps", "--disable-pip-version-check",
             "--progress-bar", "off", "-r", str(lock)],
        )  # fmt: skip
        for step in steps:
            with subprocess.Popen(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:  # noqa: S603
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                collected = 0
                for line in process.stdout:
                    output.write(line)
                    if line.startswith(b"Collecting"):
                        collected += 1
                        progress(f"installing doccano: package {collected} of {total}")
            if process.returncode:
                raise DoccanoError(f"doccano could not be installed: see {log}")
    (venv / ".complete").touch()


def _stop(running: Server) -> None:
    """End the server's processes: asked first, killed after half a minute."""
    for sign, seconds in ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(os.getpgid(running.pid), sign)
        except ProcessLookupError:
            return
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if not _answers(running.url) and _ended(running.pid):
                return
            time.sleep(0.1)


def _ended(pid: int) -> bool:
    """Whether a process is no more, or is a zombie that nobody has buried yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path("/proc") / str(pid) / "stat"
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def down() -> bool:
    """Stop the local server; False if none runs."""
    running = status()
    if running is None:
        return False
    _stop(running)
    (home() / "server.json").unlink(missing_ok=True)
    return True
