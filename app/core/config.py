"""Settings, read once from the environment; every default is safe in production."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Settings:
    """What an installation decides. One database serves one city."""

    instance: Path
    database_url: str
    secret_key: str
    city_code: str = "440600"
    city_zone: ZoneInfo = SHANGHAI
    basemap_url: str | None = None
    basemap_crs: str = "gcj02"
    secure_cookies: bool = False
    proxies: int = 0
    public_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "wangge@localhost"
    mail_folder: Path | None = None
    body_limit: int = 1 * 1024 * 1024
    photo_limit: int = 12 * 1024 * 1024
    session_idle_hours: int = 12
    session_days: int = 7
    testing: bool = False


def load_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `WANGGE_*` variables, `DATABASE_URL` and the instance folder."""
    instance = Path(env.get("WANGGE_INSTANCE", "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    return Settings(
        instance=instance,
        database_url=driver_url(env.get("DATABASE_URL") or f"sqlite:///{instance / 'wangge.sqlite'}"),
        secret_key=env.get("WANGGE_SECRET_KEY") or _kept_secret(instance / "secret.key"),
        city_code=env.get("WANGGE_CITY", "440600"),
        city_zone=ZoneInfo(env.get("WANGGE_ZONE", "Asia/Shanghai")),
        basemap_url=env.get("WANGGE_BASEMAP_URL") or None,
        basemap_crs=env.get("WANGGE_BASEMAP_CRS", "gcj02"),
        secure_cookies=env.get("WANGGE_HTTPS", "") == "1",
        proxies=int(env.get("WANGGE_PROXIES", "0")),
        public_url=env.get("WANGGE_PUBLIC_URL") or None,
        smtp_url=env.get("WANGGE_SMTP_URL") or None,
        mail_from=env.get("WANGGE_MAIL_FROM", "wangge@localhost"),
        mail_folder=Path(env.get("WANGGE_MAIL_FOLDER") or instance / "mail").resolve(),
    )


def driver_url(url: str) -> str:
    """Name psycopg 3 as the driver of a plain PostgreSQL address."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["wangge"]
    return found


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
