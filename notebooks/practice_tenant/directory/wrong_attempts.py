"""Wrong attempts of late, counted in the file: so every process that answers on it counts those of all."""

from .issued import IssuedValues


class WrongAttempts(IssuedValues):
    """Remembering wrong attempts and counting them, each realm its own."""

    def add_wrong_attempt(self, made: float, *, forgotten: float) -> None:
        """Remember one, made at a time in seconds since the epoch, and forget those of all realms up to *forgotten*."""
        with self.transaction():
            # One that lies ahead would stay for good.
            self._change("DELETE FROM wrong_attempt WHERE made <= ? OR made > ?", forgotten, made)
            self._insert("wrong_attempt", realm=self.realm, made=made)

    def wrong_attempts(self, *, after: float, until: float) -> int:
        """How many were made after one time and until another, in seconds since the epoch."""
        sql = "SELECT count(*) FROM wrong_attempt WHERE realm = ? AND made > ? AND made <= ?"
        return self._one(sql, self.realm, after, until)[0]
