"""HTTP with JSON, to the programs on this machine."""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PATIENCE_S = 10.0


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status


class Web:
    """One server. `authority` is the PEM that its certificate is checked against."""

    def __init__(self, address: str, authority: Path | None = None) -> None:
        self.address = address.rstrip("/")
        self.authority = authority
        self._context: ssl.SSLContext | None = None

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """The answer's JSON, or its text where it is none."""
        text = self.text(method, path, body, headers)
        try:
            return json.loads(text)
        except ValueError:
            return text

    def cookie(self, path: str, body: object) -> str:
        """Signs in by a POST; returns the cookie to send from then on."""
        with self._send("POST", path, body, None) as answer:
            return str(answer.headers["Set-Cookie"]).split(";")[0]

    def text(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> str:
        """The answer as text."""
        with self._send(method, path, body, headers) as answer:
            return str(answer.read().decode(errors="replace"))

    def _send(self, method: str, path: str, body: object, headers: dict[str, str] | None) -> Any:
        if self.authority and self._context is None:
            self._context = ssl.create_default_context(cafile=str(self.authority))
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})} if data else (headers or {})
        request = urllib.request.Request(self.address + path, data, sent, method=method)
        try:
            return urllib.request.urlopen(request, timeout=PATIENCE_S, context=self._context)
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from error

    def answers(self, path: str) -> bool:
        """Whether it is there."""
        try:
            self.text("GET", path)
        except (OSError, Refused):
            return False
        return True
