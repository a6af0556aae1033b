"""What the page of errors says that the code does not: an example of each error, what to do, and what stands around.

A new error wants an entry in `ADVICE`; `error_reference.py` ends without it.
"""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """What cannot be read from the code of a class.

    Attributes:
        example: A message as users see it; it has to be one that the code can give.
        remedy: What to do, whatever the message.
    """

    example: str
    remedy: str


ADVICE = {
    "TenfoldError": Advice(
        "A server process ended with status 1.",
        "Do what the message says. The exit status 1 stands for all that has no status of its own.",
    ),
    "UsageError": Advice(
        "Setting 'threads' must be greater than or equal to 1 and less than or equal to 64, got 0.",
        "Correct the argument, setting or option that the message names. `tenfold COMMAND --help` and the "
        "[settings](settings.md) say what each may be.",
    ),
    "UnknownName": Advice(
        "There is no model 'zebra'.",
        "Take the name that is offered, or one of those listed: `tenfold models list`, `tenfold data list`, "
        "`tenfold train` without a recipe.",
    ),
    "NotOneDigit": Advice(
        "Nothing is written here.",
        "Show a single digit, large and by itself; `Recognizer.saw` shows what the network is given.",
    ),
    "OtherNetwork": Advice(
        "This profile belongs to digit@0a1b2c3d, and digit@d4cc9e89 is to answer.",
        "Make the profile anew (`tenfold profile reset NAME`, then `add`), or ask the network that it names.",
    ),
    "ProfileFull": Advice(
        "A profile holds 200 digits, and this one has so many.",
        "Reset it and put in those that matter; two of each digit are enough.",
    ),
    "UnreadableImage": Advice(
        "scan.pdf is a PDF behind a password.",
        "Give a picture: PNG, JPEG, WebP, BMP, GIF or TIFF; `tenfold read` and `tenfold batch` take PDF, too. "
        "Other inputs of the same command are still answered.",
    ),
    "MissingImage": Advice("sevn.png: no such file.", "Check the path; it starts from the folder you are in."),
    "DamagedImage": Advice(
        "seven.png is a damaged or incomplete PNG file (image file is truncated).",
        "Save, scan or send the picture again. An array has to be (H, W), (H, W, 3) or (H, W, 4).",
    ),
    "ImageTooLarge": Advice(
        "scan.pdf has 600,000,000 bytes; the limit for a PDF is 500,000,000.",
        "Make it smaller, or raise the limit: `max_bytes`, `max_pixels` or `max_document_bytes` of the "
        "[settings](settings.md).",
    ),
    "MissingExtra": Advice(
        "Training needs packages that are not installed.",
        'Give the command in the message, e.g. `pip install "tenfold[train]"`; `tenfold doctor` says what is there.',
    ),
    "NoWindow": Advice(
        "There is no display to open a window on (couldn't connect to display).",
        "Draw on the page in place of the window: `tenfold serve`.",
    ),
    "DataError": Advice(
        "mine.npz: 1,000 pictures but 999 labels.",
        "Correct the file that is named; [training](../training.md) says what Tenfold reads.",
    ),
    "ChecksumError": Advice(
        "t10k-labels-idx1-ubyte.gz: expected 4,542 bytes with SHA-256 f7ae60f92e00ec6d…, got 4541 bytes with "
        "0a1b2c3d4e5f6071…",
        "Fetch it again: `tenfold data fetch mnist`. If the file is from elsewhere, it is another file.",
    ),
    "NoSource": Advice(
        "The font caveat could not be brought here: no network.",
        "Bring the files by hand: the message says which, and where to.",
    ),
    "ModelError": Advice(
        "mine.npz: not a classifier's .npz file: File is not a zip file",
        "Train or export it again with this Tenfold; a network of an older normalisation cannot be used.",
    ),
    "CannotListen": Advice(
        "Cannot listen on 127.0.0.1:8000: Address already in use.",
        "End the other program, or take another port: `--port 0` takes any that is free.",
    ),
    "BadRequest": Advice("The body did not arrive within 120 seconds.", "Correct the request: `/docs` shows each."),
    "UnknownHost": Advice(
        "This server answers on this machine only, not as 'example.org'.",
        "Open it as `http://localhost:PORT`; for use from elsewhere start it with `--host`, and read "
        "[the service](../service.md) first.",
    ),
    "Unauthorized": Advice(
        "This server answers to those who bring its token.",
        "Send `Authorization: Bearer TOKEN`; on the page, enter the token once.",
    ),
    "BodyTooLarge": Advice(
        "The ink is larger than the limit of 1,000,000 bytes.",
        "Send less: a smaller picture, or fewer points. The limit of pictures is `max_bytes`.",
    ),
    "UnknownBody": Advice(
        "A body of type 'text/plain' is not taken here.",
        "Send `multipart/form-data` with the picture in the field `image`, or strokes as JSON.",
    ),
    "InvalidInput": Advice('The form holds no file "image".', "Correct what is named; `/docs` says what it may be."),
    "Busy": Advice(
        "Tenfold is answering 64 requests already.",
        "Come again after the seconds in `Retry-After`. If it happens often: more `workers`, or more hosts.",
    ),
    "TooOften": Advice(
        "More than 100 requests a second from one client.",
        "Come again after the seconds in `Retry-After`; `client_rate` is the limit.",
    ),
    "NotReady": Advice("The networks are being loaded.", "Wait a moment; ask `/v2/health/ready` before sending."),
    "NoStore": Advice(
        "This server keeps no answers and no corrections.",
        "Start the server with a `--database`, or live without corrections and profiles.",
    ),
    "TooSlow": Advice(
        "The database took longer than 30 seconds.",
        "Send a smaller picture, or raise `request_seconds`.",
    ),
    "StoreUnavailable": Advice(
        "The database does not answer.",
        "Look after the database. Digits are read on meanwhile, and answers wait to be written down.",
    ),
    "StoreTooNew": Advice(
        "The database is of a later version than this Tenfold knows (0004).",
        "Install the newer Tenfold, or name another `database`.",
    ),
    "UnknownAnswer": Advice(
        "No answer '0123456789abcdef0123456789abcdef' is kept.",
        "Answers are kept for `keep_answers_days`; after that they cannot be corrected.",
    ),
    "UnknownProfile": Advice("There is no profile of that handle.", "Make a new one: `POST /v1/profiles`."),
    "TooManyProfiles": Advice(
        "There are 100 profiles of this client, made within a day.", "Use one that you have, or wait for a day."
    ),
    "NoLessons": Advice(
        "This server trains nothing for visitors.",
        "Run one yourself, `tenfold serve`, with `lesson_seconds` above 0, or take the tour's other steps.",
    ),
    "NoMnist": Advice(
        "MNIST is not here.",
        "Where Tenfold runs: `tenfold data fetch mnist`. Meanwhile, train on the samples that are built in.",
    ),
    "Conflict": Advice("This correction was reviewed already.", "Look at the list again, and decide anew."),
}

HEAD = """\
# Errors

Every way in which Tenfold refuses, written by `make docs` from the code that does it. Below each error stands all that
it can say; `…` stands for names and numbers.

On the command line an error is a line `tenfold: MESSAGE` on standard error, below it what to do, and the exit status;
never a traceback. In Python it is an exception of that class, with `message`, `hint` and `code`. Over HTTP it is
`{"error": {"code", "message", "hint"}}` with the status. A program should look at `code`: messages may be reworded.

A picture that cannot be opened is no exception in `tenfold.predict` and `tenfold.read`, but an answer with the status
`unreadable_image`, whose `reason` is the message.
"""

REST = """\
## Not Tenfold's own

| what happened | on the command line | over HTTP |
|---|---|---|
| Ctrl-C | exit status 130, silently; what was written is whole or not there | |
| the reader of the output has gone, as `head` does | exit status 0 | |
| a file cannot be read or written: `FILE: No space left on device.` | exit status 1; make room, check your rights | |
| a package that is needed cannot be loaded | exit status 1; `tenfold doctor` says which | |
| the memory does not suffice | exit status 1; try fewer or smaller inputs | |
| no such address | | 404 `not_found`; `/docs` lists all |
| the wrong method for an address | | 405 `method_not_allowed` |
| an accident inside Tenfold | a traceback: please report it | 500 `internal_error`; the server's log says more |

`ValueError` and `TypeError` are raised where values of Tenfold's classes are made of what cannot be one (`Stroke`,
`Prediction.from_dict`), and by the estimators of the [literature](../literature.md), as scikit-learn has it.
"""
