"""What gunicorn and `flask --app wsgi` load."""

from app.factory import create_app

app = create_app()
