from django import template

from reports import delivery

register = template.Library()


@register.inclusion_tag("reports/mail_alerts.html")
def mail_alerts() -> dict[str, list[delivery.Alert]]:
    """The weeks whose mail did not go out as it should, for a page of the panel."""
    return {"alerts": delivery.alerts()}
