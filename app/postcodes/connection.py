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

from requests.adapters import HTTPAdapter
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
        in_use = self.socket  # read once: the other thread may let go of it at any moment
        if in_use is not None:
            with contextlib.suppress(OSError):
                in_use.shutdown(socket.SHUT_RDWR)


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


class AbortableAdapter(HTTPAdapter):
    """requests' adapter with connections that a deadline can break, straight or through a proxy."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager
