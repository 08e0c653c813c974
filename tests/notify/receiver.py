"""A mail server that is told how to misbehave, and remembers everything it accepted, in order."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import StrEnum


class Mood(StrEnum):
    """What becomes of one mail."""

    TAKE = "take"
    DEFER = "defer"  # 451, not accepted
    REFUSE = "refuse"  # 550, not accepted
    HANG = "hang"  # no answer; not accepted
    CUT = "cut"  # the line breaks before the mail is accepted
    LOSE_ANSWER = "lose_answer"  # accepted, but the line breaks before the sender knows
    ANSWER_LATE = "answer_late"  # accepted, but the sender has stopped waiting


@dataclass
class Receiver:
    """`mood(n)` decides about the n-th mail that is offered; `accepted` holds the mails in order."""

    mood: Callable[[int], Mood] = lambda n: Mood.TAKE
    patience: float = 1.0
    accepted: list[Message] = field(default_factory=list)
    offered: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def decide(self, data: bytes) -> Mood:
        with self.lock:
            mood = self.mood(self.offered)
            self.offered += 1
            if mood in (Mood.TAKE, Mood.LOSE_ANSWER, Mood.ANSWER_LATE):
                self.accepted.append(message_from_bytes(data))
        return mood

    def events(self) -> list[int]:
        """The events of the mails, repeats left out, in the order of arrival."""
        seen: dict[str, Message] = {}
        for message in self.accepted:
            seen.setdefault(message["Message-ID"], message)
        return [int(seq) for message in seen.values() for seq in message["X-Wangge-Events"].split()]


@contextmanager
def listening(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            converse(self, receiver)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        block_on_close = False

        def handle_error(self, *_args: object) -> None:
            """A sender that was killed is no error of ours."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            thread.join()


ANSWERS = {"MAIL": b"250 ok", "RCPT": b"250 ok", "RSET": b"250 ok", "NOOP": b"250 ok", "HELO": b"250 ok"}


def converse(line: socketserver.StreamRequestHandler, receiver: Receiver) -> None:
    say(line, b"220 receiver")
    while command := line.rfile.readline().strip().decode("ascii", "replace"):
        verb = command[:4].upper()
        if verb == "QUIT":
            return say(line, b"221 bye")
        if verb == "DATA":
            say(line, b"354 go on")
            if not taken(line, receiver):
                return None
        else:
            say(line, ANSWERS.get(verb, b"250 receiver"))
    return None


def say(line: socketserver.StreamRequestHandler, text: bytes) -> None:
    line.wfile.write(text + b"\r\n")


def taken(line: socketserver.StreamRequestHandler, receiver: Receiver) -> bool:
    """Whether the conversation goes on."""
    lines = []
    while (each := line.rfile.readline()) != b".\r\n":
        if not each:
            return False  # the sender died in the middle: nothing is accepted
        lines.append(each[1:] if each.startswith(b"..") else each)
    mood = receiver.decide(b"".join(lines))
    if mood in (Mood.HANG, Mood.ANSWER_LATE):
        receiver.over.wait(receiver.patience)
    if mood in (Mood.TAKE, Mood.DEFER, Mood.REFUSE, Mood.ANSWER_LATE):
        say(line, {Mood.DEFER: b"451 later", Mood.REFUSE: b"550 never"}.get(mood, b"250 taken"))
    return mood in (Mood.TAKE, Mood.DEFER, Mood.REFUSE)
