"""Operators, their roles and tokens, the brand and the audit trail over the API."""

from weilu.core.operators.api import account, brand, team, tokens, trail

ROUTERS = (account.router, brand.router, team.router, tokens.router, trail.router)
