"""The figures of the queue."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from classifier.models import Comment, CommentState, Relabelling, Upload, UploadState


def families() -> Iterator[Metric]:
    waiting = Comment.objects.filter(state=CommentState.PENDING)
    queue = waiting.aggregate(depth=Count("pk"), oldest=Min("created_at"), held=Count("lease_token"))
    age = (timezone.now() - queue["oldest"]).total_seconds() if queue["oldest"] else 0.0
    yield GaugeMetricFamily("comments_pending", "Comments that wait for their label.", queue["depth"])
    yield GaugeMetricFamily("comments_pending_held", "Of these, how many a worker or a request holds.", queue["held"])
    yield GaugeMetricFamily("comments_pending_oldest_seconds", "For how long the oldest has waited.", age)
    failed = Comment.objects.filter(state=CommentState.FAILED).count()
    yield GaugeMetricFamily("comments_failed", "Comments that no engine could label.", failed)
    again = Relabelling.objects.count()
    yield GaugeMetricFamily("comments_to_label_again", "Labelled comments that an engine is to label again.", again)
    unread = Upload.objects.filter(state__in=[UploadState.RECEIVED, UploadState.EXPANDING]).count()
    yield GaugeMetricFamily("uploads_unread", "Files that were sent and are not read to their end.", unread)
