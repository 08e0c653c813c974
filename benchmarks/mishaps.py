"""Processes killed with -9 at random moments while others go on with their work."""

import random
import threading
from collections.abc import Callable, Sequence

MOMENT = 0.03  # seconds: somewhere within a request
Kill = Callable[[random.Random], bool]
"""Kills something and sees to it that it comes back; false if there was nothing to kill yet."""


class Mishaps:
    """Until it is stopped: some more of the work is done, then, at a random moment, one of the kills.

    `progress` says how much is done. Between two kills so much has to be added, so that a slow machine is not
    killed for ever; `steps` are the least and the most of it.
    """

    def __init__(
        self, kills: Sequence[Kill], seed: int, *, progress: Callable[[], int], steps: tuple[int, int]
    ) -> None:
        self.kills, self.chance, self.progress, self.steps = kills, random.Random(seed), progress, steps
        self.done = 0
        self.failure: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Mishaps":
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                self._wait()
                if not self._over.is_set():
                    self.done += self.chance.choice(self.kills)(self.chance)
        except BaseException as failure:  # told by whoever waits for the thread
            self.failure = failure

    def _wait(self) -> None:
        wanted = self.progress() + self.chance.randint(*self.steps)
        while self.progress() < wanted and not self._over.wait(0.005):
            pass
        self._over.wait(self.chance.uniform(0, MOMENT))
