from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the server counts them; cached: the part of prompt that its cache held."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
