"""The opponent of benchmarks/report.py: a plain Flask view that reads the same answer from Redis."""

import os

import redis
from flask import Flask, Response

app = Flask(__name__)
store = redis.Redis.from_url(os.environ["REDIS_URL"])


@app.get("/api/relatorio/semana")
def report() -> Response:
    return Response(store.get("plain-flask-report"), mimetype="application/json")
