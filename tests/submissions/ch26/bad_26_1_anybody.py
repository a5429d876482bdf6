# exercise 26.1: github_trust
# says: Every repository at GitHub could have this role.
def github_trust(account, repository):
    issuer = "token.actions.githubusercontent.com"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}
    statement["Principal"] = {"Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"}
    statement["Condition"] = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}
    return {"Version": "2012-10-17", "Statement": [statement]}
