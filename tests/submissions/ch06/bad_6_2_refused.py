# exercise 6.2: cut
# says: The answer is a refusal with status 400.
from tests.submissions import ask

cut = ask(400)
