# One image for web, workers and sweeper; compose.yaml says which is which.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt

COPY . .
# Static files are part of the image. Settings want these names; nothing is connected to.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build@/build SUPPORT_URL=postgresql://build@/build \
    TIEOUT_MASTER_KEYS=v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --no-input --verbosity 0 \
       --ignore redoc

RUN useradd --system --home-dir /app --shell /usr/sbin/nologin tieout \
    && mkdir -p var/mail && chown -R tieout var
USER tieout

EXPOSE 8000
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--preload", "--no-control-socket"]
