"""A real browser by the WebDriver protocol (W3C) over plain HTTP: chromium through chromedriver."""

from __future__ import annotations

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

TAB, ENTER, SPACE = "\ue004", "\ue007", "\ue00d"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
_START_WITHIN = 20.0


def missing() -> str:
    """Which program is not on PATH; empty when all are."""
    wanted = {"chromium": _chromium(), "chromedriver": shutil.which("chromedriver")}
    return ", ".join(name for name, path in wanted.items() if path is None)


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@dataclass(frozen=True)
class Browser:
    """One window. Lengths in CSS pixels."""

    session: str

    def open(self, address: str) -> None:
        """Go there and wait until everything is loaded."""
        self._call("POST", "url", {"url": address})

    @property
    def address(self) -> str:
        """Where we are."""
        return self._call("GET", "url")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body in the page answers."""
        return self._call("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script: str, *arguments: Any, seconds: float = 10) -> Any:
        """The script's answer once it is true; AssertionError when it never is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if answer := self.run(script, *arguments):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"never came true within {seconds} s: {script}")

    def texts(self, selector: str) -> list[str]:
        """What can be read in each element, in the page's order."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim())", selector)

    def press(self, keys: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", "actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def click(self, selector: str) -> None:
        """Press the mouse on the first element of a selector."""
        found = self._call("POST", "element", {"using": "css selector", "value": selector})
        self._call("POST", f"element/{found[_ELEMENT]}/click", {})

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """A window of exactly this size, also narrower than a desktop window can be."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", {"features": [scheme]})

    def complaints(self) -> list[str]:
        """What the browser's console said since the last time, warnings included."""
        return [entry["message"] for entry in self._call("POST", "se/log", {"type": "browser"})]

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self._call("GET", "screenshot"))

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        """A command of the DevTools protocol."""
        return self._call("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.session}/{path}", json=body, timeout=60).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['error']}: {answer['message']}")
        return answer


@contextmanager
def browser(width: int = 1280, height: int = 844) -> Iterator[Browser]:
    """A fresh browser for as long as the block lasts."""
    with _chromedriver() as driver:
        chrome = {"binary": _chromium(), "args": [*_ARGUMENTS, f"--window-size={width},{height}"]}
        wanted = {"goog:chromeOptions": chrome, "goog:loggingPrefs": {"browser": "ALL"}}
        body = {"capabilities": {"alwaysMatch": wanted}}
        made = requests.post(f"{driver}/session", json=body, timeout=60).json()["value"]
        session = f"{driver}/session/{made['sessionId']}"
        try:
            yield Browser(session)
        finally:
            requests.delete(session, timeout=60)


@contextmanager
def _chromedriver() -> Iterator[str]:
    """A running chromedriver's address; it chooses a free port itself and says so."""
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{_port(process)}"
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    until = time.monotonic() + _START_WITHIN
    assert process.stdout is not None
    for line in process.stdout:
        if "started successfully on port" in line:
            return int(line.rstrip(".\n").rsplit(" ", 1)[1])
        assert time.monotonic() < until, "chromedriver does not start"
    raise AssertionError("chromedriver ended before it could be asked")
