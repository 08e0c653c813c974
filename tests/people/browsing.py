"""Somebody with a browser: cookies, and the anti-forgery token of the last page."""

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Browser:
    """Cookies are kept in the client; a page is asked for a fresh token before each form is sent."""

    app: Flask
    address: str = "10.0.0.1"
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.address}, **more)

    def token(self, page: str = "/sign-in") -> str:
        found = TOKEN.search(self.get(page, follow_redirects=True).get_data(as_text=True))
        assert found is not None, f"{page} has no form"
        return found[1]

    def post(self, path: str, token: str | None = "", **form: str) -> TestResponse:
        """Send a form; `token=None` sends none, "" a fresh one."""
        said = form if token is None else form | {"csrf_token": token or self.token()}
        return self.client.post(path, data=said, environ_base={"REMOTE_ADDR": self.address})

    def sign_in(self, username: str, password: str = PASSWORD, onward: str = "") -> TestResponse:
        return self.post(f"/sign-in{onward}", username=username, password=password)

    @property
    def signed_in(self) -> bool:
        return self.get("/api/v1/me").status_code == 200
