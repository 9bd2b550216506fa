from .delivery import Delivery, DeliveryState
from .figures import CategoryFigure, ChangedHour, CountedHour, TagFigure
from .recipient import Recipient
from .summary import Theme, ThemeComment, WeeklySummary

__all__ = [
    "CategoryFigure",
    "ChangedHour",
    "CountedHour",
    "Delivery",
    "DeliveryState",
    "Recipient",
    "TagFigure",
    "Theme",
    "ThemeComment",
    "WeeklySummary",
]
