"""How is a rule told in plain words?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.segments.doings import Did
from weilu.core.segments.rule import And, Not, Or, Rule


def sentence(rule: Rule) -> str:
    """The whole rule in the language of the moment, with a capital letter and a full stop."""
    text = said(rule)
    return _("%(rule)s.") % {"rule": text[:1].upper() + text[1:]}


def said(rule: Rule, inside: bool = False) -> str:
    """A part of it; `inside` another part, what has parts itself stands in brackets."""
    match rule:
        case And(rules):
            return _joined(_(", and "), rules, inside)
        case Or(rules):
            return _joined(_(", or "), rules, inside)
        case Not(Not(one)):
            return said(one, inside)
        case Not(one):
            return denied(one)
    return rule.say()


def _joined(word: str, rules: tuple[Rule, ...], inside: bool) -> str:
    if len(rules) == 1:
        return said(rules[0], inside)
    text = word.join(said(one, True) for one in rules)
    return _("(%(rule)s)") % {"rule": text} if inside else text


def denied(rule: Rule) -> str:
    """A leaf that can say its own opposite does."""
    if isinstance(rule, Did) and rule.deniable:
        return rule.say(denied=True)
    if isinstance(rule, And | Or):
        return _("not %(rule)s") % {"rule": said(rule, True)}
    return _("not: %(rule)s") % {"rule": said(rule)}
