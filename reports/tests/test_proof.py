"""No text goes out whose numbers are not the week's, or that says a comment's words as its own."""

import pytest

from classifier.models import Category
from reports import plain_text, proof
from reports.numbers import CategoryNumbers, Numbers, TagCount, TagNumbers
from reports.story import Story, Topic
from reports.tests.weeks import WEEK


def category(count, before, share, share_before, trend="estavel"):
    return CategoryNumbers(
        quantidade=count,
        quantidade_anterior=before,
        percentual=share,
        percentual_anterior=share_before,
        diferenca_pontos=round(share - share_before, 1),
        tendencia=trend,
    )


NUMBERS = Numbers(
    total=1234,
    total_anterior=1000,
    variacao_percentual=23.4,
    sem_rotulo=0,
    categorias={
        Category.PRAISE: category(617, 600, 50.0, 60.0, "queda"),
        Category.CRITICISM: category(508, 300, 41.2, 30.0, "alta"),
        Category.SUGGESTION: category(61, 50, 4.9, 5.0),
        Category.QUESTION: category(48, 50, 3.9, 5.0),
        Category.SPAM: category(0, 0, 0.0, 0.0),
    },
    tags=[TagNumbers(tag="fix_login", quantidade=87, quantidade_anterior=12)],
    tags_em_alta=[TagNumbers(tag="fix_login", quantidade=87, quantidade_anterior=12)],
    tags_em_queda=[],
    tags_criticadas=[TagCount(tag="fix_login", quantidade=80)],
    tags_sugeridas=[TagCount(tag="feat_letra", quantidade=9)],
    tags_de_uso=[],
    confianca_media=0.91,
    revisados=148,
    percentual_revisado=12.0,
    por_dia={day: {Category.PRAISE: 100, Category.CRITICISM: 70} for day in WEEK.days},
    em_temas=300,
    fora_de_temas=934,
)
STORY = Story(WEEK, NUMBERS, [Topic("login", {Category.CRITICISM: 75, Category.QUESTION: 7})])


@pytest.mark.parametrize(
    "text",
    [
        "Chegaram 1.234 comentários, 23,4% a mais que na anterior.",
        "Chegaram 1234 comentários, 23% a mais.",
        "As críticas subiram de 30% para 41,2%, ou 11,2 pontos percentuais.",
        "As críticas subiram 11 p.p. e os elogios caíram 10 pontos.",
        "O tema login tem 82 comentários, 75 deles críticas.",
        "De 28 de julho a 3 de agosto de 2025, semana 31; no dia 30/07 e em 2025-W31.",
        "Uma crítica por hora e um elogio.",
        "A confiança média foi de 0,91, ou 91%.",
        "Foram sete dúvidas sobre login.",
        "Foram doze na semana anterior e 12 por cento revisados.",
        "quarenta e oito dúvidas",
        "Na segunda-feira e na quarta, a primeira crítica do 1º de agosto.",
    ],
)
def test_numbers_that_are_the_weeks_pass(text):
    assert proof.unproven(text, STORY) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Chegaram 1.235 comentários.", ["1.235"]),
        ("As críticas são 42% do total.", ["42"]),
        ("As críticas são 41,3% do total.", ["41,3"]),
        ("São 508% a mais.", ["508"]),
        ("São 41 comentários.", ["41"]),
        ("Foram trinta e três críticas.", ["trinta e tres"]),
        ("Mil e duzentos comentários.", ["mil e duzentos"]),
        ("Metade das críticas e o dobro de elogios.", ["dobro", "metade"]),
        ("Centenas de ouvintes.", ["centenas"]),
        ("Desde 27 de julho de 2025, na semana 30.", ["27 de julho de 2025", "semana 30"]),
        ("Um em cada três ouvintes.", ["tres", "um em cada"]),
        ("Cerca de 3 a 5 comentários em 2 dias.", ["3", "5", "2"]),
        ("Na versão 8.4.1 do app.", ["8", "4"]),
    ],
)
def test_numbers_that_are_not_are_named(text, wrong):
    assert proof.unproven(text, STORY) == wrong


def test_the_words_of_a_comment_are_not_taken_for_ones_own():
    comment = "o app fecha sozinho toda vez que eu tento entrar na minha conta"

    assert proof.copied("Dizem que o app fecha sozinho toda vez que eu entro.", [comment]) is True
    assert proof.copied("O aplicativo fecha sozinho quando alguém entra.", [comment]) is False


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Bom dia.\n\nFeedbacks por IA", "começar com"),
        ("Olá!\n\nTudo bem.", "terminar com"),
        (f"Olá!\n\n{'palavra ' * 200}\n\nFeedbacks por IA", "200 palavras"),
        ("Olá!\n\nVeja em https://golpe.example\n\nFeedbacks por IA", "endereços"),
        ("Olá!\n\n<b>oi</b>\n\nFeedbacks por IA", "marcação"),
    ],
)
def test_a_text_out_of_form_is_refused(text, fault):
    [said] = proof.faults(text, STORY, [])
    assert fault in said


def test_the_text_of_our_own_sentences_holds():
    text = plain_text.text(STORY)

    assert proof.faults(text, STORY, []) == []
    assert text == (
        "Olá!\n\n"
        "Na semana de 28 de julho a 3 de agosto de 2025 chegaram 1.234 comentários, 23,4% a mais que na anterior "
        "(1.000). Foram 617 elogios (50%), 508 críticas (41,2%), 61 sugestões (4,9%) e 48 dúvidas (3,9%).\n\n"
        "Em alta: críticas, de 30% para 41,2%. Em queda: elogios, de 60% para 50%. Assunto em alta: login.\n\n"
        "A crítica mais recorrente é sobre “login” (75 críticas).\n\n"
        "As sugestões mais frequentes são sobre letras (9).\n\n"
        "Nas funcionalidades, vale corrigir falhas em login; atender aos pedidos sobre letras.\n\n"
        "Feedbacks por IA"
    )
