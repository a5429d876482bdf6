# exercise 24.1: quarter
# says: Its target groups are arn:candidate.
def quarter(stable, candidate):
    return {"type": "forward", "forward": {"target_groups": [{"arn": candidate, "weight": 25}]}}
