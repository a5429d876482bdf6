# exercise 24.1: quarter
def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 3}, {"arn": candidate, "weight": 1}]
    return {"type": "forward", "forward": {"target_groups": groups}}
