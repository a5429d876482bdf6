# exercise 22.1: admit
# says: The referencedSecurityGroupId is called-id.
import pulumi_aws as aws


def admit(caller, called):
    return aws.vpc.SecurityGroupIngressRule(
        "rule",
        security_group_id=called.id,
        referenced_security_group_id=called.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )
