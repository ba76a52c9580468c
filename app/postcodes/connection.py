"""Connections that a deadline can break, whatever they wait for.

requests limits each wait for bytes, not the whole exchange: a server that drips one byte a second would
hold a thread for hours. So each call remembers its socket, and at the deadline the socket is shut down.
"""

import contextlib
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Call:
    """One look-up under way: its deadline (seconds of `time.monotonic`) and the socket in use."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.socket: socket.socket | None = None
        self.aborted = False

    def time_left(self) -> float:
        """Seconds to the deadline, never quite zero because sockets take that for "do not wait"."""
        return max(self.deadline - monotonic(), 0.001)

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """Within, connections opened or reused by this thread belong to this call."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)
            self.socket = None

    def use(self, connected: socket.socket | None) -> None:
        """Remember the socket in use; break it at once if the deadline has passed already."""
        self.socket = connected
        if self.aborted:
            self.abort()

    def abort(self) -> None:
        """Break the connection, so that the thread waiting on it goes free."""
        self.aborted = True
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Call | None] = ContextVar("call", default=None)


class _Abortable:
    """A connection that tells its call which socket it uses.

    A broken connection looks like one that the server had closed, which is tried again: but not once the
    deadline has passed and the visitor has gone on.
    """

    sock: socket.socket | None

    def putrequest(self, *args: Any, **options: Any) -> None:
        call = _current.get()
        if call is not None and call.aborted:
            raise TimeoutError
        super().putrequest(*args, **options)  # type: ignore[misc]

    def getresponse(self) -> Any:
        call = _current.get()
        if call is not None:
            call.use(self.sock)
        return super().getresponse()  # type: ignore[misc]


class _Connection(_Abortable, HTTPConnection):
    pass


class _SecureConnection(_Abortable, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def abortable_pools() -> dict[str, type[HTTPConnectionPool]]:
    """For `PoolManager.pool_classes_by_scheme`."""
    return {"http": _Pool, "https": _SecurePool}
