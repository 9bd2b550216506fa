"""Questions, and the answers that they share where question and summaries are the same."""

from collections.abc import Iterable, Sequence
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alumusic.llm.models import Call
from reports.models import WeeklySummary

MAX_QUESTION = 1_000


class Answer(models.Model):
    """What was answered. fingerprint: of question, summaries, engine and prompt; equal ones are answered alike."""

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    text = models.TextField(_("answer"))
    engine = models.CharField(_("written by"), max_length=120)
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_has_text")]

    def __str__(self) -> str:
        return self.text[:80]


class Statement(models.Model):
    """A sentence of an answer, and the words of the one summary that carry it, letter for letter."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="statements")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("statement"))
    summary = models.ForeignKey(WeeklySummary, on_delete=models.CASCADE, related_name="+", verbose_name=_("week"))
    quote = models.TextField(_("source's words"))

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["answer", "position"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "position"], name="statement_position_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(quote=""), name="statement_has_text_and_quote"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class QuestionState(models.TextChoices):
    PENDING = "pendente", _("pending")
    ANSWERED = "respondida", _("answered")
    FAILED = "falhou", _("failed")
    CANCELLED = "cancelada", _("cancelled")


class Vote(models.TextChoices):
    UP = "bom", _("good")
    DOWN = "ruim", _("bad")


class QuestionQuerySet(models.QuerySet["Question"]):
    def of(self, user: Any) -> Self:
        return self.filter(owner=user.pk)

    def seen_by(self, user: Any) -> Self:
        """Those of the user; all, for whoever may see those of others."""
        return self.all() if user.has_perm("insights.view_question") else self.of(user)

    def with_answers(self) -> Self:
        """Each with its answer, its statements and its summaries: two queries more."""
        statements = Statement.objects.select_related("summary").order_by("position")
        return self.select_related("answer").prefetch_related(
            models.Prefetch("answer__statements", statements),
            models.Prefetch("summaries", WeeklySummary.objects.defer("html", "figures")),
        )


class Question(models.Model):
    """What somebody asked; kept also where no answer came. calls: what the language model was asked for it."""

    public_id = models.UUIDField("id", default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="questions", verbose_name=_("asked by")
    )
    text = models.CharField(_("question"), max_length=MAX_QUESTION)
    summaries = models.ManyToManyField(WeeklySummary, related_name="+", verbose_name=_("weeks"))
    state = models.CharField(_("state"), max_length=10, choices=QuestionState.choices, default=QuestionState.PENDING)
    answer = models.ForeignKey(
        Answer, on_delete=models.SET_NULL, null=True, related_name="questions", verbose_name=_("answer")
    )
    cached = models.BooleanField(_("answered before"), default=False)
    calls = models.ManyToManyField(Call, related_name="+", verbose_name=_("calls to the language model"))
    vote = models.CharField(_("vote"), max_length=4, choices=Vote.choices, blank=True)
    note = models.CharField(_("note"), max_length=1_000, blank=True)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-id"]
        permissions = [("ask_question", _("Can ask questions"))]
        indexes = [models.Index(fields=["owner", "-id"], name="question_owner_newest")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_has_text"),
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="question_state_known"),
            models.CheckConstraint(condition=Q(vote__in=["", *Vote.values]), name="question_vote_known"),
            models.CheckConstraint(
                condition=Q(answer=None) | Q(state=QuestionState.ANSWERED), name="question_with_answer_is_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @classmethod
    def keep(cls, text: str, summaries: Sequence[int], *, owner: Any) -> "Question":
        """The question, stored with the summaries that it is put to."""
        with transaction.atomic():
            question = cls.objects.create(text=text, owner=owner)
            question.summaries.set(summaries)
        return question

    def settle(self, answer: Answer, *, cached: bool) -> None:
        self.answer, self.cached, self.state = answer, cached, QuestionState.ANSWERED
        self.save(update_fields=["answer", "cached", "state"])

    def end(self, state: QuestionState) -> None:
        """Without an answer; one that is there already stays."""
        if type(self).objects.filter(pk=self.pk, state=QuestionState.PENDING).update(state=state):
            self.state = state

    def rate(self, **changes: str) -> None:
        """changes: `vote`, `note`; what is not named stays."""
        for name in ("vote", "note"):
            setattr(self, name, changes.get(name, getattr(self, name)))
        self.save(update_fields=["vote", "note"])

    def link(self, calls: Iterable[Call]) -> None:
        self.calls.add(*calls)
