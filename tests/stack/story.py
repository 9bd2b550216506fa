"""What the people who use the product do, through nginx by https: each step as its user takes it."""

import json
import re
import shutil
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from playwright.sync_api import sync_playwright

from tests.fakes.llm import Reply, Request, gated, saying
from tests.fakes.llm.insights import stated, statement, summaries
from tests.stack.supervisor import Failed, wait_for
from tests.stack.system import STAKEHOLDER, System, expect

QUESTION = "O que mais incomodou os ouvintes?"
WEEKS = 3
ZONE = ZoneInfo("America/Sao_Paulo")
TEXTS = [
    "O app fecha sozinho toda vez que faço login",
    "Esse refrão me acompanha o dia inteiro, que hino",
    "Podia ter a letra sincronizada no player",
    "Quando sai o show em Recife?",
    "Ganhe seguidores grátis, clique no link",
]


def registration_is_closed(system: System) -> None:
    with system.client() as client:
        answer = client.post("/api/auth/register", json={"username": "alguem", "password": "segredo-bem-comprido-42"})
    expect(answer.status_code, 403, "registering")
    expect(answer.headers["content-type"], "application/problem+json", "its form")


def everything_goes_by_https(system: System) -> None:
    answer = httpx2.get(f"{system.host.plain_url}/relatorio?a=b")
    expect((answer.status_code, answer.headers["location"][:8]), (301, "https://"), "plain http")
    with system.client() as client:
        answer = client.get("/healthz", headers={"X-Request-ID": "da-cliente"})
        expect((answer.status_code, answer.json()), (200, {"estado": "ok"}), "/healthz")
        expect(answer.headers["x-request-id"], "da-cliente", "the request's id")
        expect("max-age=31536000" in answer.headers["strict-transport-security"], True, "HSTS")
        ready = client.get("/readyz")
        expect((ready.status_code, ready.json()), (200, {"estado": "ok"}), "/readyz")
        expect(client.get("/metrics").status_code, 404, "/metrics from outside")


def comments_are_labelled(system: System, token: str) -> None:
    with system.client(token) as client:
        body = [{"id": f"agora-{n}", "texto": text} for n, text in enumerate(TEXTS)]
        answer = client.post("/api/comentarios", json=body)
        expect(answer.status_code, 201, "a list of five")
        expect([each["id"] for each in answer.json()], [each["id"] for each in body], "its order")
        expect({each["estado"] for each in answer.json()}, {"classificado"}, "their state")
        expect(answer.json()[0]["categoria"], "CRÍTICA", "the first label")


def whole_weeks() -> list[datetime]:
    """A moment in each of the last whole weeks, the oldest first."""
    today = datetime.now(ZONE)
    wednesday = today - timedelta(days=today.weekday() - 2)
    return [wednesday - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]


def weeks_of_comments() -> list[dict[str, str]]:
    return [
        {"id": f"{moment:%G-W%V}-{n}", "texto": f"{text} {n}", "publicado_em": moment.isoformat()}
        for moment in whole_weeks()
        for n, text in enumerate(TEXTS * 4)
    ]


def a_batch_goes_through_the_worker(system: System, token: str) -> None:
    with system.client(token) as client:
        answer = client.post("/api/comentarios", json=weeks_of_comments(), headers={"Prefer": "respond-async"})
        expect(answer.status_code, 202, "a list that may take its time")
        _until_done(client, answer.headers["location"], total=len(weeks_of_comments()))


def a_file_goes_through_the_worker(system: System, token: str) -> None:
    lines = ["id,texto", *(f'arquivo-{n},"{TEXTS[n % len(TEXTS)]} {n}"' for n in range(100))]
    with system.client(token) as client:
        answer = client.post("/api/lotes", files={"arquivo": ("comentarios.csv", "\n".join(lines).encode())})
        expect(answer.status_code, 202, "a file")
        _until_done(client, answer.headers["location"], total=100)


def _until_done(client: httpx2.Client, location: str, *, total: int) -> None:
    def done() -> bool:
        return client.get(location).json()["estado"] == "concluido"

    wait_for(done, f"{location} does not end")
    batch = client.get(location).json()
    expect((batch["total"], batch["classificados"], batch["falhas"]), (total, total, 0), "the batch")


def the_panel_opens_in_a_browser(system: System, name: str, password: str) -> None:
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(ignore_https_errors=True, locale="pt-BR").new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.goto(f"{system.host.url}/painel/")
        page.get_by_label("Usuário").fill(name)
        page.get_by_label("Senha").fill(password)
        page.keyboard.press("Enter")
        page.get_by_text("Sair").or_(page.get_by_text("Encerrar sessão")).first.wait_for(state="attached")
        protocol = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        page.goto(f"{system.host.url}/painel/classifier/comment/")
        page.get_by_text(TEXTS[0]).first.wait_for()
        page.goto(f"{system.host.url}/relatorio")
        page.locator("canvas").first.wait_for()
        browser.close()
    expect(protocol, "h2", "the protocol of the pages")
    expect(faults, [], "what the browser found wrong")


def the_report_shows_them(system: System) -> None:
    with system.client() as client:
        report = client.get("/api/relatorio/semana")
        expect(report.status_code, 200, "the report, for everybody")
        expect(round(sum(report.json()["relatorios"]["distribuicao_categorias"].values()), 1), 100.0, "its shares")
        page = client.get("/relatorio")
        [style, *_others] = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
        answer = client.get(style, headers={"Accept-Encoding": "gzip"})
        kept = "immutable" in answer.headers["cache-control"]
        found = (answer.status_code, answer.headers.get("content-encoding"), kept)
        expect(found, (200, "gzip", True), "a static file, from nginx")


def the_weekly_summary_comes_by_mail(system: System) -> None:
    system.llm.always = saying("{}")  # no usable text: the summary is written without the model
    for moment in whole_weeks():
        command = ["python", "manage.py", "send_weekly_summary", "--semana", f"{moment:%G-W%V}"]
        system.supervisor.run("worker", *command)
    expect(system.mail.recipients, [STAKEHOLDER] * WEEKS, "who got mail")
    expect("SUGEST" in system.mail.mails[-1].body("text/plain").upper(), True, "the last mail tells of the week")


def a_question_is_answered(system: System, token: str) -> None:
    system.llm.when(QUESTION, lambda request: _answer(request))
    with system.client(token) as client:
        answer = client.post("/api/insights/perguntar", json={"pergunta": QUESTION})
    expect((answer.status_code, len(answer.json()["semanas"])), (200, WEEKS), "a question")
    expect(len(answer.json()["citacoes"]) > 0, True, "it has a source")


def an_answer_streams_unbuffered(system: System, token: str) -> None:
    """Events must be here while the model is still held back; nothing on the way may wait for the end."""
    gate = threading.Event()
    system.llm.when(QUESTION, lambda request: _answer(request, gate))
    seen: list[str] = []
    asked = {"pergunta": f"{QUESTION} Diga de novo."}
    with (
        system.client(token) as client,
        client.stream("POST", "/api/insights/perguntar", json=asked, headers={"Accept": "text/event-stream"}) as answer,
    ):
        expect(answer.headers["content-type"], "text/event-stream", "the stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                seen.append(line.removeprefix("event: "))
            if line == "event: afirmacao":
                gate.set()
    expect((seen[0], seen[-1], gate.is_set()), ("inicio", "fim", True), "the events")


def _answer(request: Request, gate: threading.Event | None = None) -> Reply:
    """Sentences of the summaries, said twice so that the first is whole in the first half."""
    found = [
        statement(each["semana"], max(re.split(r"(?<=[.!?])\s+", part), key=len).rstrip("."))
        for each in summaries(request)
        for part in each["texto"].split("\n\n")[1:2]
    ]
    text = stated(*found, *found)
    if gate is None:
        return saying(text)(request)
    return gated(text, gate)(request)


def every_health_check_finds_its_service_well(system: System) -> None:
    for process in system.supervisor.running:
        wait_for(process.healthy, f"{process.spec.name} is not well")
        expect(process.starts, 1, f"how often {process.spec.name} was started")


def no_secret_is_in_the_logs(system: System, *secrets: str) -> None:
    for path in system.host.folder.glob("*.log"):
        text = path.read_text()
        for secret in (*secrets, *TEXTS):
            if secret in text:
                raise Failed(f"{path.name} holds what it must not")
        if "Traceback" in text:
            raise Failed(f"{path.name} holds a traceback:\n{text[text.index('Traceback') :][:2000]}")


def access_log(system: System) -> list[dict[str, str]]:
    lines = (system.host.folder / "nginx.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
