"""The two ways out: a folder, and a mail server with all its moods."""

import stat
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from app.core.config import Settings
from app.notify import channels
from app.notify.channels import Deferred, Folder, Refused, Smtp, Unreachable, open_channel, read_server
from tests.notify.receiver import Mood, Receiver, listening


def mail(token: str = "t1") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "新案件 · 990000-1"
    message["From"], message["To"] = "wangge@localhost", "mara@example.org"
    message["Message-ID"] = f"<{token}@localhost>"
    message["X-Wangge-Events"] = "1"
    message.set_content("有一件新案件。\n.\nA line that begins with a dot.\n")
    return message


def send(channel: channels.Channel, token: str = "t1") -> None:
    channel.send(mail(token), sender="wangge@localhost", to="mara@example.org", token=token)


def test_a_folder_holds_each_mail_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail")
    for token in ("t1", "t2", "t1"):
        send(folder, token)
    assert sorted(file.name for file in (tmp_path / "mail").iterdir()) == ["t1.eml", "t2.eml"]
    read = message_from_bytes((tmp_path / "mail/t1.eml").read_bytes(), policy=SMTP)
    assert read["Subject"] == "新案件 · 990000-1"
    assert "有一件新案件" in read.get_content()


def test_a_folder_that_cannot_be_written_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(Unreachable):
        send(Folder(tmp_path / "mail"))
    assert stat.S_ISREG((tmp_path / "mail").stat().st_mode)


def test_a_server_takes_many_mails_in_one_conversation() -> None:
    with listening(Receiver()) as receiver:
        channel = Smtp(read_server(receiver.url))
        for n in range(3):
            send(channel, f"t{n}")
        channel.close()
    assert [message["Message-ID"] for message in receiver.accepted] == [f"<t{n}@localhost>" for n in range(3)]
    assert "有一件新案件" in receiver.accepted[0].get_payload(decode=True).decode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mood", "error", "accepted"),
    [
        (Mood.DEFER, Deferred, 0),
        (Mood.REFUSE, Refused, 0),
        (Mood.HANG, Deferred, 0),
        (Mood.CUT, Deferred, 0),
        (Mood.LOSE_ANSWER, Deferred, 1),
        (Mood.ANSWER_LATE, Deferred, 1),
    ],
)
def test_every_mood_has_its_answer_and_the_next_mail_goes_through(
    monkeypatch: pytest.MonkeyPatch, mood: Mood, error: type[Exception], accepted: int
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT", 0.2)
    with listening(Receiver(mood=lambda n: mood if n == 0 else Mood.TAKE)) as receiver:
        channel = Smtp(read_server(receiver.url))
        with pytest.raises(error) as told:
            send(channel, "t1")
        assert type(told.value) is error, told.value
        send(channel, "t2")
        channel.close()
    assert len(receiver.accepted) == accepted + 1


def test_nobody_listening_is_out_of_reach() -> None:
    with listening(Receiver()) as receiver:
        url = receiver.url
    with pytest.raises(Unreachable):
        send(Smtp(read_server(url)))


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "user"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, False, None),
        ("smtps://mail.example.org", "mail.example.org", 465, True, None),
        ("smtp://w:p%40ss@mail.example.org", "mail.example.org", 587, False, "w"),
        ("smtp://mail.example.org:2525/", "mail.example.org", 2525, False, None),
    ],
)
def test_an_address_of_a_server(url: str, host: str, port: int, tls: bool, user: str | None) -> None:
    found = read_server(url)
    assert (found.host, found.port, found.tls, found.user) == (host, port, tls, user)
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail", "smtp://", "smtp://h:99999", "smtp://h/x", "smtp://h?a=1"]
)
def test_what_is_no_address_of_a_server_is_said_at_the_start(tmp_path: Path, url: str) -> None:
    wrong = Settings(instance=tmp_path, database_url="sqlite://", secret_key="test", smtp_url=url)
    with pytest.raises(ValueError):
        open_channel(wrong)


def test_a_sender_that_is_no_address_is_said_at_the_start(tmp_path: Path) -> None:
    wrong = Settings(instance=tmp_path, database_url="sqlite://", secret_key="test", mail_from="Wangge <w@x>")
    with pytest.raises(ValueError, match="WANGGE_MAIL_FROM"):
        open_channel(wrong)


def test_no_password_goes_to_a_server_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "LOCAL", ())
    with listening(Receiver()) as receiver:
        server = read_server(receiver.url.replace("//", "//user:secret@"))
        with pytest.raises(Unreachable, match="no password is sent"):
            send(Smtp(server))
    assert receiver.accepted == []
