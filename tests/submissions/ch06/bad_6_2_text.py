# exercise 6.2: cut
# says: An answer of ask() is wanted, and this is a str.
from tests.submissions import ask

cut = ask(200, completion="x").completion
