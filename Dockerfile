# One image for the web process, the workers and beat; compose.yaml says which of them a container is. Two targets:
#   docker build .                   cpu: counts on the processor; the default
#   docker build --target cuda .     cuda: counts on an NVIDIA card (compose.cuda.yaml)
FROM python:3.11-slim-bookworm AS python
ENV PYTHONUNBUFFERED=1 PATH=/venv/bin:$PATH

# --- Packages: made where pip is, copied to where it is not ---
FROM python AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /requirements
COPY requirements.txt .
RUN python -m venv --without-pip /venv \
    && grep -E '^(torch|torchvision|triton|cuda-.*|nvidia-.*)==' requirements.txt > runtime.txt \
    && grep -v -E '^(torch|torchvision|triton|cuda-.*|nvidia-.*)==' requirements.txt > common.txt \
    && pip --python /venv/bin/python install --no-deps -r common.txt

FROM packages AS packages-cpu
# PyTorch's own index has the build without CUDA, a tenth of the size.
ARG TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
RUN grep -E '^(torch|torchvision)==' runtime.txt > cpu.txt \
    && pip --python /venv/bin/python install --no-deps --index-url "$TORCH_CPU_INDEX" -r cpu.txt

FROM packages AS packages-cuda
RUN pip --python /venv/bin/python install --no-deps -r runtime.txt

# --- Demeter itself ---
FROM python AS source
RUN useradd --uid 1000 --create-home demeter && install -d -o demeter -g demeter /data
WORKDIR /demeter
COPY . .
ENV DEMETER_DATA_DIR=/data STATIC_ROOT=/static

FROM source AS pages
COPY --from=packages /venv /venv
RUN python manage.py collectstatic --no-input

FROM source AS demeter
COPY --from=pages /static /static
USER demeter
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "demeter.wsgi:application", "--bind=0.0.0.0:8000", \
    "--worker-class=demeter.gunicorn_worker.BufferingWorker", "--workers=2", "--threads=8", "--no-control-socket"]
# Of the web; compose.yaml has those of the workers.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["python", "-m", "demeter.monitoring.healthcheck", "web"]

FROM demeter AS cuda
COPY --from=packages-cuda /venv /venv

FROM demeter AS cpu
COPY --from=packages-cpu /venv /venv
