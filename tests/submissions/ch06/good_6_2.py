# exercise 6.2: cut
from tests.submissions import ask

cut = ask(200, finish_reason="length", usage={"completion_tokens": 8})
