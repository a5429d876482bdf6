# exercise 26.1: github_trust
# says: It also admits, or only, 'repo:me/my-gateway:*'.
def github_trust(account, repository):
    issuer = "token.actions.githubusercontent.com"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}
    statement["Principal"] = {"Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"}
    statement["Condition"] = {
        "StringLike": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": f"repo:{repository}:*",
        }
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
