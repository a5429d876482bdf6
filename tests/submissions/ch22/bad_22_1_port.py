# exercise 22.1: admit
# says: The fromPort is 80.
import pulumi_aws as aws


def admit(caller, called):
    return aws.vpc.SecurityGroupIngressRule(
        "rule",
        security_group_id=called.id,
        referenced_security_group_id=caller.id,
        ip_protocol="tcp",
        from_port=80,
        to_port=80,
    )
