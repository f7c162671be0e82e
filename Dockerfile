# The crawler under scrapyd; with `--target dagster`, the crawler and Dagster; with `--target service`, the service. Everything the crawler keeps is in /var/lib/mlentory:
# data/, and scrapyd's eggs/, dbs/ and logs/.
FROM python:3.11-slim AS build
RUN python -m venv /opt/mlentory
ENV PATH=/opt/mlentory/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.txt ./
COPY requirements/scrapyd.txt requirements/
RUN pip install --requirement requirements.txt --requirement requirements/scrapyd.txt
COPY pyproject.toml setup.py README.md LICENSE NOTICE ./
COPY fair4ml fair4ml
COPY mlentory_crawl mlentory_crawl
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . && pip install --no-deps /dist/*.whl

FROM build AS build-dagster
RUN python -m venv /opt/dagster
COPY requirements/dagster.txt requirements/
RUN /opt/dagster/bin/pip install --requirement requirements.txt --requirement requirements/dagster.txt \
    && /opt/dagster/bin/pip install --no-deps /dist/*.whl
WORKDIR /var/lib/dagster
RUN cd /src/mlentory_crawl/orchestration \
    && cat dagster.yaml storage.yaml > /var/lib/dagster/dagster.yaml \
    && cp workspace.yaml /var/lib/dagster

FROM build AS build-service
RUN python -m venv /opt/service
COPY requirements/serve.txt requirements/
RUN /opt/service/bin/pip install --requirement requirements.txt --requirement requirements/serve.txt \
    && /opt/service/bin/pip install --no-deps /dist/*.whl

FROM python:3.11-slim AS base
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/mlentory mlentory
COPY scrapy.cfg /etc/scrapy.cfg

FROM base AS service
# The data directory is only read; the keys are in a folder of their own.
COPY --from=build-service /opt/service /opt/service
RUN install --directory --owner mlentory --group mlentory --mode 700 /var/lib/mlentory-service
ENV PATH=/opt/service/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MLENTORY_DATA_DIR=/var/lib/mlentory/data \
    SERVE_STATE_DIR=/var/lib/mlentory-service
USER mlentory
WORKDIR /var/lib/mlentory-service
EXPOSE 8010
CMD ["python", "-m", "mlentory_crawl.service", "--host", "0.0.0.0", "--port", "8010"]

FROM base AS dagster
COPY --from=build /opt/mlentory /opt/mlentory
# Runs and events are in PostgreSQL. Of this folder, storage/ alone is written: the logs of steps, and the socket.
COPY --from=build-dagster /opt/dagster /opt/dagster
COPY --from=build-dagster /var/lib/dagster /var/lib/dagster
RUN install --directory --owner mlentory --group mlentory --mode 700 /var/lib/dagster/storage
ENV PATH=/opt/dagster/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    DAGSTER_HOME=/var/lib/dagster \
    DAGSTER_CODE_SERVER_SOCKET=/var/lib/dagster/storage/code-server.sock \
    MLENTORY_DATA_DIR=/var/lib/mlentory/data \
    MLENTORY_SCRAPY=/opt/mlentory/bin/mlentory
USER mlentory
WORKDIR /var/lib/dagster

FROM base
COPY --from=build /opt/mlentory /opt/mlentory
COPY scrapy.cfg /etc/scrapyd/scrapyd.conf
# An egg of this folder goes before what is installed (pkg_resources puts an egg before the folder that it is in).
ENV PATH=/opt/mlentory/bin:$PATH \
    PYTHONPATH=/var/lib/mlentory/eggs/mlentory_crawl \
    PYTHONDONTWRITEBYTECODE=1 \
    MLENTORY_DATA_DIR=/var/lib/mlentory/data \
    SCRAPYD_BIND_ADDRESS=0.0.0.0
USER mlentory
WORKDIR /var/lib/mlentory
VOLUME /var/lib/mlentory
EXPOSE 6800
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 6800), timeout=4)"]
CMD ["scrapyd", "--pidfile="]
