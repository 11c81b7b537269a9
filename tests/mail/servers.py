"""A real Postfix and a real Dovecot, thrown away with the test: on free ports, in a directory of their own, with users
and domains that exist nowhere else.

    grahak  → Postfix (smtpd) → virtual(8) → Maildir ← Dovecot (IMAP) ← grahak

Postfix bounces what has no mailbox with a delivery status of its own making, to the sender's mailbox.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHOP, HOME = "kapasi.example", "home.example"
PASSWORD = "a-mailbox-password"
START_SECONDS = 20.0
MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
local     unix - n n - - local
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
queue_directory = {folder}/queue
data_directory = {folder}/data
import_environment = MAIL_CONFIG={folder}/conf
myhostname = mx.{shop}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ refused@{home} = 550 5.1.1 No such person }},
        {{ spam@{home} = 554 5.7.1 Blocked by policy }} }},
    permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = {shop}, {home}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ shop@{shop} = shop/ }}, {{ bounces@{shop} = shop/ }},
    {{ ayesha@{home} = ayesha/ }}, {{ bilal@{home} = bilal/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
recipient_delimiter = +
transport_maps = inline:{{ {{ full@{home} = error:5.2.2 Mailbox full }} }}
smtputf8_enable = no
"""
DOVECOT = """\
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 20
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass(frozen=True)
class Servers:
    """Where they listen, and where mail lies."""

    smtp: int
    imap: int
    folder: Path

    def mails(self, user: str) -> list[bytes]:
        """What lies in a user's mailbox, oldest first."""
        found = [path for part in ("new", "cur") for path in (self.folder / "mail" / user / part).glob("*")]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def wait_for(self, user: str, many: int) -> list[bytes]:
        """The mails of a user once there are so many of them."""
        until = time.monotonic() + START_SECONDS
        while len(found := self.mails(user)) < many:
            if time.monotonic() > until:
                raise AssertionError(f"{len(found)} of {many} mails for {user}\n{self.log()}")
            time.sleep(0.05)
        return found

    def inject(self, content: bytes, *, to: str, sender: str = "") -> None:
        """Hand a mail to Postfix, as another mail server would."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as client:
            client.sendmail(sender, [to], content)

    def log(self) -> str:
        logs = [self.folder / "mail.log", self.folder / "dovecot.log"]
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in logs if path.exists())


def why_not() -> str:
    """Why they cannot run here, or ""."""
    missing = [name for name in ("postfix", "dovecot") if shutil.which(name, path=_path()) is None]
    if missing:
        return f"{' and '.join(missing)} not installed (make mailservers)"
    if os.geteuid() != 0:
        return "Postfix's master runs as root only"
    return ""


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@contextmanager
def running() -> Iterator[Servers]:
    """Both, started and stopped again."""
    # not below pytest's directory, which only root may enter: mail is delivered by somebody else
    folder = Path(tempfile.mkdtemp(prefix="grahak-mail-"))
    folder.chmod(0o755)
    servers = Servers(_free_port(), _free_port(), folder)
    try:
        _write(servers)
        postfix = _postfix(folder, "start-fg")
        dovecot = subprocess.Popen(
            [shutil.which("dovecot", path=_path()) or "dovecot", "-F", "-c", str(folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "dovecot.err").open("wb"),
        )
        try:
            for port in (servers.smtp, servers.imap):
                _wait(port, servers)
            yield servers
        finally:
            dovecot.terminate()
            _postfix(folder, "stop").wait(timeout=30)
            dovecot.wait(timeout=30)
            postfix.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(servers: Servers) -> None:
    folder = servers.folder
    nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
    for name in ("conf", "queue", "data", "mail", "dovecot"):
        (folder / name).mkdir()
    os.chown(folder / "data", postfix.pw_uid, postfix.pw_gid)
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    names = {
        **{"folder": folder, "shop": SHOP, "home": HOME, "password": PASSWORD},
        **{"uid": nobody.pw_uid, "gid": nobody.pw_gid, "user": "nobody"},
        **{"group": grp.getgrgid(nobody.pw_gid).gr_name, "smtp": servers.smtp, "imap": servers.imap},
    }
    (folder / "conf" / "main.cf").write_text(MAIN.format(**names))
    (folder / "conf" / "master.cf").write_text(MASTER.format(**names))
    (folder / "dovecot.conf").write_text(DOVECOT.format(**names))


def _postfix(folder: Path, verb: str) -> subprocess.Popen[bytes]:
    program = shutil.which("postfix", path=_path()) or "postfix"
    return subprocess.Popen(
        [program, "-c", str(folder / "conf"), verb],
        env={**os.environ, "PATH": _path(), "MAIL_CONFIG": str(folder / "conf")},
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"postfix-{verb}.err").open("wb"),
    )


def _wait(port: int, servers: Servers) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                told = "\n".join(path.read_text(errors="replace") for path in servers.folder.glob("*.err"))
                raise AssertionError(f"nothing answers on {port}\n{told}\n{servers.log()}") from None
            time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
