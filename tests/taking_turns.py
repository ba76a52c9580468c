"""Who may run now, among the processes of one run of the tests: several at once, or one alone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def taking_turns(folder: Path, alone: bool) -> Iterator[None]:
    """Wait for one's turn, hold it, give it back: the locks are files in `folder`, which all of them share.

    Everyone passes the gate first. Who wants to be alone holds it shut until the others have ended, so
    that no new ones go past.
    """
    with (folder / "gate").open("w") as gate, (folder / "turn").open("w") as turn:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(turn, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
