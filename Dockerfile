# One image: the dashboard with its embedded workers. `make image` builds it, `make image-test` proves it.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ARG UV_VERSION=0.13.9
# A read-only image can never write bytecode later, so all of it is compiled here.
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /build
COPY requirements.txt ./
# The optional secret `ca` is a bundle of certificates for building behind a proxy; nothing of it stays in the image.
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/build-ca.crt --mount=type=cache,target=/root/.cache \
    if [ -s /etc/ssl/certs/build-ca.crt ]; then \
        export PIP_CERT=/etc/ssl/certs/build-ca.crt SSL_CERT_FILE=/etc/ssl/certs/build-ca.crt; fi \
    && python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --quiet --disable-pip-version-check "uv==${UV_VERSION}" \
    && python3 -m venv --without-pip /opt/gradcore \
    && /opt/uv/bin/uv pip install --python /opt/gradcore/bin/python -r requirements.txt
# Headers, a compiler's bindings and the libraries' own tests: 0.5 GB that nothing here runs.
RUN rm -rf /opt/gradcore/lib/python3*/site-packages/tensorflow/include \
        /opt/gradcore/lib/python3*/site-packages/pyarrow/include \
        /opt/gradcore/lib/python3*/site-packages/clang \
    && find /opt/gradcore/lib/python3*/site-packages -type d -name tests -prune -exec rm -rf {} +
COPY pyproject.toml requirements.in README.md LICENSE ./
COPY gradcore ./gradcore
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/build-ca.crt --mount=type=cache,target=/root/.cache \
    if [ -s /etc/ssl/certs/build-ca.crt ]; then export SSL_CERT_FILE=/etc/ssl/certs/build-ca.crt; fi \
    && /opt/uv/bin/uv pip install --python /opt/gradcore/bin/python --no-deps .
WORKDIR /app
COPY app.py server.py ./
COPY .streamlit ./.streamlit
COPY ui ./ui
COPY pages ./pages
RUN /opt/gradcore/bin/python -m compileall -q /app

FROM ${BASE}
RUN groupadd --gid 10001 gradcore \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin gradcore \
    && install -d -o 10001 -g 10001 -m 750 /data
COPY --from=build /opt/gradcore /opt/gradcore
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/gradcore/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADCORE_DB=sqlite:////data/runs.db \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_FILE_WATCHER_TYPE=none \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost \
    STREAMLIT_BROWSER_GATHER_USAGE_STATS=false
USER 10001:10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"]
# uvicorn raises SIGTERM once more after its clean shutdown; answered by an exit, it ends with 0 and runs what atexit holds.
CMD ["python", "-c", "import signal, sys; from streamlit.web.cli import main; \
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); main()", "run", "server.py"]
