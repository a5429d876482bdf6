# exercise 8.1: joined
# says: The team red gets 401:
from tests.submissions import by_team, of_function, of_gateway

WELL, NO = of_function(200, name="SmolLM2"), of_gateway(401, "UnauthorizedException")
answers = {"GET /model": by_team(NO, blue=WELL)}


def joined():
    return {"red": "a key"}
