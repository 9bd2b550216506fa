"""The guidelines of the five categories, from docs/labels.md, and who may read and edit them."""

from typing import Any

from django.db import migrations

TEXTS = {
    "ELOGIO": """Gosta, ama, agradece, se alegra, se emociona. Também em gíria e em elogio com cara de
xingamento: “que hino”, “grudou na cabeça, socorro”, “lenda”.

Crítica negada é elogio: “sem defeitos”, “não tem o que reclamar”.

Não é elogio quando o “mas” é a notícia: “lindo, mas trava” é CRÍTICA.""",
    "CRÍTICA": """Diz que algo é ruim, quebrado, lento, caro, que falta ou que piorou. Com raiva ou com
educação: “esperava mais”, “não é pra mim”. Ironia também: “parabéns, conseguiram estragar”.

Também é CRÍTICA: desejo sem conteúdo (“podia ser melhor”), lamento pelo que já passou (“deviam ter ensaiado
mais”) e “arrumem isso” diante de um defeito.

Elogio com um “mas” que é a notícia é CRÍTICA.""",
    "SUGESTÃO": """Propõe algo concreto que ainda pode ser feito: “podia ter letra”, “façam show em Recife”,
“deixem ordenar por data”. Com educação ou como ordem, também depois de um elogio ou de uma queixa, quando a
proposta é o principal.

Sem conteúdo concreto não é sugestão: “podia ser melhor” é CRÍTICA.""",
    "DÚVIDA": """Pergunta algo que alguém poderia responder: “quando sai?”, “como cancelo?”, “qual o nome
dessa do minuto 2?”. Com ou sem ponto de interrogação, também quando o motivo é um defeito: “não abre, alguém
sabe o que fazer?”.

Pergunta retórica é o que ela quer dizer: “quem aprovou esse refrão?” é CRÍTICA, “como pode ser tão bom?” é
ELOGIO, “que tal um modo escuro?” é SUGESTÃO.""",
    "SPAM": """Não diz nada sobre música, artistas, shows ou plataforma, ou os usa só como isca: divulgação
de canal, perfil, loja, empréstimo, aposta, seguidores ou cupom, golpe, isca de clique, corrente, “Primeiro!”,
teclado aleatório.

Elogio que leva a uma divulgação é SPAM: “que som lindo, passa no meu canal”. O fã que cita a música nova do
próprio artista não é.

SPAM vem antes de todas: onde duas categorias cabem, vale a primeira desta ordem: SPAM, DÚVIDA, SUGESTÃO,
CRÍTICA, ELOGIO.""",
}
GRANTS = {
    "Leitura": ["view"],
    "Curadoria": ["view"],
    "Administração": ["view", "change"],
}


def paragraphs(text: str) -> str:
    """The text with each paragraph on one line, as a form shows it."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def seed(apps: Any, schema_editor: Any) -> None:
    Guideline = apps.get_model("classifier", "Guideline")
    Guideline.objects.bulk_create(
        [Guideline(category=category, text=paragraphs(text)) for category, text in TEXTS.items()], ignore_conflicts=True
    )
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(app_label="classifier", model="guideline")
    for name, actions in GRANTS.items():
        group = Group.objects.get(name=name)
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_guideline",
                defaults={"name": f"Can {action} guideline"},
            )
            group.permissions.add(permission)


def clear(apps: Any, schema_editor: Any) -> None:
    apps.get_model("classifier", "Guideline").objects.all().delete()
    Permission = apps.get_model("auth", "Permission")
    Permission.objects.filter(content_type__app_label="classifier", content_type__model="guideline").delete()


class Migration(migrations.Migration):
    dependencies = [("classifier", "0009_review_indexes"), ("accounts", "0002_groups")]

    operations = [migrations.RunPython(seed, clear)]
