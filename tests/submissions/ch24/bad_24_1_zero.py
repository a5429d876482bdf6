# exercise 25.2: quarter
# says: The weights are 0 and 0.
def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 0}, {"arn": candidate, "weight": 0}]
    return {"type": "forward", "forward": {"target_groups": groups}}
