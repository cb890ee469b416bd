"""Forms and addresses of another size than the pages send: refused, never an error of the centre's own."""

import pytest
from centre_pages import csrf

BOUNDARY = "x" * 20


def multipart(fields):
    part = '--{0}\r\nContent-Disposition: form-data; name="f{1}"\r\n\r\n1\r\n'
    return "".join(part.format(BOUNDARY, number) for number in range(fields)) + f"--{BOUNDARY}--\r\n"


@pytest.mark.parametrize("page", ["/login", "/terminals/codes", "/logout", "/alarms/1/settle"])
def test_a_form_with_a_hundred_and_fifty_fields_is_refused(visitor, page):
    many = {f"f{number}": "1" for number in range(150)}
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    for answer in (visitor.post(page, data=many), visitor.post(page, content=multipart(150), headers=kind)):
        assert 400 <= answer.status_code < 500


def test_an_alarm_with_a_long_number_cannot_be_settled(visitor):
    secret = csrf(visitor.get("/terminals"))
    for number in ("9" * 26, "9" * 5000, "²"):
        assert visitor.post(f"/alarms/{number}/settle", data={"csrf": secret}).status_code == 400
