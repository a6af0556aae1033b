# The service alone: core, server and PostgreSQL's driver; no training framework.
#   docker build -t tenfold .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -e TENFOLD_TOKEN=… -v tenfold:/data tenfold

FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE requirements-demo.lock requirements.lock ./
COPY tools/check_lock.py tools/
COPY src src
RUN python -m venv /opt/tenfold \
 && /opt/tenfold/bin/pip install --no-cache-dir --no-deps -r requirements-demo.lock \
 && /opt/tenfold/bin/python tools/check_lock.py --print psycopg psycopg-binary > postgres.txt \
 && /opt/tenfold/bin/pip install --no-cache-dir --no-deps -r postgres.txt \
 && /opt/tenfold/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/tenfold/bin/pip uninstall --yes pip

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data tenfold && install -d -o tenfold /data
COPY --from=build /opt/tenfold /opt/tenfold
# Nothing is written but answers and corrections, in /data; /tmp takes bodies while they are received.
ENV PATH=/opt/tenfold/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TENFOLD_HOST=0.0.0.0 \
    TENFOLD_PORT=8000 \
    TENFOLD_LOG=json \
    TENFOLD_DATABASE=sqlite:////data/tenfold.db
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['TENFOLD_PORT'] + '/v2/health/ready', timeout=4)"]
CMD ["tenfold", "serve"]
