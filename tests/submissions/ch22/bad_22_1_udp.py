# exercise 22.1: admit
# says: The ipProtocol is udp.
import pulumi_aws as aws


def admit(caller, called):
    return aws.vpc.SecurityGroupIngressRule(
        "rule",
        security_group_id=called.id,
        referenced_security_group_id=caller.id,
        ip_protocol="udp",
        from_port=443,
        to_port=443,
    )
