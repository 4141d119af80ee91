"""One tree of errors. Every message says in one sentence what is wrong and what to do.

PolicyQAError
├── InputError              the caller's input is at fault: exit code 2, HTTP 422
│   ├── QuestionError           empty, too long, not text
│   ├── SourceError             a path that is missing, unreadable, empty, binary, not decodable
│   ├── CaseError               an evaluation case or threshold that does not parse
│   └── SettingsError           an unknown key or a value out of range
├── IndexUnusable           the index cannot serve: exit code 3, HTTP 503
│   ├── NoIndex                 nothing has been ingested yet
│   ├── IndexMismatch           built by another model or splitter version
│   ├── IndexCorrupt            a generation that fails its checks
│   ├── IndexLocked             another process is building it
│   ├── IndexUnwritable         no room or no permission to build it
│   └── IndexChanged            a new generation came while one had to stay
├── ModelError              a model that is missing, altered or does not load: exit code 3
│   └── ChatError               a chat model that gave no usable text; says which way it failed
└── BelowThreshold          an evaluation that ran and fell short: exit code 1
"""

from __future__ import annotations

from enum import StrEnum


class PolicyQAError(Exception):
    """Base of all errors that a user may see."""

    exit_code = 1
    http_status = 500
    code = "internal"


class InputError(PolicyQAError):
    """The caller's input is at fault."""

    exit_code = 2
    http_status = 422
    code = "bad-input"


class QuestionError(InputError):
    """A question that is empty, too long or not text."""

    code = "bad-question"


class SourceError(InputError):
    """A source that cannot be read as a document."""

    code = "bad-source"


class CaseError(InputError):
    """An evaluation case, answer file or threshold that does not parse."""

    code = "bad-case"


class SettingsError(InputError):
    """A setting that is unknown or out of range."""

    code = "bad-setting"


class IndexUnusable(PolicyQAError):
    """The index cannot serve questions."""

    exit_code = 3
    http_status = 503
    code = "index-unusable"


class NoIndex(IndexUnusable):
    """Nothing has been ingested into this index directory yet."""

    code = "no-index"


class IndexMismatch(IndexUnusable):
    """The index was built with another model or splitter version."""

    code = "index-mismatch"


class IndexCorrupt(IndexUnusable):
    """A generation of the index fails its checks."""

    code = "index-corrupt"


class IndexLocked(IndexUnusable):
    """Another process is building this index."""

    code = "index-locked"


class IndexUnwritable(IndexUnusable):
    """The index directory has no room or does not let us write."""

    code = "index-unwritable"


class IndexChanged(IndexUnusable):
    """A new generation became current during work that needs one and the same."""

    code = "index-changed"


class ModelError(PolicyQAError):
    """A model that is missing, altered or does not load."""

    exit_code = 3
    http_status = 503
    code = "model"


class Failure(StrEnum):
    """The ways in which a chat model fails."""

    DOWN = "down"
    SLOW = "slow"
    CUT_OFF = "cut-off"
    TOO_LONG = "too-long"
    LIMITED = "rate-limited"
    REFUSED = "refused"
    RUBBISH = "rubbish"
    EMPTY = "empty"
    RESTING = "resting"


class ChatError(ModelError):
    """A chat model that is down, slow, cut off, rate-limited, or writes rubbish or nothing."""

    code = "chat-model"

    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(message)
        self.failure = failure


class BelowThreshold(PolicyQAError):
    """An evaluation that ran to its end and fell short of a threshold."""

    exit_code = 1
    code = "below-threshold"
