#!/bin/sh
# What the Lambda Web Adapter starts. Python finds the layers, and boto3 where Lambda keeps it.
PYTHONPATH="$PYTHONPATH:/opt/python:$LAMBDA_RUNTIME_DIR" exec python3 server.py
