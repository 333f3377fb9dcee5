"""Frames between the processes of one simulation, over connections of their own: every process to every other.

An exchange costs about 0.1 ms; the driver would add 1 to 2 ms to every window. While a process works its connections
still say that it is there, so silence means that it is gone, and every wait ends. Who does not know the run's token is
sent away. Source of the costs: bench/sites.py.
"""

from __future__ import annotations

import contextlib
import hmac
import pickle
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence

from vinfra.engine.windows import Frames

Address = tuple[str, int]
BEAT = 5.0  # seconds between two signs of life
SILENCE = 60.0  # seconds without one before a process is given up
JOIN = 60.0  # seconds for all to have found each other
GREETING = 5.0  # seconds for one who knocks to say the token
BEHIND = 2**16  # bytes that are sent beside reading, as both sides may be sending: more than a socket holds
HEADER = struct.Struct("!Q")
HELLO = struct.Struct("!32sI")


class Silent(Exception):
    """A process of the run cannot be heard any more; the message says which, and what it was to send."""


class Channel:
    """One process's connections. `address` is where others find it, `waited` the seconds that exchanges took."""

    def __init__(self, host: str) -> None:
        self._door = socket.create_server((host, 0), backlog=128)
        self.address: Address = self._door.getsockname()[:2]
        self.window = 0
        self.waited = 0.0
        self._peers: dict[int, socket.socket] = {}
        self._names: dict[int, str] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def join(self, mine: int, addresses: Sequence[Address], names: Sequence[str], token: bytes) -> None:
        """Connect to all others; `names` says who they are. Silent where one does not come."""
        self._names = dict(enumerate(names))
        for index, address in enumerate(addresses[:mine]):
            with self._heard(index, "to let this one in"):
                peer = socket.create_connection(address, timeout=JOIN)
                peer.sendall(HELLO.pack(token, mine))
                self._keep(index, peer)
        ends = time.monotonic() + JOIN
        while len(self._peers) < len(addresses) - 1:
            missing = min(set(range(len(addresses))) - {mine, *self._peers})
            with self._heard(missing, "to connect"):
                self._door.settimeout(max(0.1, ends - time.monotonic()))
                self._let_in(token)
        threading.Thread(target=self._beat, daemon=True).start()

    def _let_in(self, token: bytes) -> None:
        """The next who knocks, if it knows the token."""
        peer, _ = self._door.accept()
        peer.settimeout(GREETING)
        try:
            said, index = HELLO.unpack(_read(peer, HELLO.size))
        except OSError:
            peer.close()
            return
        if not hmac.compare_digest(said, token) or index in self._peers:
            peer.close()
            return
        self._keep(index, peer)

    def _keep(self, index: int, peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.settimeout(SILENCE)
        self._peers[index] = peer

    def exchange(self, frames: Frames) -> Frames:
        """Everybody's frames for those that are here. Silent where somebody is gone."""
        began = time.perf_counter()
        self.window += 1
        data = pickle.dumps(frames, protocol=pickle.HIGHEST_PROTOCOL)
        sending = None
        if len(data) > BEHIND:
            sending = threading.Thread(target=self._send, args=(data,), daemon=True)
            sending.start()
        else:
            self._send(data)
        found = dict(frames)
        for index in sorted(self._peers):
            with self._heard(index, f"its frames of window {self.window}"):
                found |= pickle.loads(self._receive(self._peers[index]))
        if sending is not None:
            sending.join(SILENCE)
        self.waited += time.perf_counter() - began
        return found

    def _send(self, data: bytes) -> None:
        for index in sorted(self._peers):
            # Whoever does not take it is missed when its own frames do not come.
            with contextlib.suppress(OSError), self._lock:
                self._peers[index].sendall(HEADER.pack(len(data)) + data)

    def _receive(self, peer: socket.socket) -> bytes:
        while True:
            (length,) = HEADER.unpack(_read(peer, HEADER.size))
            if length:
                return _read(peer, length)

    def _beat(self) -> None:
        """Say that this process is still there, whatever it is at."""
        while not self._over.wait(BEAT):
            for peer in list(self._peers.values()):
                with contextlib.suppress(OSError), self._lock:
                    peer.sendall(HEADER.pack(0))

    @contextlib.contextmanager
    def _heard(self, index: int, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as reason:
            why = "said nothing" if isinstance(reason, TimeoutError) else "is gone"
            name = self._names.get(index, f"process {index}")
            raise Silent(f"the process of {name} {why} ({reason}); waited for {what}") from None

    def close(self) -> None:
        """Let all connections go."""
        self._over.set()
        for one in [self._door, *self._peers.values()]:
            one.close()
        self._peers = {}


def _read(peer: socket.socket, length: int) -> bytes:
    """So many bytes; ConnectionError where the other end is gone before."""
    data = bytearray(length)
    view, at = memoryview(data), 0
    while at < length:
        got = peer.recv_into(view[at:])
        if not got:
            raise ConnectionError("the connection was closed")
        at += got
    return bytes(data)
