# exercise 26.2: handed
# says: GET /nothing-here gets 403 without x-stack.
from tests.submissions import MINE, refused_by
from tests.submissions.ch26.good_26_2 import signed

answers = {"GET /nothing-here": refused_by("")}
handed = [signed, MINE]
