"""Files that are whole or not there: nobody ever meets one half-written, whatever happens to the writer."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FOR_EVERYBODY = 0o666  # but for what the umask takes away


@contextmanager
def replacing(target: Path, mode: int = FOR_EVERYBODY) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `target`, in one go, when the block ends without an error.

    An old file's permissions are kept; `mode` is for one that was not there. What a killed writer left
    behind is taken away; a writer at work holds a lock on its file, so it is let be.
    """
    target = target.resolve()
    _clear_up_after_the_killed(target)
    kept = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    how = os.O_RDWR | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(unfinished, how, mode if kept is None else kept), "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
            if kept is not None:
                unfinished.chmod(kept)
            unfinished.replace(target)
    except OSError as error:
        error.filename = error.filename or str(target)  # a write does not tell where it failed
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def _clear_up_after_the_killed(target: Path) -> None:
    for left in target.parent.glob(f".{target.name}.*.part"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
