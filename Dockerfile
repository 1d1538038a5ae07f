# One image for every service; compose and Kubernetes name the command.
# `make image` pins the base by the digest that deploy/images.sha256 holds.
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${PYTHON_IMAGE} AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.runtime.lock ./
# The lock is whole and leaves out what only a laptop needs, so nothing is resolved here. Then goes what
# no service reads: the installer, tests of libraries, fonts that no template names.
RUN /venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes \
        -r requirements.runtime.lock \
    && /venv/bin/python -m pip uninstall --yes --quiet pip \
    && rm -rf /venv/lib/python3*/site-packages/setuptools* \
    && find /venv -type d \( -name tests -o -name test \) -prune -exec rm -rf {} + \
    && find /venv -path '*/mplfonts/fonts/*' \
        ! -name NotoSansCJKsc-Regular.otf ! -name NotoSerifCJKsc-Regular.otf -delete

FROM ${PYTHON_IMAGE}
# /issuer is where the development issuer keeps its key, /documents where papers lie; an empty
# volume takes over its owner.
RUN useradd --system --create-home --uid 10001 zhidai && install -d -o zhidai -g zhidai /issuer /documents
COPY --from=build /venv /venv
WORKDIR /app
COPY --chown=zhidai:zhidai schemes schemes
COPY --chown=zhidai:zhidai shared shared
COPY --chown=zhidai:zhidai services services
COPY --chown=zhidai:zhidai zhidai zhidai
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number, so that a cluster can tell it is not root.
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=10s --start-period=20s \
    CMD ["python", "-m", "zhidai.healthy"]
# No default command: an image that guesses which service it is would start the wrong one.
ENTRYPOINT ["python", "-m"]
CMD ["zhidai.cli", "--help"]
