"""The one thing that is ours in it: which connection is opened."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import IsolationLevel

from pullcord.safe.postgres import Patient


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Patient:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return Patient.connect(**conn_params)
