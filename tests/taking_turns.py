"""Who may run now, among the processes of one run of the tests: several at once, or one alone."""

import fcntl
from pathlib import Path


class Turns:
    """One process's place in the queue: the locks are files in `folder`, which all processes share.

    Everyone passes the gate first. Who wants to be alone holds it shut until the others have ended, so
    that no new ones go past.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._gate = (folder / "gate").open("w")
        self._turn = (folder / "turn").open("w")
        self._alone = False

    def begin(self, alone: bool) -> None:
        """Wait for one's turn. Who stayed alone for this test has it already."""
        if self._alone and alone:
            return
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        fcntl.flock(self._turn, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(self._gate, fcntl.LOCK_UN)
        self._alone = alone

    def end(self, alone_next: bool) -> None:
        """Let the others in, unless one stays alone for the next."""
        self._alone = self._alone and alone_next
        if not self._alone:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
