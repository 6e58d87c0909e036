# Fairlead for production: one image; web, worker, beat, sweep and migrate are commands of it (see compose.yaml).
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 HASHED_STATIC=true DATA_DIR=/data
RUN useradd --system --create-home --uid 10001 fairlead && install -d -o fairlead -g fairlead /data /heads /exports
WORKDIR /app

COPY requirements.txt .
RUN pip install --requirement requirements.txt

COPY . .
RUN SECRET_KEY=only-to-collect DATA_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 && rm -r /tmp/build

USER fairlead
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz/live', timeout=2)"]
CMD ["gunicorn", "--config", "python:config.gunicorn", "--bind", "0.0.0.0:8000", "config.wsgi"]
