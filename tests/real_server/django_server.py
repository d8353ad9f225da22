"""Django OAuth Toolkit as a server of one test, over TLS on 127.0.0.1.

django_server.py FOLDER PORT CERTIFICATE KEY

Its database is in the folder. It serves until it is killed.
"""

import pathlib
import socketserver
import ssl
import sys
from wsgiref import simple_server

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

FOLDER = pathlib.Path(sys.argv[1])
PORT = int(sys.argv[2])

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "database",
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "oauth2_provider",
    ],
    # Sends whoever leaves out the last slash to where it is.
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    # The tables as they are at the end of all migrations, at once.
    MIGRATION_MODULES=dict.fromkeys(
        ["auth", "contenttypes", "oauth2_provider"]
    ),
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": f"https://127.0.0.1:{PORT}/o",
        "SCOPES": {"read": "reading", "openid": "OpenID Connect"},
    },
    # The quick one: nothing here is secret.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a test",
    USE_TZ=True,
)

# From here on there are models and views.
application = get_wsgi_application()
urlpatterns = [path("o/", include("oauth2_provider.urls"))]


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


class Handler(simple_server.WSGIRequestHandler):
    timeout = 60

    def log_message(self, *arguments):
        pass


def create_accounts():
    from django.contrib.auth.models import User
    from oauth2_provider.models import Application

    User.objects.create_user("alice", password="wonderland")
    for grant in (
        Application.GRANT_CLIENT_CREDENTIALS,
        Application.GRANT_PASSWORD,
    ):
        Application.objects.create(
            name=grant,
            client_id=grant,
            client_secret="se cret:%+é",
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=grant,
        )


def main():
    server = simple_server.make_server(
        "127.0.0.1", PORT, application, Server, Handler
    )
    call_command("migrate", run_syncdb=True, verbosity=0)
    create_accounts()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[3:5])
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()


main()
