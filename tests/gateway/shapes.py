"""What a refusal looks like in each dialect: for the function alone and for the whole gateway."""

KINDS = {404: "not_found_error", 413: "request_too_large"}


def check_shape(path, status, body):
    """A refusal in the dialect's own shape."""
    error = body["error"]
    assert isinstance(error["message"], str) and error["message"]
    if path == "/messages":
        assert set(body) == {"type", "error"} and body["type"] == "error"
        assert set(error) == {"type", "message"}
        assert error["type"] == KINDS.get(status, "invalid_request_error")
    else:
        assert set(body) == {"error"}
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == "invalid_request_error" and error["code"]
        assert error["param"] is None or isinstance(error["param"], str)
