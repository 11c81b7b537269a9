"""A small web shop of static pages on a server of its own, whose head carries the one line that Grahak gives: for
tests of our script as a stranger's browser meets it, under a strict content policy."""

from __future__ import annotations

import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

PAGES = Path(__file__).with_name("pages")
KNOWN = (
    '<span hidden data-grahak="identify" data-grahak-on="view" data-user-id="$id" data-name="$name"'
    ' data-email="$email"></span>'
)


class TestShop:
    """Open while it is used as a context. LINE is pasted into the head of every page; GRAHAK is the only foreign
    address that the pages may speak to. `headers` are added to every answer."""

    __test__ = False  # no test, whatever its name

    def __init__(self, grahak: str, line: str) -> None:
        self.grahak, self.line = grahak, line
        self.headers: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._clerk())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> TestShop:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def policy(self) -> str:
        return f"default-src 'self'; script-src 'self' {self.grahak}; connect-src {self.grahak}; object-src 'none'"

    def page(self, path: str, known: str) -> bytes:
        """The page at PATH with the line in its head; KNOWN is who is logged in to the shop."""
        name = path.strip("/") or "home"
        text = (PAGES / f"{name}.html").read_text()
        frame = (PAGES / "_frame.html").read_text()
        return Template(frame).substitute(line=self.line, known=known, body=text).encode()

    def _clerk(shop) -> type[BaseHTTPRequestHandler]:
        class Clerk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                cookies = SimpleCookie(self.headers.get("Cookie", ""))
                account = cookies["account"].value.split("|") if "account" in cookies else None
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/account/" and "email" in asked:
                    account = [f"C-{abs(hash(asked['email'])) % 10**6}", asked["name"], asked["email"]]
                if parts.path == "/bye/":
                    account = None
                known = ""
                if account:
                    known = Template(KNOWN).substitute(id=account[0], name=account[1], email=account[2])
                try:
                    kind, body = "text/html; charset=utf-8", shop.page(parts.path, known)
                    if parts.path.endswith(".js"):
                        raise FileNotFoundError
                    status = 200
                except FileNotFoundError:
                    file = PAGES / parts.path.strip("/")
                    status = 200 if file.suffix == ".js" and file.is_file() else 404
                    kind, body = "text/javascript", file.read_bytes() if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", shop.policy)
                self.send_header("Content-Length", str(len(body)))
                if account:
                    self.send_header("Set-Cookie", f"account={'|'.join(account)}; Path=/")
                elif parts.path == "/bye/":
                    self.send_header("Set-Cookie", "account=; Path=/; Max-Age=0")
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                """Says nothing."""

        return Clerk
