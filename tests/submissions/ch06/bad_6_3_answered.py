# exercise 6.3: refused
# says: The status is 200: the request was answered, not refused.
from tests.submissions import ask

refused = ask(200)
