"""The ways the store can refuse.

TenfoldError
├── StoreUnavailable    exit 1   HTTP 503   the database cannot be reached, or is full or locked
├── StoreTooNew         exit 5   HTTP 503   a newer Tenfold has changed its tables
├── UnknownAnswer       exit 2   HTTP 404   no answer or correction of that id is kept
├── UnknownProfile      exit 2   HTTP 404   no profile of that handle is kept
├── TooManyProfiles     exit 1   HTTP 429   one client has made as many as it may for a while
└── Conflict            exit 1   HTTP 409   somebody else was quicker
"""

from __future__ import annotations

from tenfold.errors import TenfoldError, UsageError


class StoreUnavailable(TenfoldError):
    """The database does not answer. What was to be written may have been; a correction sent again is kept once."""

    code = "store_unavailable"
    http_status = 503


class StoreTooNew(TenfoldError):
    """The tables are of a later version than this Tenfold knows."""

    code = "store_too_new"
    exit_code = 5
    http_status = 503


class UnknownAnswer(UsageError):
    """No answer, or no correction, of that id is kept."""

    code = "unknown_id"
    http_status = 404


class UnknownProfile(UsageError):
    """No profile of that handle is kept."""

    code = "unknown_profile"
    http_status = 404


class TooManyProfiles(TenfoldError):
    """One client has made as many profiles as it may in a day."""

    code = "too_many_requests"
    http_status = 429


class Conflict(TenfoldError):
    """The correction was reviewed in the meantime."""

    code = "already_reviewed"
    http_status = 409
