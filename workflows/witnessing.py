"""Being a witness for another machine's archive: no archive is needed here, only the witness's own folder."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from archiver import durable
from archiver.witness import Refusal, Witness, make_witness
from custody.clock import Clock, system_clock
from custody.errors import CustodyError, UnavailableError

LARGEST_QUESTION = 1 << 16


def new_witness(folder: Path, name: str) -> str:
    """Make a witness. Returns its public key, which the archive is told."""
    return str(make_witness(folder, name))


def watch(folder: Path, key: str, clock: Clock = system_clock) -> None:
    """Let a witness watch the archive with this public key."""
    Witness(folder, clock).trust(key)


def sign_in(place: Path, folder: Path, clock: Clock = system_clock) -> list[str]:
    """Answer every question to this witness that lies in a folder. Returns in plain words what was signed.

    Raises Refusal at the first that must not be signed; nothing is written for it.
    """
    witness = Witness(folder, clock)
    ending = f".{witness.key.name}.question.txt"
    questions = sorted(path for path in place.glob(f"*{ending}"))
    if not questions:
        raise UnavailableError(
            f"There is no question for {witness.key.name} in {place}.", "Make one: ofrecord anchor ask"
        )
    signed = []
    for path in questions:
        answer = witness.sign(path.read_text(encoding="utf-8"))
        durable.write_new(path.with_name(path.name.replace(".question.", ".answer.")), [answer.encode()])
        signed.append(path.name.removesuffix(ending))
    return signed


def server(folder: Path, port: int, told: Callable[[str], None], clock: Clock = system_clock) -> ThreadingHTTPServer:
    """A witness that answers on this computer's own address (C2SP tlog-witness, add-checkpoint). Port 0 takes any."""
    witness, one_at_a_time = Witness(folder, clock), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/add-checkpoint" or not 0 < length <= LARGEST_QUESTION:
                self._say(404, "This is a witness: it answers POST /add-checkpoint.\n")
                return
            try:
                with one_at_a_time:
                    answer = witness.sign(self.rfile.read(length).decode("utf-8", "replace"))
            except Refusal as error:
                told(f"refused: {error.message}")
                self._say(409, f"{error.message} {error.hint}\n")
            except CustodyError as error:
                self._say(400, f"{error.message}\n")
            else:
                told("signed")
                self._say(200, answer)

        def _say(self, code: int, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing: what was done is told once, in plain words."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
