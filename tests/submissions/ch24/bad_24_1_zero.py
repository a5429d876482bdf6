# exercise 24.1: quarter
# says: The weights are 0 and 0.
def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 0}, {"arn": candidate, "weight": 0}]
    return {"type": "forward", "forward": {"target_groups": groups}}
