"""Two machines: one that can run the course, and one that has everything wrong."""

from lab.preflight.state import Facts

GOOD = Facts(
    (3, 12, 4), "x86_64", "Linux", True, True, 9 * 2**30, "/home/ada/.kit", True,
    "pulumi 3.250.0 (downloaded)", "http://127.0.0.1:4566", True, "8.1.9", "3.0.15", 98_362_432,
    (("pulumi", "3.250.0", "3.250.0"),),
)  # fmt: skip
BAD = Facts(
    (3, 9, 2), "x86_64", "Linux", False, False, 2**29, "/readonly/.kit", False,
    None, None, False, "", "", 0, (("pulumi", "3.250.0", "3.1.0"), ("grpcio", "1.85.3", "")),
)  # fmt: skip
