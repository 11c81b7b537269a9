"""What a refusal means: the address is dead ("hard"), it could not be reached for now ("soft"), or the mail was not
wanted ("blocked"). One set of rules for the answers of an SMTP dialogue, for lines of a log and for mails that came
back.

By the status of RFC 3463 and its registry (RFC 5248, RFC 7505, RFC 7504) where there is one, else by the reply code of
RFC 5321, and only where neither says enough by the words, in the languages that mail servers speak.
"""

from __future__ import annotations

import re

HARD, SOFT, BLOCKED = "hard", "soft", "blocked"

# Not part of a longer run of figures and dots, so that addresses of machines (5.1.1.9) and versions are no status
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d]|\.\d)")

_UNKNOWN_USER = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|local|mailbox|address)|no such (?:user|recipient|mailbox|person|"
    r"address|account|email)|(?:user|recipient|mailbox|account|address|email)[^.]{0,60}(?:not found|"
    r"(?:does|do)(?: not|n['’]t) exist|not exist|is (?:disabled|inactive|unknown|invalid)|no longer)|"
    r"invalid (?:recipient|mailbox|user|address)|recipient address rejected|no mailbox here|not our customer|"
    r"recipient not found|doesn['’]t have an? [^.]{0,40} account|"
    r"nicht (?:gefunden|vorhanden|bekannt)|unbekannter? (?:empf|benutzer|user)|(?:empfänger|benutzer) unbekannt|"
    r"existiert nicht|"
    r"inconnue?\b|n['’]existe pas|introuvable|desconocid[oa]|no existe|inexistente|não existe|desconhecid[oa]|"
    r"sconosciuto|inesistente|non esiste|не существует|неизвестн|не найден|用户不存在|不存在|存在しません|"
    r"見つかりません|not listed in (?:domino|public|name)|onbekend|bestaat niet|nie istnieje|bulunamad|"
    r"मौजूद नहीं|موجود نہیں|نامعلوم",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota (?:has been )?exceeded|exceed\w* (?:\w+ )?quota|"
    r"insufficient (?:system )?storage|out of storage|postfach (?:ist )?voll|boîte [^.]{0,30}pleine|"
    r"buz[oó]n [^.]{0,20}llen|casella [^.]{0,20}piena|переполнен",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"\bspam|block ?list|black ?list|blocked|denied|not permitted|prohibited|polic(?:y|ies)|reputation|\brelay|"
    r"\bdmarc\b|\bspf\b|\bdkim\b|unsolicited|banned|\brbl\b|dnsbl|spamhaus|barracuda|rejected due to|rate limit",
    re.IGNORECASE,
)

# By (subject, detail) of a status 5.x.y; what is not listed is told by its subject
_DETAIL = {
    ("1", "4"): SOFT,  # ambiguous
    ("1", "7"): BLOCKED,  # .7 and .8 speak of the sender's address
    ("1", "8"): BLOCKED,
    ("1", "9"): SOFT,
    ("2", "1"): HARD,  # the mailbox is closed
    ("4", "4"): HARD,  # no way to that domain: it does not exist
    ("4", "310"): HARD,  # the same, as Exchange Online says it
    ("7", "13"): HARD,  # the account is closed (RFC 5248 registry)
    ("7", "17"): HARD,  # the mailbox has another owner now (RFC 7293)
}
_SUBJECT = {"1": HARD, "2": SOFT, "3": SOFT, "4": SOFT, "5": SOFT, "6": BLOCKED, "7": BLOCKED}
# Statuses that servers use for anything: their words say more
_VAGUE = {("0", "0"), ("1", "0"), ("3", "0"), ("4", "1"), ("5", "0"), ("2", "0")}


def status_in(words: str) -> str:
    """The first RFC 3463 status in WORDS, or ""."""
    found = STATUS.search(words)
    return found.group(0) if found else ""


def code_in(words: str) -> int:
    """The first SMTP reply code of a refusal in WORDS, or 0."""
    found = _CODE.search(words)
    return int(found.group(1)) if found else 0


def verdict(status: str, words: str = "", code: int = 0) -> str:
    """HARD, SOFT or BLOCKED for a delivery that failed, by its STATUS ("5.1.1" or ""), the server's WORDS and the reply
    CODE (0: look for one in the words)."""
    found = STATUS.fullmatch(status) or STATUS.search(words)
    if found is not None and found.group(1) != "2":
        return _by_status(found.group(1), found.group(2), found.group(3), words)
    return _by_code(code or code_in(words), words)


def _by_status(of: str, subject: str, detail: str, words: str) -> str:
    if of == "4":  # given up after trying: not refused for good
        return BLOCKED if subject == "7" else SOFT
    if (subject, detail) in _VAGUE:
        by_words = _by_words(words)
        if by_words:
            return by_words
    return _DETAIL.get((subject, detail)) or _SUBJECT.get(subject, SOFT)


def _by_words(words: str) -> str:
    if _FULL.search(words):
        return SOFT
    if _UNWANTED.search(words) and not _UNKNOWN_USER.search(words):
        return BLOCKED
    return HARD if _UNKNOWN_USER.search(words) else ""


def _by_code(code: int, words: str) -> str:
    """RFC 5321 §4.2.3: 550, 551 and 553 speak of the mailbox, 552 of its room, 554 of anything; 521 and 556 say that
    the machine or domain takes no mail (RFC 7504)."""
    if 400 <= code < 500:
        return SOFT
    if code in (550, 551, 553):
        if _FULL.search(words):
            return SOFT
        return BLOCKED if _UNWANTED.search(words) and not _UNKNOWN_USER.search(words) else HARD
    if code == 556:
        return HARD
    return _by_words(words) or SOFT


def says_why(line: str) -> bool:
    """Whether a line's words alone tell what happened."""
    return bool(_UNKNOWN_USER.search(line) or _FULL.search(line) or _UNWANTED.search(line))
