# exercise 24.1: quarter
# says: The candidate gets 75 of 100.
def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 25}, {"arn": candidate, "weight": 75}]
    return {"type": "forward", "forward": {"target_groups": groups}}
