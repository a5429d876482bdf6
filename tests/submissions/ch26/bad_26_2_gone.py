# exercise 26.2: handed
# says: The stack mine has no URL.
import types

from tests.submissions.ch26.good_26_2 import signed

handed = [signed, types.SimpleNamespace(name="mine", outputs=dict)]
