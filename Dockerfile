# One image for every service; compose and Kubernetes name the command.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.runtime.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.runtime.lock

FROM python:3.13-slim
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
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-m", "zhidai.healthy"]
# No default command: an image that guesses which service it is would start the wrong one.
ENTRYPOINT ["python", "-m"]
CMD ["zhidai.cli", "--help"]
