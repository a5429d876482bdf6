# exercise 26.1: github_trust
# says: It gives None.
def github_trust(account, repository):
    print(account)
