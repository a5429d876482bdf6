# exercise 24.1: quarter
def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 75}, {"arn": candidate, "weight": 25}]
    return {"type": "forward", "forward": {"target_groups": groups}}
