# exercise 6.3: refused
# says: The status is 500: that is a fault, and not a refusal.
from tests.submissions import ask

refused = ask(500)
