"""The form of the model's answer. Its keys are short since every comment pays for them:

r results, i index of the comment, c category, t tags, p probability. None but `i` is a key of what is sent.
"""

from typing import Any

from classifier.models import Category

SCHEMA_NAME = "r"

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "r": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "i": {"type": "integer"},
                    "c": {"type": "string", "enum": list(Category.values)},
                    "t": {"type": "array", "items": {"type": "string"}},
                    "p": {"type": "number"},
                },
                "required": ["i", "c", "t", "p"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["r"],
    "additionalProperties": False,
}
