"""verify.html in headless Chromium: the same verdicts and codes as verify.py, without any network."""

import base64
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exports.verifier.assembly import page as verify_page
from exports.verifier.verify import check
from tests.exports.packages import Package, flipped
from tests.exports.tamperings import containers, insiders, outsiders, with_another_key
from tests.exports.test_large_zip import sparse
from tests.exports.test_verifier import FULL, LISTED, SEED, unpacked

Judged = Callable[..., dict[str, Any]]
FLIPS = 12
"""Bytes drawn from each file."""


def test_an_untouched_package_is_a_yes_in_the_browser_too(package: Package, judged: Judged, tmp_path: Path) -> None:
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    folder = unpacked(package.zip(), tmp_path / "folder")
    for place in (path, folder):
        assert judged(place, str(package.key.public)) == check(place, str(package.key.public)).data()


def test_each_tampering_gets_the_same_findings_in_both(package: Package, judged: Judged, tmp_path: Path) -> None:
    path, alike = tmp_path / "response.zip", 0
    for each in [*LISTED, *with_another_key(tmp_path)]:
        path.write_bytes(each.make(package))
        key = str(package.key.public) if each.given_key else ""
        seen, expected = judged(path, key), check(path, key).data()
        assert (each.name, seen["codes"]) == (each.name, each.codes.split())
        if "P-01-unreadable" not in seen["codes"]:
            assert (each.name, seen) == (each.name, expected)
        alike += 1
    assert alike == len(outsiders()) + len(containers()) + len(insiders()) + 2 >= 100
    print(f"\n{alike} tamperings judged alike in Chromium and Python")


def test_changed_bytes_get_the_same_codes_in_both(package: Package, judged: Judged, tmp_path: Path) -> None:
    chance, path, alike = random.Random(SEED), tmp_path / "response.zip", 0
    for name, data in package.files.items():
        for at in chance.sample(range(len(data)), min(FLIPS, len(data))):
            other = package.copy()
            other.files[name] = flipped(data, at, 1 << chance.randrange(8))
            path.write_bytes(other.zip())
            seen, expected = judged(path), check(path).data()
            assert seen["verdict"] == "no" and seen["codes"] == expected["codes"], f"byte {at} of {name}"
            alike += 1
    print(f"\nseed {SEED}: {alike} changed bytes judged alike")
    assert alike == FLIPS * len(package.files)


def test_each_changed_byte_of_a_small_package_is_a_no(package: Package, page: Any) -> None:
    """By default one byte in 40. What only has to be the file that was signed is a word here, so that there are few."""
    words = (
        "response.pdf",
        "index.html",
        "records.xlsx",
        "records.schema.json",
        "released.wacz",
        "verify.html",
        "verify.py",
    )
    small = Package({**package.files, **dict.fromkeys(words, b"as signed")}, package.key).signed().zip()
    step = 1 if FULL else 40
    judged = page.evaluate(
        """async ([text, step]) => {
            const data = Uint8Array.from(atob(text), each => each.charCodeAt(0));
            const judge = () => check(new File([data], "response.zip"));
            const seen = {untouched: (await judge()).verdict, yes: [], crash: [], no: 0};
            for (let at = 0; at < data.length; at += step) {
                data[at] ^= 1 + at * 89 % 255;
                const {verdict, findings} = await judge();
                data[at] ^= 1 + at * 89 % 255;
                if (findings.some(each => each.where.includes("Error"))) seen.crash.push(at);
                if (verdict === "no") seen.no += 1; else seen.yes.push(at);
            }
            return seen;
        }""",
        [base64.b64encode(small).decode(), step],
    )
    print(f"\n{judged['no']:,} changed bytes of a ZIP of {len(small):,} bytes seen in Chromium")
    tried = len(range(0, len(small), step))
    assert judged == {"untouched": "yes", "yes": [], "crash": [], "no": tried} and tried > 300


def test_the_plain_implementations_agree_with_the_browsers(page: Any) -> None:
    """SHA-256, SHA-512 and Ed25519 are written out for browsers without them; here both are there."""
    agreed = page.evaluate(
        """async () => {
            let agreed = 0;
            for (let n = 0; n < 300; n++) {
                const data = crypto.getRandomValues(new Uint8Array(n));
                for (const [name, own] of [["SHA-256", sha256(data)], ["SHA-512", sha512(data)]])
                    agreed += equal(own, new Uint8Array(await crypto.subtle.digest(name, data)));
            }
            const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
            const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
            for (let n = 0; n < 20; n++) {
                const data = crypto.getRandomValues(new Uint8Array(n));
                const made = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, data));
                agreed += isSignedPlain(key, made, data);
                made[n * 3] ^= 1;
                agreed += !isSignedPlain(key, made, data);
            }
            return agreed;
        }"""
    )
    assert agreed == 300 * 2 + 20 * 2


def test_it_needs_no_webcrypto(package: Package, page: Any, judged: Judged, tmp_path: Path) -> None:
    page.evaluate("Object.defineProperty(globalThis, 'crypto', {value: undefined})")
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    assert judged(path)["verdict"] == "yes"
    path.write_bytes(LISTED[15].make(package))
    assert judged(path)["codes"] == LISTED[15].codes.split()


def test_a_folder_and_a_zip_can_be_dropped(package: Package, page: Any, tmp_path: Path) -> None:
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    page.evaluate("globalThis.carried = new DataTransfer()")
    data = list(path.read_bytes())
    page.evaluate("data => carried.items.add(new File([new Uint8Array(data)], 'response.zip'))", data)
    dropped = "new DragEvent('drop', {dataTransfer: carried, bubbles: true})"
    page.evaluate(f"document.getElementById('drop').dispatchEvent({dropped})")
    page.wait_for_selector("body[data-verdict=yes]", state="attached")


def test_it_can_be_used_by_keyboard_and_heard(package: Package, page: Any, judged: Judged, tmp_path: Path) -> None:
    assert page.get_attribute("html", "lang") == "en" and page.title()
    assert page.locator("h1").count() == 1
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert reached == ["pick-zip", "pick-folder", "key"]
    with page.expect_file_chooser() as chosen:
        page.focus("#pick-zip")
        page.keyboard.press("Enter")
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    chosen.value.set_files(path)
    page.wait_for_selector("body[data-verdict=yes]", state="attached")
    live = page.locator("#verdict")
    assert live.get_attribute("role") == "status" and live.inner_text().startswith("Yes: everything fits.")
    assert page.locator("#records tr").count() == 8 and page.locator("#files tr").count() == len(package.files)
    assert "the text, the text of version 1" in page.locator("#records").inner_text().replace(", the links", "")
    assert page.locator("label[for=key]").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(each => Number(each.tagName[1]))")
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_its_colours_have_contrast_enough(page: Any) -> None:
    ratios = page.evaluate(
        """() => {
            const value = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
            const light = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255)
                .map(each => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4)
                .reduce((sum, each, n) => sum + each * [.2126, .7152, .0722][n], 0);
            const pairs = [["--ink", "--ground"], ["--ink", "--paper"], ["--soft", "--ground"], ["--soft", "--paper"],
                ["--accent", "--paper"], ["--accent", "--ground"], ["--yes", "--yes-ground"],
                ["--no", "--no-ground"], ["--no", "--paper"]];
            return pairs.map(pair => pair.map(name => light(value(name))).sort((a, b) => b - a))
                .map(([a, b]) => (a + .05) / (b + .05));
        }"""
    )
    assert len(ratios) == 9 and min(ratios) >= 4.5
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ground')").strip() == "#14171a"


def test_no_page_can_reach_out_from_it(browser: Any, tmp_path: Path) -> None:
    """The policy in the page forbids it, even where a network is there."""
    place = tmp_path / "verify.html"
    place.write_bytes(verify_page())
    page = browser.new_page()
    page.goto(place.as_uri())
    blocked = page.evaluate(
        """async () => {
            const seen = new Promise(done =>
                addEventListener("securitypolicyviolation", event => done(event.effectiveDirective)));
            fetch("data:text/plain,x").catch(() => {});
            return await seen;
        }"""
    )
    assert blocked == "connect-src"
    assert "default-src 'none'" in page.locator("meta[http-equiv]").get_attribute("content")
    page.close()


def test_the_page_reads_zips_beyond_the_old_limits_too(page: Any, tmp_path: Path) -> None:
    """Only the directory and a small member are read here: hashing 2.3 GB, or 65,600 members, takes a page minutes."""
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {type: 'file', id: 'probe'}))")
    read = """async () => {
        const report = new Report(), files = await zipFiles(document.getElementById("probe").files[0], report);
        const small = files.get("README.txt");
        return [files.size, report.findings.length, small ? textOf(await whole(small)) : ""];
    }"""
    page.set_input_files("#probe", sparse(tmp_path / "huge.zip"))
    assert page.evaluate(read) == [2, 0, "hello"]
