# exercise 26.2: handed
# says: There is no stack to call.
from tests.submissions.ch26.good_26_2 import signed

handed = signed
