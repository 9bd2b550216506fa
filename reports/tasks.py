from celery import shared_task

from reports import counting, delivery, summaries


@shared_task(name="reports.settle_figures")
def settle_figures() -> int:
    return counting.settle_marked()


@shared_task(name="reports.send_summary")
def send_summary() -> int:
    """Makes and sends what is due; the schedule of it is a row that the panel edits."""
    return summaries.send_due()


@shared_task(name="reports.deliver_mail")
def deliver_mail() -> int:
    return delivery.deliver_due()
