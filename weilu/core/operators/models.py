"""Who works here, in which role, for which communities, and by which keys do they come in?"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from weilu.core.operators.rights import role_name


class Operators(BaseUserManager["Operator"]):
    """Found by e-mail; accounts are opened by `actions.team`."""


class Operator(AbstractBaseUser):
    """Staff with an account in the console. A disabled one keeps its row, since decisions and the audit trail name it."""

    email = models.EmailField(unique=True)
    """Always lower case."""
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=10, blank=True, default="")
    """Empty: as the browser asks."""
    theme = models.CharField(max_length=5, blank=True, default="")
    """auto (as the system is set), light or dark; empty: never chosen."""
    privileges = models.PositiveIntegerField(default=0)
    """Counts changes of rights; a session that knows an older count gets a new key."""
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    objects = Operators()

    def __str__(self) -> str:
        return self.name or self.email


class Grant(models.Model):
    """An operator holds a role for one community, or for all where `community` is null."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    community = models.ForeignKey(
        "directory.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "role", "community"], name="grant_once"),
            models.UniqueConstraint(
                fields=["operator", "role"], condition=Q(community=None), name="grant_all_once"
            ),
            models.CheckConstraint(condition=~Q(role="owner") | Q(community=None), name="owner_of_all"),
        ]

    @property
    def role_name(self) -> str | Promise:
        return role_name(self.role)


class Invitation(models.Model):
    """A link, good once, by which an operator sets their own password."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class LoginSession(models.Model):
    """What an operator is shown of a session: since when, from where. Ending it deletes the session itself."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, default="")
    agent = models.CharField(max_length=200, default="")


class Failure(models.Model):
    """Attempts in a row for one account or from one address. `key` is a digest: the table names nobody."""

    scope = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="failure_once")]


class TwoFactor(models.Model):
    """The shared secret of an operator's authenticator app, encrypted. It counts from `confirmed_at` on."""

    operator = models.OneToOneField(Operator, on_delete=models.CASCADE, related_name="two_factor")
    secret = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    """The last 30-second step whose code was used; that step and all before it are refused."""


class RecoveryCode(models.Model):
    """Stands in for the authenticator once."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """A key for programs. It can what its operator can, as far as its scopes (names of rights) reach."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class AuditEntry(models.Model):
    """One line of the audit trail. `hash` covers all other fields and the hash before it (see `audit`)."""

    seq = models.BigIntegerField(primary_key=True)
    at_ms = models.BigIntegerField()
    actor = models.BigIntegerField(null=True)
    """Operator id, 0 for the command line, null for nobody known (a failed login)."""
    action = models.CharField(max_length=64, db_index=True)
    object_kind = models.CharField(max_length=32, default="")
    object_id = models.BigIntegerField(default=0)
    details = models.TextField(default="{}")
    """JSON with sorted keys, as text: a database that rewrites numbers in JSON would break the hash."""
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
