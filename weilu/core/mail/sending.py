"""How does one letter reach the mail server? One connection, ten seconds, and a word for whatever went wrong."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from weilu.core import clock
from weilu.core.mail import rules
from weilu.core.mail.composing import Words
from weilu.core.mail.models import Letter
from weilu.core.operators import secrets


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is empty where the server took the letter; `final` says that another attempt is pointless, `down` that the
    server could not be spoken to, so that no other letter will fare better now."""

    error: str = ""
    final: bool = False
    down: bool = False


def send(letter: Letter, words: Words) -> Outcome:
    """Hands it to the server that WEILU_SMTP_URL names. Never raises for what a mail server can do."""
    try:
        server = rules.server(settings.SMTP_URL)
    except rules.BadServer:
        return Outcome("bad_setting", down=True)
    try:
        _message(letter, words, server).send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Outcome("recipient_refused", final=rules.for_good(code))
    except smtplib.SMTPDataError as refused:
        return Outcome("text_refused", final=rules.for_good(refused.smtp_code))
    except smtplib.SMTPSenderRefused:
        return Outcome("sender_refused")
    except smtplib.SMTPAuthenticationError:
        return Outcome("login_refused", down=True)
    except smtplib.SMTPNotSupportedError:
        return Outcome("no_tls", down=True)
    except ssl.SSLError:
        return Outcome("certificate", down=True)
    except TimeoutError:
        return Outcome("slow", down=True)
    except (OSError, smtplib.SMTPException) as error:
        # A server that hangs up, is not there, or answers in another protocol. smtplib hides a timeout in its own error.
        return Outcome("slow" if isinstance(error.__context__, TimeoutError) else "unreachable", down=True)
    except (ValueError, UnicodeError):
        return Outcome("address", final=True)
    return Outcome()


def message_id(letter: Letter) -> str:
    """The same for every attempt, so that a second copy after a crash is known as one by the reader's mailbox."""
    return f"<{secrets.digest('letter', letter.key)[:24]}@{_domain()}>"


def sender(server: rules.Server) -> str:
    return server.sender or f"weilu@{_domain()}"


def _message(letter: Letter, words: Words, server: rules.Server) -> EmailMessage:
    connection = EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security == rules.STARTTLS,
        use_ssl=server.security == rules.IMPLICIT,
        timeout=settings.MAIL_SECONDS,
    )
    headers = {
        "Message-ID": message_id(letter),
        "Date": formatdate(clock.now().timestamp()),
        "Auto-Submitted": "auto-generated",
        **_way_out(words),
    }
    return EmailMessage(
        words.subject, words.text, sender(server), [letter.operator.email], connection=connection, headers=headers
    )  # fmt: skip


def _way_out(words: Words) -> dict[str, str]:
    """So that the mailbox shows a button of its own. Source: RFC 8058."""
    if not words.leave:
        return {}
    address = f"<{settings.BASE_URL}{words.leave}>"
    return {"List-Unsubscribe": address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _domain() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"
