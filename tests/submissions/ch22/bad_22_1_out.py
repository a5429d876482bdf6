# exercise 22.1: admit
# says: Your function declares 0 of SecurityGroupIngressRule; one is wanted.
import pulumi_aws as aws


def admit(caller, called):
    return aws.vpc.SecurityGroupEgressRule(
        "rule",
        security_group_id=called.id,
        referenced_security_group_id=caller.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )
