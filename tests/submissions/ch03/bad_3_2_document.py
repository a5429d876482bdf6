# exercise 3.2: read_only
# says: It gives back a dict.


def read_only(notes):
    return {"Version": "2012-10-17", "Statement": []}
