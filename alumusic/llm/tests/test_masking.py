"""What leaves the house carries no personal data, and is otherwise word for word what the listener wrote."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from alumusic.llm.masking import as_sent, masked

MASKED = [
    # e-mail addresses
    ("me chama no fulano.silva@gmail.com", "me chama no [email]"),
    ("meu email é FULANO_2@empresa.com.br, respondam", "meu email é [email], respondam"),
    ("(joao+show@uol.com.br)", "([email])"),
    ("a@b.com;c@d.com", "[email];[email]"),
    ("josé@exemplo.com.br", "[email]"),
    ("contato:ana@musica.art.br.", "contato:[email]."),
    # phone numbers
    ("zap (11) 98765-4321 por favor", "zap [telefone] por favor"),
    ("liga 11987654321", "liga [telefone]"),
    ("+55 21 99876-5432", "[telefone]"),
    ("5585987654321 me chama", "[telefone] me chama"),
    ("0800 777 1234", "[telefone]"),
    ("99876-5432 me liga", "[telefone] me liga"),
    ("9 9876-5432", "[telefone]"),
    ("(11) 3232-1234", "[telefone]"),
    ("tel.: 11 3232 1234", "tel.: [telefone]"),
    ("11 99999 8888 ou 11 98888-7777", "[telefone] ou [telefone]"),
    ("tel 11.98765.4321", "tel [telefone]"),
    ("55 (85) 9.8765-4321", "[telefone]"),
    ("meu zap é 11 9.8765.4321!", "meu zap é [telefone]!"),
    ("https://wa.me/5511987654321?text=oi", "https://wa.me/[telefone]?text=oi"),
    ("fone:11987654321.", "fone:[telefone]."),
    # CPF
    ("cpf 529.982.247-25", "cpf [cpf]"),
    ("cpf 52998224725 ok", "cpf [cpf] ok"),
    ("pix: 529.982.247/25", "pix: [cpf]"),
    ("529982247-25", "[cpf]"),
    # CNPJ, and the one with letters that came in 2026
    ("CNPJ 11.222.333/0001-81", "CNPJ [cnpj]"),
    ("11222333000181", "[cnpj]"),
    ("pix 12.ABC.345/01DE-35", "pix [cnpj]"),
    ("12ABC34501DE35", "[cnpj]"),
    # card numbers
    ("cartão 4111 1111 1111 1111", "cartão [cartao]"),
    ("4111-1111-1111-1111", "[cartao]"),
    ("5555555555554444 vence 10/29", "[cartao] vence 10/29"),
    ("378282246310005", "[cartao]"),
    ("3782 822463 10005", "[cartao]"),
    # secrets in addresses
    ("https://ana:senha123@site.com/x", "https://[segredo]@site.com/x"),
    ("https://ghp_abc@github.com/x", "https://[segredo]@github.com/x"),
    ("http://x.com/a?token=abc123&b=2", "http://x.com/a?token=[segredo]&b=2"),
    ("https://x.com/?a=1&api_key=XYZ", "https://x.com/?a=1&api_key=[segredo]"),
    ("olha: site.com/entrar?senha=123 😂", "olha: site.com/entrar?senha=[segredo] 😂"),
    ("https://x.com/#access_token=ey.J", "https://x.com/#access_token=[segredo]"),
]

KEPT = [
    "",
    "que hino 😍",
    "@fulano manda dm",
    "siga @banda.oficial no insta",
    "nota 10 @ todos",
    "https://youtube.com/@canal",
    "a parte em 2:15 é linda",
    "no 1:02:33 ele erra",
    "2h15min de show",
    "às 22h30 de 31/12/2025",
    "em 25/11/2026 às 20:30",
    "25.11.2026",
    "R$ 1.234,56",
    "R$ 12.345.678,90 de cachê?",
    "custa 19,90 por mês",
    "ouvi 1.000.000 de vezes",
    "987654321 visualizações",
    "saiu em 1998-1999",
    "de 2019-2024 só hit",
    "(2019) 2020 2021 2022",
    "álbum 1989 da Taylor",
    "AC/DC 1980, 24k Magic, 2112 do Rush",
    "10 20 30 40 50 60 70 80",
    "1 2 3 4 5 6 7 8 9 10 11 12 13",
    "nota 10/10, 100% 1000/1000",
    "pedido 12345678901",
    "protocolo 1234567890123456",
    "cpf 529.982.247-26",
    "CNPJ 11.222.333/0001-82",
    "4111 1111 1111 1112",
    "11111111111111",
    "0000 0000 0000 0000",
    "isrc BR-UM7-21-00001",
    "320kbps, 44100 Hz",
    "CEP 01310-100",
    "versão 8.9.42.575",
    "192.168.0.1",
    "ligue 190",
    "https://youtu.be/dQw4w9WgXcQ?t=135",
    "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=abcd1234",
    "senha = esqueci",
    "token de show esgotado",
]

HOSTILE = [
    "1",
    "1 ",
    "1-",
    "1/",
    "1.",
    "a@",
    "a.",
    "a@b.com+",
    "://a:",
    "?token=",
    "4111 ",
    "+55 ",
    "(11) 9",
    "A1",
    "[cpf",
]

PIECES = [
    "11", "98765", "4321", "-", " ", "(", ")", "+55", "529.982.247-25", "4111111111111111", "a@b.com", "@", "://",
    "u:p@", "?token=", "&", "=", ".", "/", "x", "11.222.333/0001-81", "[", "]", "[email]", "٣", "\ud83d", "9",
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), MASKED)
def test_personal_data_is_replaced_by_a_marker(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("text", [shown for _text, shown in MASKED])
def test_what_is_masked_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


@budget(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text())
def test_any_text_can_be_masked_and_masking_it_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    masked(piece * (5_000 // len(piece)))


def test_masking_can_be_switched_off(settings: Any) -> None:
    with_it = as_sent("zap 11987654321")
    settings.LLM_MASK_PII = False

    assert (with_it, as_sent("zap 11987654321")) == ("zap [telefone]", "zap 11987654321")
