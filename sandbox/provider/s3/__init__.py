"""S3's types: buckets and the objects in them.

Files are read here for uploads only.
"""
