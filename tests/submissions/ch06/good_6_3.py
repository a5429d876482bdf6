# exercise 6.3: refused
from tests.submissions import ask

refused = ask(400)
