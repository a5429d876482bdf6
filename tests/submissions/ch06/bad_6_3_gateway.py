# exercise 6.3: refused
# says: This 403 is not from the function: the gateway refused before asking it.
from tests.submissions import ask

refused = ask(403, gateway=True)
