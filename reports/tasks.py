from celery import shared_task

from reports import counting


@shared_task(name="reports.settle_figures")
def settle_figures() -> int:
    return counting.settle_marked()
