"""From parameters to a queryset and the order that an index of it serves; the same for lists and export."""

from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from classifier import paging
from classifier.api.wire import Filters
from classifier.models import Comment
from classifier.models.comment import CommentQuerySet


def selected(filters: Filters) -> CommentQuerySet:
    comments: CommentQuerySet = Comment.objects.all()
    exact = {
        "category": filters.category,
        "state": filters.state,
        "engine": filters.engine,
        "moment__gte": filters.since,
        "moment__lt": filters.until,
    }
    comments = comments.filter(**{name: value for name, value in exact.items() if value is not None})
    if filters.reviewed is not None:
        comments = comments.filter(reviewed=filters.reviewed == "true")
    if filters.confidence_min is not None:
        comments = comments.filter(GreaterThanOrEqual(paging.MOST_CONFIDENT.keys[0], filters.confidence_min))
    if filters.confidence_max is not None:
        comments = comments.filter(LessThanOrEqual(paging.LEAST_CONFIDENT.keys[0], filters.confidence_max))
    if filters.tag is not None:
        comments = comments.tagged(filters.tag)
    if filters.q is not None:
        comments = comments.matching(filters.q)
    return comments


def order_of(filters: Filters) -> paging.Order[Comment]:
    if filters.order == "asc":
        return paging.LEAST_CONFIDENT
    if filters.order == "desc":
        return paging.MOST_CONFIDENT
    return paging.NEWEST_OF_TAG if filters.tag is not None else paging.NEWEST
