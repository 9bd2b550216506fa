import pytest

from alumusic.llm import Answer


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Claro!\n```\n{"a": "`"}\n```\nPronto.', {"a": "`"}),
    ],
)
def test_json_may_stand_in_a_fence(text: str, data: object) -> None:
    assert Answer(text).json() == data


@pytest.mark.parametrize("text", ["", "Claro!", "```json\n{\n```", '{"a": ', "[" * 100_000])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        Answer(text).json()
