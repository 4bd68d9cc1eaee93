"""`weilu user …` and `weilu token …`: accounts and keys from the terminal of the machine itself."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

if TYPE_CHECKING:
    from weilu.core.operators.actions.team import Role
    from weilu.core.operators.models import ApiToken, Operator

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Email = Annotated[str, typer.Argument(help="the account's e-mail")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="read the password from standard input")]


def register(app: typer.Typer) -> None:
    users = typer.Typer(no_args_is_help=True, help="Accounts of operators.")
    users.command("add")(add)
    users.command("list")(list_users)
    users.command("roles")(roles)
    users.command("passwd")(passwd)
    users.command("link")(link)
    users.command("disable")(disable)
    users.command("enable")(enable)
    users.command("two-factor-off")(two_factor_off)
    app.add_typer(users, name="user")
    tokens = typer.Typer(no_args_is_help=True, help="Keys for programs.")
    tokens.command("create")(create)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke)
    app.add_typer(tokens, name="token")


# accounts ----------------------------------------------------------------------------------------------------------


def add(
    email: Email,
    name: Annotated[str, typer.Option(help="how they are called on pages")] = "",
    role: Annotated[list[str] | None, typer.Option(help="a role; repeat for more")] = None,
    community: Annotated[list[str] | None, typer.Option(help="name or id; none: all communities")] = None,
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Open an account. Without a password it prints the link by which they choose one."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import passwords, team

    held = _roles(role or [], community or [])
    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    operator = team.add(Viewer.everything(), email, name or email.split("@")[0], held, password)
    told = _told(operator)
    if not password:
        told["link"] = _address(passwords.link(Viewer.everything(), operator))
    _say(
        told,
        json,
        f"{operator.email} is open." + (f"\nTo choose a password: {told['link']}" if "link" in told else ""),
    )


def list_users(json: Json = False) -> None:
    """All accounts with their roles."""
    from weilu.core.operators import queries

    rows = [_told(operator) for operator in queries.team()]
    if json:
        typer.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        state = "closed" if row["disabled"] else "open"
        typer.echo(f"{row['email']:<32} {state:<7} {', '.join(row['roles']) or 'no role'}")


def roles(
    email: Email,
    role: Annotated[
        list[str] | None, typer.Option(help="a role; repeat for more; none takes all away")
    ] = None,
    community: Annotated[list[str] | None, typer.Option(help="name or id; none: all communities")] = None,
    json: Json = False,
) -> None:
    """Set the roles of an account, in place of those it held."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import team

    operator = _operator(email)
    team.set_roles(Viewer.everything(), operator, _roles(role or [], community or []))
    told = _told(operator)
    _say(told, json, f"{operator.email}: {', '.join(told['roles']) or 'no role'}")


def passwd(email: Email, password_stdin: FromStdin = False, json: Json = False) -> None:
    """Set a password, end the account's sessions and lift its lock."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import passwords

    operator = _operator(email)
    given = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass("New password: ")
    passwords.put(Viewer.everything(), operator, given)
    _say(_told(operator), json, f"The password of {operator.email} is changed.")


def link(email: Email, json: Json = False) -> None:
    """Print a link by which they choose a password, once, within seven days."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import passwords

    operator = _operator(email)
    told = _told(operator) | {"link": _address(passwords.link(Viewer.everything(), operator))}
    _say(told, json, told["link"])


def disable(email: Email, json: Json = False) -> None:
    """Close an account; its sessions and tokens end at once."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import team

    team.disable(Viewer.everything(), _operator(email))
    _say(_told(_operator(email)), json, f"{email} is closed.")


def enable(email: Email, json: Json = False) -> None:
    """Open an account again."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import team

    team.enable(Viewer.everything(), _operator(email))
    _say(_told(_operator(email)), json, f"{email} is open.")


def two_factor_off(email: Email, json: Json = False) -> None:
    """Take two-factor off an account whose owner lost phone and recovery codes."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import two_factor

    two_factor.reset(Viewer.everything(), _operator(email))
    _say(_told(_operator(email)), json, f"Two-factor of {email} is off.")


# tokens ------------------------------------------------------------------------------------------------------------


def create(
    email: Email,
    name: Annotated[str, typer.Option(help="what will use it")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="name of a right; repeat for more")] = None,
    days: Annotated[int, typer.Option(help="how long it lasts; 0: until revoked", min=0)] = 90,
    json: Json = False,
) -> None:
    """Make a token of an account; it is printed this once."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import tokens

    lasts = dt.timedelta(days=days) if days else None
    made = tokens.create(Viewer.everything(), _operator(email), name, scope or ["view"], lasts)
    _say(_told_token(made.row) | {"token": made.token}, json, made.token)


def list_tokens(
    email: Annotated[str, typer.Argument(help="of one account; else of all")] = "", json: Json = False
) -> None:
    """Tokens that still work."""
    from weilu.core.operators import queries

    operators = [_operator(email)] if email else queries.team()
    rows = [_told_token(token) for operator in operators for token in queries.tokens_of(operator)]
    if json:
        typer.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        until = row["expires_at"] or "until revoked"
        typer.echo(
            f"{row['id']:<6} weilu_{row['prefix']}  {row['operator']:<28} {','.join(row['scopes']):<24} {until}  {row['name']}"
        )


def revoke(
    token: Annotated[int, typer.Argument(help="its number, from `weilu token list`")], json: Json = False
) -> None:
    """End a token."""
    from weilu.core.operators.access import Viewer
    from weilu.core.operators.actions import tokens

    tokens.revoke(Viewer.everything(), token)
    _say({"id": token, "revoked": True}, json, f"Token {token} no longer works.")


# words -------------------------------------------------------------------------------------------------------------


def _operator(email: str) -> Operator:
    from weilu.core.errors import NotFound
    from weilu.core.operators import queries

    operator = queries.find(email)
    if operator is None:
        raise NotFound(f"There is no account {email}. `weilu user list` shows all.")
    return operator


def _roles(roles: list[str], communities: list[str]) -> list[Role]:
    from weilu.core.operators.actions.team import Role

    where: list[int | None] = [_community(text) for text in communities]
    return [Role(role, community) for role in roles for community in where or [None]]


def _community(text: str) -> int:
    from django.db.models import Q

    from weilu.core.directory.models import Community
    from weilu.core.errors import Conflict, NotFound

    found = list(Community.objects.filter(Q(outside=text) | Q(name=text)).values_list("pk", flat=True)[:2])
    if not found:
        raise NotFound(f"There is no community “{text}”.")
    if len(found) > 1:
        raise Conflict(f"More than one community is called “{text}”; give its id on the platform.")
    return int(found[0])


def _address(secret: str) -> str:
    from django.conf import settings
    from django.urls import reverse

    return f"{settings.BASE_URL}{reverse('operators:link')}?key={secret}"


def _told(operator: Operator) -> dict[str, Any]:
    from weilu.core.operators import queries

    operator.refresh_from_db()
    held = [f"{grant.role}@{grant.community or '*'}" for grant in queries.grants_of(operator)]
    disabled = operator.disabled_at is not None
    return {
        "id": operator.pk,
        "email": operator.email,
        "name": operator.name,
        "roles": held,
        "disabled": disabled,
    }


def _told_token(row: ApiToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "prefix": row.prefix,
        "name": row.name,
        "operator": row.operator.email,
        "scopes": row.scopes,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def _say(told: dict[str, Any], json: bool, sentence: str) -> None:
    typer.echo(orjson.dumps(told).decode() if json else sentence)
