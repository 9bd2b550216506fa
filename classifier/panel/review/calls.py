"""What the queue's page asks of the server: each call one verb of the review, answered in JSON."""

from typing import Any, TypeVar, cast

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from accounts.models import User
from alumusic import json_input
from alumusic.panel import PanelPage
from alumusic.problems import NotFound, Problem
from alumusic.validation import read_body
from classifier.models import Comment, Sitting, Tag
from classifier.panel.review import wire
from classifier.review import alike, leases, queue, steps, verdicts
from classifier.review.progress import progress
from classifier.review.verdicts import Decision

Read = TypeVar("Read", bound=BaseModel)


class Call(PanelPage):
    """A call by the page's script: JSON in, JSON out, problems too."""

    title = _("Review")
    permissions = {"POST": "classifier.review_comment"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            return problem.response()

    def read(self, model: type[Read]) -> Read:
        return read_body(model, json_input.read(self.request.body))

    def sitting(self, body: wire.InSitting) -> Sitting:
        return steps.sitting_of(cast(User, self.request.user), body.sitting)


class Cards(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.WantCards)
        found = queue.next_cards(self.sitting(body), body.filters.selection(), want=body.want, at_hand=body.at_hand)
        return JsonResponse({"cartoes": [wire.card_body(card) for card in found]})


class LookAlikes(Call):
    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        sitting = self.sitting(self.read(wire.InSitting))
        comment = Comment.objects.filter(pk=pk).first()
        if comment is None:
            raise NotFound
        lease = sitting.leases.filter(comment=comment).first()
        found = alike.look_alikes(comment, sitting)
        return JsonResponse({"parecidos": wire.look_alikes_body(found, blind=bool(lease and lease.blind))})


class Judge(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.Judgement)
        decision = Decision(body.category, body.tags, body.note)
        try:
            outcome = steps.judge(self.sitting(body), body.step, seen=body.seen, decision=decision)
        except verdicts.ChangedMeanwhile as problem:
            return self.conflict(problem, Comment.objects.with_tags().get(pk=body.comment))
        return JsonResponse(wire.outcome_body(outcome))

    @staticmethod
    def conflict(problem: Problem, comment: Comment) -> HttpResponseBase:
        """The problem with what stands now, so that the curator may still insist."""
        now = {"versao": comment.version, "categoria": comment.category, "tags": comment.tag_names}
        return JsonResponse(
            {"status": problem.status, "detail": str(problem.detail), "agora": now}, status=problem.status
        )


class Skip(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.SkipBody)
        return JsonResponse(wire.outcome_body(steps.skip(self.sitting(body), body.step, body.comment)))


class Undo(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.StepBody)
        sitting = self.sitting(body)
        outcome = steps.undo(sitting, body.step)
        back = queue.card_of(sitting, outcome.step.comment_id)
        return JsonResponse(wire.outcome_body(outcome) | {"cartao": wire.card_body(back) if back else None})


class Renew(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        return JsonResponse({"comentarios": leases.renew(self.sitting(self.read(wire.InSitting)))})


class GiveBack(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.GiveBack)
        leases.give_back(self.sitting(body), body.comments)
        return JsonResponse({})


class Leave(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.InSitting)
        for sitting in Sitting.objects.filter(pk=body.sitting, curator=cast(User, request.user)):
            leases.leave(sitting)
        return JsonResponse({})


class ShowProgress(Call):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = self.read(wire.WantProgress)
        return JsonResponse(wire.progress_body(progress(cast(User, request.user), body.filters.selection())))


class Words(Call):
    """What the page needs besides cards: the vocabulary, and a CSRF token that is good after a new login too."""

    permissions = {"GET": "classifier.review_comment"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        tags = list(Tag.objects.living().values_list("name", flat=True))
        return JsonResponse({"tags": tags, "csrf": get_token(request)})
