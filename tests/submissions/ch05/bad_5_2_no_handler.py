# exercise 5.2: teapot
# says: Lambda finds no handler in the code.
from tests.submissions import of_gateway

answers = {"GET /model": of_gateway(502, "BadGatewayException")}

teapot = "status = 418"
