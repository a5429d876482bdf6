"""API Gateway's control plane: what PATCH may change, what is refused, how records read.

No deployed request is served here, but TestInvokeMethod's.
"""
