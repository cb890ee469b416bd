"""Forms and numbers that no page sends: refused or ignored, never an error of the terminal's own."""

from __future__ import annotations

from gallery import Scene
from samples import READ

BOUNDARY = "x" * 20
NUMBERS = ("9" * 26, "9" * 5000, "²", "٣", "-1", "1e9", "\x00")


def multipart(fields: int) -> str:
    part = '--{0}\r\nContent-Disposition: form-data; name="f{1}"\r\n\r\n1\r\n'
    return "".join(part.format(BOUNDARY, number) for number in range(fields)) + f"--{BOUNDARY}--\r\n"


def test_a_form_with_a_hundred_and_fifty_fields_is_refused(page):
    page.show(Scene(path="/linkage", view=READ))
    many = {f"f{number}": "1" for number in range(150)}
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    for path in ("/login", "/preferences", "/linkage/read", "/linkage/photo"):
        assert page.client.post(path, data=many).status_code == 400, path
        assert page.client.post(path, content=multipart(150), headers=kind).status_code == 400, path
    assert page.gallery.calls == []


def test_an_odd_number_in_a_form_or_an_address_is_no_error(page):
    page.show(Scene(path="/linkage", view=READ))
    for number in NUMBERS:
        fields = ("revision", "shift", "work_date", "colour", "toll_class", "lane_hex", "passage")
        for path in ("/linkage/read", "/linkage/picture", "/linkage/open", "/login", "/preferences", "/setup"):
            answer = page.post(path, **dict.fromkeys(fields, number))
            assert answer.status_code < 500, (path, number)
        for path in ("/records", "/linkage", "/check", "/login"):
            query = {"state": number, "sheet": number, "seen": number, "unlock": number, "watermark": number}
            assert page.client.get(path, params=query).status_code < 500, (path, number)


def test_a_length_of_five_thousand_digits_is_refused(page):
    for length in ("9" * 5000, "9" * 26, "²".encode("latin-1")):
        answer = page.client.post("/preferences", content=b"x", headers={"content-length": length})
        assert answer.status_code in {400, 413}
