"""Mails that come back, written as mail servers write them: for the tests and the bench. Their form is that of
Postfix 3, Exim 4, qmail, Exchange and Domino; names and addresses are made up."""

from __future__ import annotations

from email.utils import format_datetime

from django.utils import timezone

OURS = "7.0123456789abcdef0123@kapasi.example"

ORIGINAL = """\
Return-Path: <shop@kapasi.example>
From: Kapasi & Sons <shop@kapasi.example>
To: {address}
Subject: New stock
Message-ID: <{message_id}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Ayesha, this came in today.
"""

DSN = """\
Return-Path: <>
Date: {when}
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B.1/mx.example"
Message-Id: <{own_id}>

This is a MIME-encapsulated message.

--B.1/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{address}>: {diagnostic}

--B.1/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4F00000001
X-Postfix-Sender: rfc822; shop@kapasi.example
Arrival-Date: {when}

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.home.example
Diagnostic-Code: smtp; {diagnostic}

--B.1/mx.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

{original}
--B.1/mx.example--
"""

ARF = """\
Return-Path: <>
Date: {when}
From: <feedback@provider.example>
Subject: FW: New stock
To: <abuse@kapasi.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"
Message-ID: <{own_id}>

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from IP 192.0.2.1 on Mon, 23 Nov 2026.

--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <shop@kapasi.example>
{recipient}Arrival-Date: {when}
Source-IP: 192.0.2.1

--part1
Content-Type: message/rfc822
Content-Disposition: inline

{original}
--part1--
"""

QMAIL = """\
Return-Path: <>
Date: 23 Nov 2026 10:00:00 -0000
From: MAILER-DAEMON@qmail.example
To: shop@kapasi.example
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ayesha@home.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <shop@kapasi.example>
From: shop@kapasi.example
To: ayesha@home.example
Message-ID: <{message_id}>

Dear Ayesha
"""

EXIM = """\
Return-path: <>
X-Failed-Recipients: ayesha@home.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: shop@kapasi.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abc@exim.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ayesha@home.example
    host mail.home.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<ayesha@home.example>:
    550 5.2.1 The account is disabled

------ This is a copy of the message, including all the headers. ------

From: shop@kapasi.example
Message-ID: <{message_id}>
"""

EXCHANGE = """\
Return-Path: <>
From: Microsoft Outlook
 <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>
To: <shop@kapasi.example>
Date: Mon, 23 Nov 2026 10:00:00 +0000
Subject: Undeliverable: New stock
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_"
Message-ID: <ex1@corp.example>
In-Reply-To: <{message_id}>
References: <{message_id}>
X-MS-Exchange-Message-Is-Ndr:

--_000_
Content-Type: text/html; charset="us-ascii"

<html><body><p><b>Delivery has failed to these recipients or groups:</b></p>
<a href="mailto:Ayesha@home.example">ayesha@home.example</a><br>The email address wasn't found.</body></html>

--_000_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR.prod.outlook.example
Received-From-MTA: dns;mx.example
Arrival-Date: Mon, 23 Nov 2026 09:59:58 +0000

Final-recipient: RFC822;Ayesha@home.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not
 found by SMTP address lookup

--_000_--
"""

DOMINO_FRENCH = """\
Return-Path: <>
From: Mail Router <postmaster@domino.example>
To: shop@kapasi.example
Subject: =?utf-8?q?=C3=89chec_de_la_remise_=3A_New_stock?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Message-ID: <dom1@domino.example>

Votre document n'a pas pu être remis :
ayesha@home.example
parce que :
L'utilisateur ayesha (ayesha@home.example) est inconnu, n'existe pas dans l'annuaire Domino
"""

DELAYED = """\
Return-Path: <>
From: Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>
To: shop@kapasi.example
Subject: Warning: could not send message for past 4 hours
Message-ID: <warn1@sendmail.example>

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
<ayesha@home.example>
"""

VACATION = """\
Return-Path: <>
From: Ayesha <ayesha@home.example>
To: shop@kapasi.example
Subject: Out of office: New stock
Auto-Submitted: auto-replied (vacation)
In-Reply-To: <{message_id}>
Message-ID: <vac1@home.example>

I am away until Monday. My colleague no-such-user@home.example does not exist any more.
"""

ANSWER = """\
From: Ayesha <ayesha@home.example>
To: shop@kapasi.example
Subject: Re: New stock
Message-ID: <ans1@home.example>
In-Reply-To: <{message_id}>

How much is it? The last time my message was rejected: 550 5.1.1 user unknown.
"""


def _now() -> str:
    """This moment as a mail's Date says it (to the second, never in the future): what comes back comes after what was
    sent, whatever day the tests run on."""
    return format_datetime(timezone.now())


def dsn(
    address: str = "ayesha@home.example",
    *,
    message_id: str = OURS,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 User unknown",
    to: str = "shop@kapasi.example",
    own_id: str = "dsn1@mx.example",
    when: str = "",
) -> bytes:
    """A delivery status as Postfix writes it."""
    original = ORIGINAL.format(address=address, message_id=message_id)
    text = DSN.format(
        **{"address": address, "action": action, "status": status, "diagnostic": diagnostic},
        **{"to": to, "own_id": own_id, "when": when or _now(), "original": original},
    )
    return text.replace("\n", "\r\n").encode()


def arf(
    address: str = "ayesha@home.example",
    *,
    kind: str = "abuse",
    message_id: str = OURS,
    hidden: bool = False,
    own_id: str = "arf1@provider.example",
    when: str = "",
) -> bytes:
    """A complaint as a provider's feedback loop writes it; HIDDEN without the recipient's address."""
    original = ORIGINAL.format(address="redacted" if hidden else address, message_id=message_id)
    recipient = "" if hidden else f"Original-Rcpt-To: <{address}>\n"
    text = ARF.format(kind=kind, recipient=recipient, original=original, own_id=own_id, when=when or _now())
    return text.replace("\n", "\r\n").encode()


def words(template: str, message_id: str = OURS) -> bytes:
    """One of the mails above that are only words."""
    return template.replace("{message_id}", message_id).replace("\n", "\r\n").encode()
