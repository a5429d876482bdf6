# exercise 6.2: cut
# says: The model ended by itself: finish_reason is 'stop'.
from tests.submissions import ask

cut = ask(200, finish_reason="stop")
