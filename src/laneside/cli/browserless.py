"""A collector without a browser: the terminal's own pages, asked for as JSON over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Self

import httpx2

Json = dict[str, Any]
POLL_S = 0.05
BUSY_S_MAX = 60.0


class RefusedError(Exception):
    """The terminal rejected an action; the text is the one that its page shows."""


class Browserless:
    """Act on one terminal as its page does: same addresses, cookies, CSRF token and revisions."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, headers={"accept": "application/json"}, timeout=30.0)
        self._csrf = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def login(self, operator_id: str, password: str, *, work_date: date, shift: int = 1) -> None:
        """Log in; RefusedError tells why not."""
        self._csrf = self.session()["csrf"]
        self.post(
            "/login", operator_id=operator_id, password=password, shift=str(shift), work_date=work_date.isoformat()
        )
        self._csrf = self.session()["csrf"]

    def logout(self) -> None:
        """Close the shift."""
        self.post("/logout")

    def session(self) -> Json:
        """Return the CSRF token, who is on duty and which lanes are offered."""
        return self._json(self._client.get("/session"))

    def status(self) -> Json:
        """Return what the top line shows: queue, list, PSAM, battery."""
        return self._json(self._client.get("/status"))

    def view(self) -> Json | None:
        """Return the passage in work."""
        view: Json | None = self._json(self._client.get("/linkage")).get("view")
        return view

    def act(self, action: str, **fields: str) -> Json:
        """Do one action of the linkage page and wait until the reader is quiet again."""
        view = self.view()
        if view is not None:
            fields["revision"] = str(view["revision"])
        self.post(f"/linkage/{action}", **fields)
        return self.quiet()

    def quiet(self) -> Json:
        """Wait while the reader is busy; return the passage as it is then."""
        deadline = time.monotonic() + BUSY_S_MAX
        while time.monotonic() < deadline:
            view = self.view()
            if view is None:
                return {}
            if view["activity"] == "none":
                return view
            time.sleep(POLL_S)
        raise RefusedError("the reader is still busy after a minute")

    def photo(self, jpeg: bytes, *, live: bool) -> Json:
        """Hand in a photo."""
        files = {"photo": ("photo.jpg", jpeg, "image/jpeg")}
        data = {"csrf": self._csrf, "live": "1" if live else "0"}
        self._accepted(self._client.post("/linkage/photo", data=data, files=files))
        return self.quiet()

    def detail(self, passage_id: str) -> Json:
        """Return everything that the terminal keeps of one vehicle."""
        detail: Json = self._json(self._client.get(f"/records/{passage_id}"))["detail"]
        return detail

    def fetch(self, path: str, headers: Mapping[str, str]) -> httpx2.Response:
        """Get a page or file as this collector's browser would."""
        return self._client.get(path, headers=headers)

    def picture(self) -> bytes:
        """Return what the demo's camera sees."""
        answer = self._client.get("/demo/camera.jpg")
        answer.raise_for_status()
        return answer.content

    def post(self, path: str, **fields: str | list[str]) -> Json:
        """Post a form; RefusedError tells what the page would show."""
        return self._accepted(self._client.post(path, data={"csrf": self._csrf, **fields}))

    def _accepted(self, answer: httpx2.Response) -> Json:
        body = self._json(answer)
        if not body.get("ok", True):
            raise RefusedError(str(body["rejected"]["text"]["zh"]))
        return body

    @staticmethod
    def _json(answer: httpx2.Response) -> Json:
        if answer.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise RefusedError(f"the terminal answered {answer.status_code} without JSON")
        body: Json = answer.json()
        return body


def until(true: Callable[[], bool], *, within_s: float) -> bool:
    """Wait until something holds; False when the time is over."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
