"""The REST interface of doccano, as far as we need it: token login, time limits, retries, and no trust in answers."""

from __future__ import annotations

import io
import ipaddress
import json
import time
import zipfile
from collections.abc import Iterator, Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests

from sayso.errors import DoccanoError

__all__ = ["Client", "is_exposed"]

Row = dict[str, Any]
TIMEOUT = (10.0, 300.0)
"""Seconds to connect, and to wait for an answer."""
TRIES = 4
"""How often a question that changes nothing is asked of a server that does not answer."""
PAUSE = 0.5
"""Seconds before the second try; doubled before each further one."""


def is_exposed(url: str) -> bool:
    """Whether a password sent there could be read on the way: plain http to another machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    return parts.scheme == "http" and not here


class Client:
    """One user's session with a server."""

    def __init__(self, url: str, username: str, password: str) -> None:
        """Log in.

        Raises:
            DoccanoError: the server does not answer, is no doccano, or the password is wrong.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise DoccanoError("the address must look like https://doccano.example.org, without a name or a password")
        self.url = url.rstrip("/")
        self._session = requests.Session()
        # The token is enough; with a session cookie beside it the server would ask for a CSRF token too.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        body = {"username": username, "password": password}
        answer = self._ask("POST", "auth/login/", safe=True, json=body)
        if answer.status_code in (400, 401, 403):
            raise DoccanoError(f"{self.url} does not let {username!r} in: is the password right?")
        token = self._json(answer).get("key")
        if not isinstance(token, str):
            raise DoccanoError(f"{self.url} answers the login, but not as doccano does")
        self._session.headers["Authorization"] = f"Token {token}"

    # -- questions and answers

    def _ask(self, method: str, path: str, *, safe: bool, **arguments: Any) -> requests.Response:
        """One request; a safe one, which changes nothing, is asked again while the server fails or is silent."""
        pause, what = PAUSE, f"{method} {self.url}/v1/{path}"
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._session.request(method, f"{self.url}/v1/{path}", timeout=TIMEOUT, **arguments)
            except (requests.ConnectionError, requests.Timeout) as error:
                if not safe or attempt == TRIES:
                    raise DoccanoError(f"{what}: no answer ({type(error).__name__}) in {attempt} tries") from error
            except requests.RequestException as error:
                raise DoccanoError(f"{what}: {type(error).__name__}") from error
            else:
                if answer.status_code < 500 or not safe or attempt == TRIES:
                    return answer
            time.sleep(pause)
            pause *= 2
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def _json(self, answer: requests.Response) -> Any:
        what = f"{answer.request.method} {answer.url.split('?')[0]}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            # A route that doccano does not know is answered 200 with its web page.
            raise DoccanoError(f"{what}: a web page came back ({answer.status_code}): is this doccano 1.8.4?")
        if answer.status_code >= 400:
            raise DoccanoError(f"{what}: {answer.status_code} {answer.text[:300]}")
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError as error:
            raise DoccanoError(f"{what}: the answer is no JSON: {answer.text[:100]!r}") from error

    def get(self, path: str, **params: Any) -> Any:
        """An object or a list."""
        return self._json(self._ask("GET", path, safe=True, params=params))

    def post(self, path: str, body: Any = None) -> Any:
        """Make something; never tried twice."""
        return self._json(self._ask("POST", path, safe=False, json={} if body is None else body))

    def delete(self, path: str, body: Any = None) -> None:
        """Remove something."""
        self._json(self._ask("DELETE", path, safe=False, json=body))

    def pages(self, path: str, **params: Any) -> Iterator[Row]:
        """All results of a list that comes in pages."""
        offset = 0
        while True:
            page = self.get(path, limit=1000, offset=offset, **params)
            yield from page["results"]
            offset += len(page["results"])
            if not page["results"] or offset >= page["count"]:
                return

    def _wait(self, task: str, seconds: float = 3600) -> Any:
        limit, pause = time.monotonic() + seconds, 0.05
        while time.monotonic() < limit:
            state = self.get(f"tasks/status/{task}")
            if state["ready"]:
                if state["error"]:
                    raise DoccanoError(f"the server's task failed: {str(state['error'])[:300]}")
                return state["result"]
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)
        raise DoccanoError("the server's task does not end: does its worker run?")

    # -- examples

    def upload(self, project: int, rows: Sequence[Row], task: str, label: str = "label") -> None:
        """Store rows as examples.

        Args:
            task: `RelationExtraction` or `DocumentClassification`.
            label: the column of the labels.
        """
        # ASCII, so that no encoding can go wrong; one object a line, so that no sign in a text can break one.
        data = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows).encode("ascii")
        files = {"filepond": ("rows.jsonl", data, "application/jsonl")}
        sent = self._ask("POST", "fp/process/", safe=False, files=files)
        if sent.status_code >= 400 or len(sent.text) > 64:
            raise DoccanoError(f"{self.url} did not take the file: {sent.status_code} {sent.text[:200]}")
        body = {
            "format": "JSONL", "task": task, "uploadIds": [sent.text], "encoding": "utf_8", "column_data": "text",
            "column_label": label,
        }  # fmt: skip
        result = self._wait(self.post(f"projects/{project}/upload", body)["task_id"])
        if result and result.get("error"):
            raise DoccanoError(f"the server refused some rows: {str(result['error'])[:300]}")

    def confirmed(self, project: int, rows: Sequence[Row]) -> set[int]:
        """The ids of those downloaded examples that are confirmed.

        The server says quickly how many are, and slowly which: it is asked for the latter only where some are not.
        """
        count = self.get(f"projects/{project}/examples", confirmed="true", limit=1)["count"]
        if count in (0, len(rows)):
            return {row["id"] for row in rows} if count else set()
        return {row["id"] for row in self.download(project, confirmed=True)}

    def download(self, project: int, *, confirmed: bool = False) -> list[Row]:
        """All examples with their annotations, or only the confirmed ones."""
        body = {"format": "JSONL", "exportApproved": confirmed}
        task = self._json(self._ask("POST", f"projects/{project}/download", safe=True, json=body))["task_id"]
        self._wait(task)
        answer = self._ask("GET", f"projects/{project}/download", safe=True, params={"taskId": task})
        try:
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                texts = [archive.read(name).decode("utf-8") for name in sorted(archive.namelist())]
            # Never splitlines(): a text may hold other line separators.
            return [json.loads(line) for text in texts for line in text.split("\n") if line]
        except (zipfile.BadZipFile, ValueError) as error:
            raise DoccanoError(f"{self.url}: the download of project {project} is damaged: {error}") from error
