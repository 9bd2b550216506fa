from .figures import CategoryFigure, ChangedHour, CountedHour, TagFigure

__all__ = ["CategoryFigure", "ChangedHour", "CountedHour", "TagFigure"]
