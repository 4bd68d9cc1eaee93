"""What does each room add to the house? Lists in plain sight; registered once at start, from `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Mapping

from weilu.communities import actions as community_actions
from weilu.communities import cards
from weilu.communities import metrics as community_metrics
from weilu.communities.tasks import actions as task_actions
from weilu.communities.tasks import needs as task_needs
from weilu.communities.tasks.personal import PERSONAL as tasks_personal
from weilu.connectors import metrics as connector_metrics
from weilu.connectors.events import KINDS as CHAT_KINDS
from weilu.connectors.imports import decisions as import_decisions
from weilu.connectors.imports import jobs as import_jobs
from weilu.connectors.imports.personal import PERSONAL as imports_personal
from weilu.connectors.tracking import actions as tracking_actions
from weilu.connectors.tracking import jobs as tracking_jobs
from weilu.connectors.tracking.events import KINDS as TRACKING_KINDS
from weilu.connectors.tracking.personal import PERSONAL as tracking_personal
from weilu.connectors.tracking.rules import names as tracking_names
from weilu.connectors.webhooks import actions as webhook_actions
from weilu.connectors.webhooks import handlers as webhook_handlers
from weilu.connectors.webhooks import jobs as webhook_jobs
from weilu.connectors.webhooks.personal import PERSONAL as webhooks_personal
from weilu.console import needs as console_needs
from weilu.content import actions as content_actions
from weilu.content import events as content_events
from weilu.content import metrics as content_metrics
from weilu.content.personal import PERSONAL as content_personal
from weilu.core import metrics, needs
from weilu.core.api import jobs as api_jobs
from weilu.core.api.personal import PERSONAL as api_personal
from weilu.core.decisions import kinds as decision_kinds
from weilu.core.decisions.personal import PERSONAL as decisions_personal
from weilu.core.events import changes, erasures, handlers, intake, kinds, sequencer
from weilu.core.events import jobs as log_jobs
from weilu.core.events import queries as log
from weilu.core.events.events import KINDS as LOG_KINDS
from weilu.core.jobs import pump, recurring
from weilu.core.jobs.personal import PERSONAL as jobs_personal
from weilu.core.mail import actions as mail_actions
from weilu.core.mail import composing
from weilu.core.mail import jobs as mail_jobs
from weilu.core.operators import jobs as operator_jobs
from weilu.core.operators import labels
from weilu.core.segments import doings, people, reading
from weilu.core.warehouse import conclusions, loader
from weilu.core.warehouse import jobs as warehouse_jobs
from weilu.evaluation import explore_views, exporting, segmenting
from weilu.evaluation import metrics as evaluation_metrics
from weilu.evaluation.advice import actions as advice_actions
from weilu.evaluation.advice import cards as advice_cards
from weilu.evaluation.advice.personal import PERSONAL as advice_personal
from weilu.evaluation.alerts import actions as alert_actions
from weilu.evaluation.alerts import decisions as alert_decisions
from weilu.evaluation.alerts import jobs as alert_jobs
from weilu.evaluation.alerts import needs as alert_needs
from weilu.evaluation.alerts import raising
from weilu.evaluation.alerts import words as alert_words
from weilu.evaluation.alerts.personal import PERSONAL as alerts_personal
from weilu.evaluation.boards import actions as board_actions
from weilu.evaluation.boards import jobs as board_jobs
from weilu.evaluation.boards import queries as board_queries
from weilu.evaluation.boards import words as board_words
from weilu.evaluation.boards.personal import PERSONAL as boards_personal
from weilu.evaluation.diagnosis import actions as diagnosis_actions
from weilu.evaluation.diagnosis import cards as diagnosis_cards
from weilu.evaluation.personal import PERSONAL as evaluation_personal
from weilu.goals import actions as goal_actions
from weilu.goals import queries as goal_queries
from weilu.goals.growth import actions as growth_actions
from weilu.goals.kpi import actions as kpi_actions
from weilu.goals.kpi import cards as kpi_cards
from weilu.goals.personal import PERSONAL as goals_personal
from weilu.members import conclude, knowledge, standing
from weilu.members import decisions as member_decisions
from weilu.members import events as member_events
from weilu.members import jobs as member_jobs
from weilu.members import leaves as member_leaves
from weilu.members import metrics as member_metrics
from weilu.members.models import Concluded
from weilu.members.personal import PERSONAL as members_personal
from weilu.members.segments import actions as segment_actions
from weilu.members.segments import jobs as segment_jobs
from weilu.members.segments import leaf as segment_leaf
from weilu.members.segments import live
from weilu.members.segments import uses as segment_uses
from weilu.members.segments.personal import PERSONAL as segments_personal
from weilu.members.tags import decisions as tag_decisions
from weilu.members.tags import events as tag_events
from weilu.members.tags import following, keeping
from weilu.members.tags import jobs as tag_jobs
from weilu.members.tags import leaf as tag_leaf
from weilu.members.tags import queries as tag_queries
from weilu.members.tags.personal import PERSONAL as tags_personal
from weilu.members.value import decisions as value_decisions
from weilu.members.value import jobs as value_jobs
from weilu.members.value import leaf as value_leaf

EVENT_KINDS = (
    *CHAT_KINDS,
    *TRACKING_KINDS,
    *LOG_KINDS,
    *member_events.KINDS,
    *tag_events.KINDS,
    *content_events.KINDS,
)
DECISION_KINDS: tuple[decision_kinds.Kind, ...] = (
    *import_decisions.KINDS,
    *member_decisions.KINDS,
    *tag_decisions.KINDS,
    *value_decisions.KINDS,
    *alert_decisions.KINDS,
)
HANDLERS: tuple[handlers.Handler, ...] = (*webhook_handlers.HANDLERS,)
PUMP = (
    pump.Step("shelter", intake.bring_in, intake.sheltered, shared=True),
    pump.Step("sequencer", sequencer.run_unless_busy, intake.waiting, piece=sequencer.STEP),
    pump.Step("handlers", handlers.run_once, handlers.waiting, shared=True, piece=handlers.BATCH),
    pump.Step(
        "loader",
        loader.run_once,
        lambda: loader.loaded() < log.head(),
        lane=pump.STORE,
        piece=loader.BLOCK_ROWS,
    ),
    pump.Step("tags", keeping.run_once, keeping.waiting, lane=pump.STORE),
    pump.Step("conclusions", conclude.run_once, conclude.waiting, patient=True, lane=pump.STORE),
    pump.Step("segments", live.run_once, live.waiting, patient=True, lane=pump.STORE),
    pump.Step("dynamic tags", following.run_once, following.waiting, patient=True, lane=pump.STORE),
)
JOBS: tuple[recurring.Job, ...] = (
    *import_jobs.JOBS,
    *tracking_jobs.JOBS,
    *log_jobs.jobs(loader.loaded),
    *warehouse_jobs.JOBS,
    *member_jobs.JOBS,
    *segment_jobs.JOBS,
    *tag_jobs.JOBS,
    *value_jobs.JOBS,
    *operator_jobs.JOBS,
    *api_jobs.JOBS,
    *webhook_jobs.JOBS,
    *mail_jobs.JOBS,
    *alert_jobs.JOBS,
    *board_jobs.JOBS,
)
PERSONAL = (
    api_personal,
    jobs_personal,
    decisions_personal,
    imports_personal,
    tracking_personal,
    webhooks_personal,
    members_personal,
    tasks_personal,
    alerts_personal,
    advice_personal,
    content_personal,
    goals_personal,
    evaluation_personal,
    boards_personal,
    segments_personal,
    tags_personal,
)
LEAVES: tuple[Mapping[str, reading.Reader], ...] = (
    doings.READERS,
    people.READERS,
    member_leaves.READERS,
    segment_leaf.READERS,
    tag_leaf.READERS,
    value_leaf.READERS,
)
"""What a rule can ask of a member."""
KNOWN_CONCLUSIONS = {"state": knowledge.states_known, "tier": standing.tiers_known}
CONCLUDED = conclusions.Progress(
    stamp=lambda: list(Concluded.objects.order_by("key").values_list("key", "at")),
    reached=lambda: (
        Concluded.objects.filter(key=conclude.LIFECYCLE).values_list("position", flat=True).first() or 0
    ),
    run=conclude.run_once,
)
METRICS = (
    *evaluation_metrics.METRICS,
    *member_metrics.METRICS,
    *community_metrics.METRICS,
    *content_metrics.METRICS,
    *connector_metrics.METRICS,
)
NEEDS: tuple[needs.Provider, ...] = (
    *alert_needs.PROVIDERS,
    task_needs.of_tasks,
    *console_needs.PROVIDERS,
)
CARDS: tuple[cards.Card, ...] = (*kpi_cards.CARDS, *diagnosis_cards.CARDS, *advice_cards.CARDS)
"""What stands on a community's page beside what its own room says."""
COMPOSERS: dict[str, composing.Composer] = {
    raising.KIND: alert_words.letter,
    board_actions.KIND: board_words.letter,
}

NARROWED: tuple[segment_uses.Narrowed, ...] = (
    goal_queries.narrowed,
    alert_words.narrowed,
    board_queries.narrowed,
    segmenting.narrowed,
)
"""What counts only whom a segment holds."""


def register_all() -> None:
    pump.register(PUMP, changes.Look)
    decision_kinds.register(DECISION_KINDS)
    kinds.register(EVENT_KINDS)
    kinds.also_called(tracking_names.WELL_KNOWN)
    handlers.register(HANDLERS)
    recurring.register(JOBS)
    erasures.register(PERSONAL)
    conclusions.register(KNOWN_CONCLUSIONS, CONCLUDED)
    metrics.register(METRICS)
    for readers in LEAVES:
        reading.register(readers)
    segment_uses.register(tag_queries.following, tag_leaf.NUMBERS, tag_leaf.CHOICES)
    segment_uses.register_narrowed(NARROWED)
    needs.register(NEEDS)
    composing.register(COMPOSERS)
    cards.register(CARDS)
    labels.register_actions(import_decisions.AUDIT_WORDS)
    labels.register_actions(tracking_actions.AUDIT_WORDS)
    labels.register_actions(member_decisions.AUDIT_WORDS)
    labels.register_actions(segment_actions.AUDIT_WORDS)
    labels.register_actions(tag_decisions.AUDIT_WORDS)
    labels.register_actions(value_decisions.AUDIT_WORDS)
    labels.register_actions(community_actions.AUDIT_WORDS)
    labels.register_actions(exporting.AUDIT_WORDS)
    labels.register_actions(explore_views.AUDIT_WORDS)
    labels.register_actions(webhook_actions.AUDIT_WORDS)
    labels.register_actions(mail_actions.AUDIT_WORDS)
    labels.register_actions(task_actions.AUDIT_WORDS)
    labels.register_actions(alert_actions.AUDIT_WORDS)
    labels.register_actions(board_actions.AUDIT_WORDS)
    labels.register_actions(content_actions.AUDIT_WORDS)
    labels.register_actions(goal_actions.AUDIT_WORDS)
    labels.register_actions(kpi_actions.AUDIT_WORDS)
    labels.register_actions(growth_actions.AUDIT_WORDS)
    labels.register_actions(diagnosis_actions.AUDIT_WORDS)
    labels.register_actions(advice_actions.AUDIT_WORDS)
