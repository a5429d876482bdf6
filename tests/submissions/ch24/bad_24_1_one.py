# exercise 24.1: quarter
# says: It has no forward with target_groups.
def quarter(stable, candidate):
    return {"type": "forward", "target_group_arn": stable}
