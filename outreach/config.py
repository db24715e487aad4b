"""Settings: everything that differs from one machine to another, read once at start from the environment.

Each name is read as `OUTREACH_<NAME>` (and `DATABASE_URL`, `PORT` as hosts usually give them). Defaults are safe for one
machine and one person; what would be unsafe in public is refused in production, with one sentence for each fault.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """At most twenty settings; a value that cannot work is refused before the first request."""

    model_config = SettingsConfigDict(
        env_prefix="OUTREACH_", populate_by_name=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "test", "production"] = "development"
    instance: Path = PROJECT / "instance"
    database_url: str = Field("", validation_alias=AliasChoices("OUTREACH_DATABASE_URL", "DATABASE_URL"))
    secret_key: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    # Unknown until it is said: one too few and every visitor has the proxy's address, one too many and anybody can forge theirs.
    trusted_proxies: int | None = Field(None, ge=0, le=5)

    mail_transport: Literal["files", "smtp"] = "files"
    mail_from: str = "Outreach <no-reply@outreach.example.org>"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False

    session_hours: int = Field(12, ge=1, le=24 * 30)
    solve_seconds: int = Field(60, ge=1, le=3600)
    solve_workers: int = Field(2, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def production(self) -> bool:
        """True where strangers can reach the pages."""
        return self.environment == "production"

    @property
    def database(self) -> str:
        """SQLAlchemy's URL: SQLite inside the instance folder unless told otherwise; `postgres://` means psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{self.instance.resolve() / 'outreach.sqlite3'}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    @model_validator(mode="after")
    def _refuse_what_cannot_work(self) -> Settings:
        faults = []
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            faults.append(
                "OUTREACH_PUBLIC_URL must be an address such as https://outreach.example.org, without a path."
            )
        if self.production:
            if len(self.secret_key.get_secret_value()) < 32:
                faults.append("OUTREACH_SECRET_KEY must hold at least 32 characters in production.")
            if parts.scheme != "https":
                faults.append("OUTREACH_PUBLIC_URL must begin with https:// in production.")
            if self.mail_transport != "smtp":
                faults.append(
                    "OUTREACH_MAIL_TRANSPORT must be smtp in production: letters in files reach nobody."
                )
            if self.trusted_proxies is None:
                faults.append(
                    "OUTREACH_TRUSTED_PROXIES must say in production how many proxies of yours stand in front; 0 for none."
                )
        if faults:
            raise ValueError(" ".join(faults))
        return self

    def secret(self) -> str:
        """The key that signs cookies; on one machine a random key is made once and kept in the instance folder."""
        given = self.secret_key.get_secret_value()
        if given:
            return given
        self.instance.mkdir(parents=True, exist_ok=True)
        kept = self.instance / "secret_key"
        try:
            with kept.open("x") as file:
                kept.chmod(0o600)
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        return kept.read_text()
