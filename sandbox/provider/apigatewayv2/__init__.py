"""API Gateway's types of its second API: VPC links V2, which REST APIs use, too.

HTTP and WebSocket APIs are not the course's.
"""
