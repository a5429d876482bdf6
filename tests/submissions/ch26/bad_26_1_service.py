# exercise 26.1: github_trust
# says: It trusts None.
def github_trust(account, repository):
    issuer = "token.actions.githubusercontent.com"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}
    statement["Principal"] = {"Service": "github.com"}
    statement["Condition"] = {
        "StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": f"repo:{repository}:ref:refs/heads/main",
        }
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
