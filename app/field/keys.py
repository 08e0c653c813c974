"""Keys with which a phone seals what an inspector keeps on it; the first of a person stays for good.

The private key leaves the phone only wrapped by a secret that was made there. Both are given back to the
same person at the next sign-in, so that what is sealed on a shared phone can be opened again.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app import events
from app.core.db import Model, UtcDateTime, db
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.problems import Invalid

ALGORITHM = "RSA-OAEP-256"
FEWEST_BITS, MOST_BITS = 2048, 4096
PUBLIC_EXPONENT = "AQAB"
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
MEMBERS = frozenset({"public", "wrapped", "secret"})
BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,1000}")
IV_BYTES, SECRET_BYTES, MOST_WRAPPED = 12, 32, 8192


class FieldKey(Model):
    """A person's pair: the public key as JWK, the private one wrapped (JSON of iv and data), its secret."""

    __tablename__ = "field_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    public_jwk: Mapped[str] = mapped_column(Text)
    wrapped_private: Mapped[str] = mapped_column(Text)
    wrapping_secret: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Keys:
    """What a phone sends and gets back. `wrapped`: iv and data in base64; `secret`: 32 bytes in base64."""

    public: dict[str, Any]
    wrapped: dict[str, str]
    secret: str


def read_keys(body: dict[str, Any]) -> Keys:
    """The keys in a JSON body; raises Invalid naming each member."""
    faults = {
        "public": _fault_of_public(body.get("public")),
        "wrapped": _fault_of_wrapped(body.get("wrapped")),
        "secret": "" if _length(body.get("secret")) == SECRET_BYTES else _("32 bytes in base64."),
        **dict.fromkeys(body.keys() - MEMBERS, _("Nothing of this name is expected.")),
    }
    errors = {name: [fault] for name, fault in faults.items() if fault}
    if errors:
        raise Invalid(errors)
    public = {name: body["public"][name] for name in ("kty", "alg", "n", "e")}
    return Keys(public, dict(body["wrapped"]), body["secret"])


def keys_of(person_id: int) -> Keys | None:
    row = db.session.scalar(select(FieldKey).where(FieldKey.person_id == person_id))
    return None if row is None else _keys(row)


def keep_keys(keys: Keys, *, actor: Actor, now: datetime) -> tuple[Keys, bool]:
    """The person's keys, and whether they are these: whoever came first stays."""
    assert actor.id is not None
    known = keys_of(actor.id)
    if known is not None:
        return known, False
    row = FieldKey(
        person_id=actor.id,
        public_jwk=_text(keys.public),
        wrapped_private=_text(keys.wrapped),
        wrapping_secret=keys.secret,
        made_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another phone of the same person was first by a moment
        first = keys_of(actor.id)
        assert first is not None
        return first, False
    body = {"bits": _bits(keys.public["n"])}
    events.append("field.key_kept", f"person:{actor.public_id}", body, actor=actor, at=now)
    return keys, True


def _keys(row: FieldKey) -> Keys:
    return Keys(orjson.loads(row.public_jwk), orjson.loads(row.wrapped_private), row.wrapping_secret)


def _text(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _fault_of_public(jwk: Any) -> str:
    """What is wrong with the public key, or ""."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or jwk.get("alg") != ALGORITHM:
        return _("A public RSA key for RSA-OAEP-256 as JWK is expected.")
    if jwk.keys() & PRIVATE_MEMBERS:
        return _("This is a private key. It must never leave the device like this.")
    if jwk.get("e") != PUBLIC_EXPONENT or not FEWEST_BITS <= _bits(jwk.get("n")) <= MOST_BITS:
        return _("A key of %(least)s to %(most)s bits is expected.", least=FEWEST_BITS, most=MOST_BITS)
    return ""


def _bits(modulus: Any) -> int:
    """Of a base64url number without padding; 0 if it is none, or could be no product of two odd primes."""
    if not isinstance(modulus, str) or BASE64URL.fullmatch(modulus) is None:
        return 0
    try:
        number = int.from_bytes(base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)))
    except (ValueError, binascii.Error):
        return 0
    return number.bit_length() if number % 2 else 0


def _fault_of_wrapped(wrapped: Any) -> str:
    said = wrapped if isinstance(wrapped, dict) and wrapped.keys() == {"iv", "data"} else {}
    if _length(said.get("iv")) == IV_BYTES and 0 < _length(said.get("data")) <= MOST_WRAPPED:
        return ""
    return _("iv (12 bytes) and data (at most 8,192 bytes) in base64.")


def _length(text: Any) -> int:
    """Bytes of a base64 text; -1 if it is none."""
    if not isinstance(text, str) or len(text) > 2 * MOST_WRAPPED:
        return -1
    try:
        return len(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        return -1
