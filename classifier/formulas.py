"""Cells that a spreadsheet would run (OWASP, "CSV Injection"): how they are made harmless, and read again."""

STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def _would_run(cell: str) -> bool:
    """True also behind apostrophes, so that one that was typed is told from the one that we put there."""
    return cell.lstrip("'").startswith(STARTS)


def harmless(cell: str) -> str:
    return f"'{cell}" if _would_run(cell) else cell


def as_typed(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _would_run(cell) else cell
