# syntax=docker/dockerfile:1
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NGINX_IMAGE=nginxinc/nginx-unprivileged:1.28-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PATH=/opt/venv/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv --without-pip /opt/venv
COPY requirements/base.txt /tmp/base.txt
# Wheels alone: whatever would need a compiler fails here, and not on a server.
RUN pip --python /opt/venv/bin/python install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/base.txt
WORKDIR /app
COPY . .
# The embedded default makes a secret key under VAR_DIR; it must not stay in a layer.
RUN ENV_FILE="" VAR_DIR=/tmp/var python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q /app \
    && rm -rf /tmp/var

# The door: nginx of a user without rights, with its configuration and the static files of this very version.
FROM ${NGINX_IMAGE} AS nginx
COPY nginx/nginx.conf /etc/nginx/nginx.conf
COPY --from=build /app/staticfiles /usr/share/alumusic/static
EXPOSE 8080 8443
ENTRYPOINT ["nginx", "-g", "daemon off;"]
CMD []

# The application: web, worker, beat and every command. No compiler, no rights, nothing to write to but what is mounted.
FROM ${PYTHON_IMAGE} AS app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    HOME=/tmp \
    VAR_DIR=/var/lib/alumusic
RUN pip uninstall --yes --quiet pip setuptools wheel \
    && useradd --uid 10001 --user-group --no-log-init --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin alumusic \
    && install --directory --mode 700 --owner alumusic --group alumusic /var/lib/alumusic
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].strip(' *') or 'localhost'; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
CMD ["gunicorn", "alumusic.wsgi", "--config", "gunicorn.conf.py", "--bind", "0.0.0.0:8000", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
