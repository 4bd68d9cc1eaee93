"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.core.operators.views import account, brand, entry, preferences, security, team, tokens, trail

app_name = "operators"
urlpatterns = [
    path("login", entry.login, name="login"),
    path("login/second", entry.second, name="second"),
    path("logout", entry.logout, name="logout"),
    path("first-start", entry.start, name="first_start"),
    path("join", entry.link, name="link"),
    path("preferences", preferences.choose, name="preferences"),
    path("settings/account", account.page, name="account"),
    path("settings/account/name", account.rename, name="rename"),
    path("settings/account/password", account.password, name="password"),
    path("settings/security", security.page, name="security"),
    path("settings/security/two-factor", security.confirm, name="two_factor_on"),
    path("settings/security/two-factor/off", security.off, name="two_factor_off"),
    path("settings/security/recovery-codes", security.codes, name="recovery_codes"),
    path("settings/security/sessions/others/end", security.end_others, name="end_others"),
    path("settings/security/sessions/<int:session>/end", security.end_session, name="end_session"),
    path("settings/tokens", tokens.page, name="tokens"),
    path("settings/tokens/<int:token>/revoke", tokens.revoke, name="revoke"),
    path("settings/brand", brand.page, name="brand"),
    path("settings/operators/", team.page, name="list"),
    path("settings/operators/invite", team.invite, name="invite"),
    path("settings/operators/<int:operator>", team.operator, name="operator"),
    path("settings/operators/<int:operator>/give", team.give, name="give"),
    path("settings/operators/<int:operator>/take", team.take, name="take"),
    path("settings/operators/<int:operator>/link", team.link, name="new_link"),
    path("settings/operators/<int:operator>/two-factor/reset", team.reset, name="reset"),
    path("settings/operators/<int:operator>/disable", team.disable, name="disable"),
    path("settings/operators/<int:operator>/enable", team.enable, name="enable"),
    path("settings/audit", trail.page, name="audit"),
]
