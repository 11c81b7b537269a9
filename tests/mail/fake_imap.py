"""An IMAP server that is none: it speaks as much of RFC 9051 as the reader of bounces asks for, keeps mails in memory,
and calls a hook at each step, so that a test can kill whoever is reading. The real one is in servers.py."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEPS = ("search", "fetch", "fetched", "store", "move")


class Mailbox:
    """INBOX with MAILS by UID, and what was flagged or moved. STEP is called with the name of each step."""

    def __init__(self, mails: list[bytes], validity: int = 1) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.validity = validity
        self.seen: set[int] = set()
        self.moved: list[int] = []
        self.step: Callable[[str], None] = lambda _name: None


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] a fake, ready")
        try:
            for line in iter(self.rfile.readline, b""):
                tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                self._answer(tag, rest)
                if rest.upper().startswith("LOGOUT"):
                    return
        except (BrokenPipeError, ConnectionResetError):
            return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: str, rest: str) -> None:
        box = self.server.box
        verb = rest.upper().partition(" ")[0]
        if verb == "UID":
            self._by_uid(box, rest)
        elif verb == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE")
        elif verb == "LOGIN" and "wrong" in rest:
            self._say(f"{tag} NO [AUTHENTICATIONFAILED] no".encode())
            return
        elif verb == "SELECT":
            self._say(f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}] so".encode())
        self._say(f"{tag} OK done".encode())

    def _by_uid(self, box: Mailbox, rest: str) -> None:
        verb = rest.split()[1].upper()
        if verb == "SEARCH":
            box.step("search")
            found = re.search(r"UID (\d+):\*", rest)
            after = int(found.group(1)) if found else 1
            uids = [uid for uid in box.mails if uid >= after] or list(box.mails)[-1:]
            self._say(b"* SEARCH " + " ".join(map(str, uids)).encode())
            return
        uids = [uid for uid in map(int, re.findall(r"\d+", rest.split()[2])) if uid in box.mails]
        if verb == "FETCH":
            box.step("fetch")
            for number, uid in enumerate(uids, 1):
                content = box.mails[uid]
                self._say(f"* {number} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}".encode())
                self.wfile.write(content)
                self._say(b")")
            box.step("fetched")
        elif verb == "STORE":
            box.step("store")
            box.seen.update(uids)
        elif verb == "MOVE":
            box.step("move")
            for uid in uids:
                del box.mails[uid]
            box.moved += uids


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    box: Mailbox


@contextmanager
def listening(box: Mailbox) -> Iterator[int]:
    """Serve BOX on 127.0.0.1; gives the port."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = box
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(timeout=10)
