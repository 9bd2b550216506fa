"""What an operator may set and run is written down, and what a user reads is translated."""

import gettext
import re

import polib
from django.core.management import get_commands

from alumusic.environment import BASE_DIR, Environment

OURS = ("alumusic", "alumusic.llm", "accounts", "classifier", "reports", "insights", "legacy")


def test_every_setting_is_described_in_the_example():
    example = (BASE_DIR / ".env.example").read_text()
    described = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))

    assert sorted(set(Environment.model_fields) - described) == []


def test_every_command_is_named_in_the_readme():
    readme = (BASE_DIR / "README.md").read_text()
    ours = sorted(name for name, app in get_commands().items() if app in OURS)

    assert [name for name in ours if f"manage.py {name}" not in readme] == []


def test_every_message_is_translated_and_compiled():
    folder = BASE_DIR / "locale" / "pt_BR" / "LC_MESSAGES"
    entries = [entry for entry in polib.pofile(str(folder / "django.po")) if not entry.obsolete]
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert [entry.msgid for entry in entries if not entry.translated()] == []
    singular = [entry for entry in entries if not entry.msgid_plural]
    told = [
        compiled.pgettext(entry.msgctxt, entry.msgid) if entry.msgctxt else compiled.gettext(entry.msgid)
        for entry in singular
    ]
    assert [entry.msgid for entry, words in zip(singular, told, strict=True) if words != entry.msgstr] == []


def test_links_between_documents_lead_somewhere():
    pages = [BASE_DIR / "README.md", *(BASE_DIR / "docs").rglob("*.md")]
    links = [(page, to) for page in pages for to in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]

    assert [(page.name, to) for page, to in links if not (page.parent / to).resolve().exists()] == []
