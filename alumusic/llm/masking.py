"""Personal data and secrets in a text, replaced by markers before it leaves the house."""

import re
from collections.abc import Callable

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberMatcher
from stdnum import luhn
from stdnum.br import cnpj, cpf

REGION = "BR"
FEWEST_DIGITS = 9

DIGIT = re.compile(r"\d")
PUNCTUATION = re.compile(r"[\s./-]")

EMAIL = re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
USER_INFO = re.compile(r"(?<=://)[^\s/@]{1,200}(?=@)")
SECRET = re.compile(
    r"(?<=[?&;#])((?:access_|refresh_|id_|auth_?|api_?|client_|x-?)?"
    r"(?:token|key|apikey|secret|senha|password|passwd|pwd|pass|sig|signature|jwt|session|sessionid|code|otp)=)"
    r"(?!\[segredo\])[^\s&#;\"'<>]{1,2000}",
    re.IGNORECASE,
)
CPF = re.compile(r"(?<![\w.-])(?:\d{3}\.\d{3}\.\d{3}[-./ ]\d{2}|\d{9}-?\d{2})(?![\w-]|\.\d)")
CNPJ = re.compile(
    r"(?<![\w.-])[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}[/ ]?[0-9A-Z]{4}-?\d{2}(?![\w-]|\.\d)", re.IGNORECASE
)
CARD = re.compile(r"(?<![\d.,+-])[2-6]\d{3}(?:[ -]?\d{3,6}){2,5}(?![\d-]|[.,]\d)")
# As written among neighbours, without an area code; phonenumbers knows whole numbers only.
LOCAL_MOBILE = re.compile(r"(?<![\w.,/-])9[ .]?\d{4}-\d{4}(?![\w/-]|[.,]\d)")


def masked(text: str) -> str:
    """The text with a marker for each e-mail address, phone number, CPF, CNPJ, card number and secret in an address.

    Numbers count only where their check digits are right, or where phonenumbers knows their range, so that prices,
    years and minutes stay. What is masked already stays as it is.
    """
    while (more := _masked_once(text)) != text:  # a marker may uncover what its original was glued to
        text = more
    return text


def _masked_once(text: str) -> str:
    if "@" in text or "=" in text:
        text = USER_INFO.sub("[segredo]", text)
        text = SECRET.sub(r"\1[segredo]", text)
        text = EMAIL.sub("[email]", text)
    if DIGIT.search(text):
        text = CNPJ.sub(_where(cnpj.is_valid, "[cnpj]"), text)
    if len(DIGIT.findall(text)) >= FEWEST_DIGITS:
        text = CPF.sub(_where(cpf.is_valid, "[cpf]"), text)
        text = CARD.sub(_where(_is_card, "[cartao]"), text)
        text = LOCAL_MOBILE.sub("[telefone]", _without_phones(text))
    return text


def as_sent(text: str) -> str:
    """The text as it may leave the house: masked, unless `LLM_MASK_PII` is off."""
    return masked(text) if settings.LLM_MASK_PII else text


def _where(valid: Callable[[str], bool], marker: str) -> Callable[[re.Match[str]], str]:
    def replacement(found: re.Match[str]) -> str:
        number = PUNCTUATION.sub("", found[0])
        return marker if len(set(number)) > 1 and valid(number) else found[0]

    return replacement


def _is_card(number: str) -> bool:
    return 13 <= len(number) <= 19 and luhn.is_valid(number)


def _without_phones(text: str) -> str:
    pieces, end = [], 0
    for found in PhoneNumberMatcher(text, REGION, leniency=phonenumbers.Leniency.VALID):
        pieces += [text[end : found.start], "[telefone]"]
        end = found.end
    return "".join([*pieces, text[end:]])
