# Builds with everything pinned by hash, runs as nobody with a read-only root. See docs/deploy.md for the run line.
# The base image is named by tag, not by digest: pin the digest that you tested.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/footfall
WORKDIR /source
COPY requirements.lock ./
RUN /opt/footfall/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY collector collector
COPY dashboard dashboard
COPY snippet snippet
RUN /opt/footfall/bin/pip install --no-deps --no-build-isolation . \
    && /opt/footfall/bin/pip uninstall --yes hatchling editables

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Footfall" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/footfall /opt/footfall
RUN groupadd --gid 10001 footfall \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin footfall \
    && install --directory --owner footfall --group footfall --mode 0700 /data /run/footfall
ENV PATH=/opt/footfall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FOOTFALL_HOST=0.0.0.0 \
    FOOTFALL_PORT=8000 \
    FOOTFALL_DATA_DIR=/data \
    FOOTFALL_RUNTIME_DIR=/run/footfall
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["footfall"]
CMD ["serve"]
